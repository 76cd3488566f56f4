"""When a start is free, the slow and obvious way: by looking at every single minute.

Written from the rules alone and sharing nothing with `bookings/availability.py` but the shape of
the question. Time goes forward in UTC, minute by minute, and each minute is asked what the clock
on the wall reads; so a skipped hour is simply never met and a repeated one is met twice.
Zones whose offset has seconds are beyond it, as are a start and an interval that both have seconds.
"""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from bookings.availability import Question

MINUTE = timedelta(minutes=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Wall:
    """What the clock on the wall reads in each minute of some days."""

    def __init__(self, zone: ZoneInfo, first: date, last: date) -> None:
        self.reads: dict[datetime, datetime] = {}
        self.instant_of: dict[datetime, datetime] = {}
        before = None
        at = datetime(first.year, first.month, first.day, tzinfo=UTC) - timedelta(days=1)
        until = datetime(last.year, last.month, last.day, tzinfo=UTC) + timedelta(days=2)
        while at < until:
            reading = at.astimezone(zone).replace(tzinfo=None, fold=0)
            self.reads[at] = reading
            if before is not None:
                jump = reading - before - MINUTE
                skipped = before + MINUTE
                while skipped < reading:
                    self.instant_of[skipped] = at + (skipped + jump - reading)
                    skipped += MINUTE
            self.instant_of.setdefault(reading, at)
            before = reading
            at += MINUTE


@lru_cache(maxsize=32)
def wall(zone: ZoneInfo, first: date, last: date) -> Wall:
    return Wall(zone, first, last)


class Oracle:
    """Answers one question about the starts on some dates."""

    def __init__(self, question: Question, first: date, last: date) -> None:
        self.first, self.last = first, last
        self.wanted, self.book, self.rooms, self.rules = question.wanted, question.book, question.rooms, question.rules
        self.wall = wall(self.rules.zone, first - timedelta(days=2), last + timedelta(days=4))
        self.working = self._working_minutes()
        self.away = minutes_of(self.book.away)
        self.closed = minutes_of(self.book.closed)
        self.busy = minutes_of((each.busy_from, each.busy_until) for each in self.book.taken)
        self.room_closed = [minutes_of(room.closed) for room in self.rooms or []]
        self.room_busy = [minutes_of(room.busy) for room in self.rooms or []]

    def starts_on_grid(self) -> list[datetime]:
        return [
            at
            for at, reads in self.wall.reads.items()
            if self.first <= reads.date() <= self.last and self.is_on_grid(at)
        ]

    def free_starts(self) -> list[datetime]:
        return [at for at in self.starts_on_grid() if not self.reasons(at)]

    def reasons(self, at: datetime) -> set[str]:
        session = minutes_between(at, at + timedelta(seconds=self.wanted.seconds))
        busy = minutes_between(
            at - timedelta(seconds=self.wanted.before),
            at + timedelta(seconds=self.wanted.seconds + self.wanted.after),
        )
        found = set()
        if not self.is_on_grid(at):
            found.add("off_grid")
        if not session <= self.working:
            found.add("outside_hours")
        if session & self.away:
            found.add("away")
        if session & self.closed:
            found.add("closed")
        if busy & self.busy:
            found.add("therapist_taken")
        return found | self._room_reasons(session, busy) | self._notice_reasons(at) | self._care_reasons(at)

    def free_room(self, at: datetime) -> str | None:
        session = minutes_between(at, at + timedelta(seconds=self.wanted.seconds))
        busy = minutes_between(
            at - timedelta(seconds=self.wanted.before),
            at + timedelta(seconds=self.wanted.seconds + self.wanted.after),
        )
        for room, closed, taken in zip(self.rooms or [], self.room_closed, self.room_busy, strict=True):
            if not session & closed and not busy & taken:
                return room.name
        return None

    def is_on_grid(self, at: datetime) -> bool:
        reading = at.astimezone(self.rules.zone)
        return reading.second == 0 and (reading.hour * 60 + reading.minute) % self.rules.step_minutes == 0

    def _working_minutes(self) -> set[int]:
        minutes = set()
        on = self.first - timedelta(days=2)
        while on <= self.last + timedelta(days=3):
            for opens, closes in self._hours_on(on):
                midnight = datetime(on.year, on.month, on.day)
                begins = self.wall.instant_of[midnight + opens * MINUTE]
                ends = self.wall.instant_of[midnight + closes * MINUTE]
                minutes |= minutes_between(begins, ends)
            on += timedelta(days=1)
        return minutes

    def _hours_on(self, on: date) -> list[tuple[int, int]]:
        dated = [row for row in self.book.dated if row.on == on]
        if dated:
            return [(row.opens, row.closes) for row in dated if row.opens is not None]
        return [
            (row.opens, row.closes)
            for row in self.book.weekly
            if row.weekday == on.weekday()
            and not (row.valid_from and on < row.valid_from)
            and not (row.valid_until and on > row.valid_until)
        ]

    def _room_reasons(self, session: set[int], busy: set[int]) -> set[str]:
        if self.rooms is None:
            return set()
        open_rooms = [
            taken for closed, taken in zip(self.room_closed, self.room_busy, strict=True) if not session & closed
        ]
        if not open_rooms:
            return {"room_closed"}
        return {"room_taken"} if all(busy & taken for taken in open_rooms) else set()

    def _notice_reasons(self, at: datetime) -> set[str]:
        found = set()
        today = self.rules.now.astimezone(self.rules.zone).date()
        if at < self.rules.now + self.rules.min_notice:
            found.add("too_soon")
        if at.astimezone(self.rules.zone).date() > today + timedelta(days=self.rules.horizon_days):
            found.add("too_far")
        return found

    def _care_reasons(self, at: datetime) -> set[str]:
        found = set()
        zone = self.rules.zone
        on = at.astimezone(zone).date()
        same_day = [each for each in self.book.taken if datetime.fromtimestamp(each.starts, zone).date() == on]
        minutes = sum(each.seconds for each in same_day if each.hands_on) / 60
        own = self.wanted.seconds / 60 if self.wanted.hands_on else 0
        if self.book.max_minutes is not None and minutes + own > self.book.max_minutes:
            found.add("day_minutes_full")
        if self.book.max_sessions is not None and len(same_day) + 1 > self.book.max_sessions:
            found.add("day_sessions_full")
        return found


def minutes_of(ranges) -> set[int]:
    minutes = set()
    for start, until in ranges:
        minutes |= minutes_between(datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(until, UTC))
    return minutes


def minutes_between(start: datetime, until: datetime) -> set[int]:
    """Every minute that [start, until) touches, counted from 1970."""
    if until <= start:
        return set()
    last = until - timedelta(microseconds=1)
    return set(range((start - EPOCH) // MINUTE, (last - EPOCH) // MINUTE + 1))
