"""When a start is free: the seven rules of the diary as arithmetic over starts, and nothing else.

Each rule says which starts it refuses, as half-open ranges of epoch seconds. The free starts are
the grid less those ranges, and "is this start free" asks the very same ranges. Nothing here reads
rows, settings or the clock.

Instants with parts of a second must not come in: whoever loads them takes starts down and ends up
(`walltime.floor_epoch`, `walltime.ceil_epoch`).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import chain
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bookings.ranges import common, gaps, holds, merge
from practice import walltime
from practice.walltime import DAY, EPOCH_DAY, Range


class Reason(StrEnum):
    """Why a start is refused, in the order in which reasons are told."""

    OFF_GRID = "off_grid"
    OUTSIDE_HOURS = "outside_hours"
    AWAY = "away"
    CLOSED = "closed"
    THERAPIST_TAKEN = "therapist_taken"
    ROOM_CLOSED = "room_closed"  # every room the session type may use is shut
    ROOM_TAKEN = "room_taken"  # of those that are open, none is free
    TOO_SOON = "too_soon"
    TOO_FAR = "too_far"
    DAY_MINUTES_FULL = "day_minutes_full"
    DAY_SESSIONS_FULL = "day_sessions_full"

    @property
    def is_taken(self) -> bool:
        """Somebody else has the time: no override helps, and the next free times are worth offering."""
        return self in (Reason.THERAPIST_TAKEN, Reason.ROOM_TAKEN)


class Wanted(NamedTuple):
    """The session asked for, in seconds; a consultation is not hands-on."""

    seconds: int
    before: int
    after: int
    hands_on: bool


class Taken(NamedTuple):
    """A blocking booking, with the buffers it was booked with inside [busy_from, busy_until)."""

    starts: int
    seconds: int
    busy_from: int
    busy_until: int
    hands_on: bool


class Room(NamedTuple):
    """A room that the session type may use: its closures, and the busy intervals of its bookings."""

    name: str
    closed: Sequence[Range] = ()
    busy: Sequence[Range] = ()


class WeeklyHours(NamedTuple):
    """Minutes of the wall clock on one weekday (0 is Monday); both valid dates are included."""

    weekday: int
    opens: int
    closes: int
    valid_from: date | None = None
    valid_until: date | None = None


class DateHours(NamedTuple):
    """Minutes of the wall clock on one date, which replace its weekly hours; both None is a day off."""

    on: date
    opens: int | None = None
    closes: int | None = None


@dataclass(frozen=True, slots=True)
class Book:
    """One therapist's rows. A booking that is being moved is left out, here and in its room."""

    weekly: Sequence[WeeklyHours] = ()
    dated: Sequence[DateHours] = ()
    away: Sequence[Range] = ()
    closed: Sequence[Range] = ()  # the whole practice
    taken: Sequence[Taken] = ()
    max_minutes: int | None = None
    max_sessions: int | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """The practice's rules at one moment."""

    zone: ZoneInfo
    step_minutes: int
    now: datetime
    min_notice: timedelta
    horizon_days: int

    @property
    def earliest(self) -> int:
        return walltime.ceil_epoch(self.now + self.min_notice)

    @property
    def last_date(self) -> date:
        return walltime.local_date(self.now, self.zone) + timedelta(days=self.horizon_days)


@dataclass(frozen=True, slots=True)
class Question:
    """When can this be had? `rooms` is None where no room is needed, else all that may be used,
    in the session type's order; an empty sequence means that none is to be had."""

    wanted: Wanted
    book: Book
    rooms: Sequence[Room] | None
    rules: Rules


class Load(NamedTuple):
    """What a therapist's day holds already."""

    seconds: int = 0
    sessions: int = 0


def free_starts(question: Question, first: date, last: date) -> list[int]:
    """Every free start whose local date is from `first` to `last`, both included, in order."""
    refused = merge(chain.from_iterable(refusals(question, first, last).values()))
    step = question.rules.step_minutes * 60
    return [
        start
        for part in walltime.stretches(first, last, question.rules.zone)
        for gap in gaps(refused, (part.start, part.until))
        for start in _grid(gap, part.offset, step)
    ]


def reasons(question: Question, start: int) -> list[Reason]:
    """Every reason why a start is refused, in the order of `Reason`; none where it is free."""
    zone = question.rules.zone
    on = walltime.local_date(walltime.from_epoch(start), zone)
    (here,) = walltime.segments(start, start + 1, zone)
    on_grid = start in _grid((start, start + 1), here.offset, question.rules.step_minutes * 60)
    found = [] if on_grid else [Reason.OFF_GRID]
    return found + [reason for reason, ranges in refusals(question, on, on).items() if holds(ranges, start)]


def refusals(question: Question, first: date, last: date) -> dict[Reason, list[Range]]:
    """The starts that each rule but the grid refuses, exact for starts on the dates asked about."""
    parts = walltime.stretches(first, last, question.rules.zone)
    if not parts:
        return {}
    span = (parts[0].start, parts[-1].until)
    wanted, book, rules = question.wanted, question.book, question.rules
    room_closed, room_taken = _room_refusals(wanted, question.rooms, span)
    minutes_full, sessions_full = _care_refusals(question, first, last)
    return {
        Reason.OUTSIDE_HOURS: _hours_refusals(question, first, last, span),
        Reason.AWAY: _session_meets(book.away, wanted),
        Reason.CLOSED: _session_meets(book.closed, wanted),
        Reason.THERAPIST_TAKEN: _busy_meets(((each.busy_from, each.busy_until) for each in book.taken), wanted),
        Reason.ROOM_CLOSED: room_closed,
        Reason.ROOM_TAKEN: room_taken,
        Reason.TOO_SOON: [(span[0], rules.earliest)],
        Reason.TOO_FAR: _date_ranges(max(first, rules.last_date + timedelta(days=1)), last, rules.zone),
        Reason.DAY_MINUTES_FULL: minutes_full,
        Reason.DAY_SESSIONS_FULL: sessions_full,
    }


def free_room(wanted: Wanted, rooms: Iterable[Room], start: int) -> Room | None:
    """The first of the rooms, in the order given, that is free for a session at this start."""
    return next((room for room in rooms if not holds(_one_room_refusals(wanted, room), start)), None)


def windows(book: Book, first: date, last: date, zone: ZoneInfo) -> list[Range]:
    """The working windows of these dates as instants, in order; those that touch or overlap are one."""
    dated = defaultdict(list)
    for row in book.dated:
        dated[row.on].append(row)
    return merge(
        (_epoch(on, row.opens, zone), _epoch(on, row.closes, zone))
        for on in walltime.dates(first, last)
        for row in dated.get(on) or _weekly_on(book, on)
        if row.opens is not None and row.closes is not None
    )


def dates_around(wanted: Wanted, first: date, last: date) -> tuple[date, date]:
    """The dates whose hours decide about starts from `first` to `last`: a window may go on across
    midnight, or across a date that a zone skips."""
    return first - timedelta(days=1), last + timedelta(days=2 + wanted.seconds // DAY)


def day_loads(taken: Iterable[Taken], first: date, last: date, zone: ZoneInfo) -> dict[date, Load]:
    """What each date holds already; a booking counts whole on the local date of its start."""
    parts = walltime.stretches(first, last, zone)
    loads: dict[date, Load] = defaultdict(Load)
    for each in taken:
        for part in parts:
            if part.start <= each.starts < part.until:
                on = date.fromordinal((each.starts + part.offset) // DAY + EPOCH_DAY)
                seconds, sessions = loads[on]
                loads[on] = Load(seconds + each.hands_on * each.seconds, sessions + 1)
    return loads


def chunks(first: date, last: date) -> Iterator[tuple[date, date]]:
    """The dates from `first` to `last` for a search of the soonest: one week, two, four, and from then on eight."""
    days = 7
    while first <= last:
        until = min(last, first + timedelta(days=days - 1))
        yield first, until
        first, days = until + timedelta(days=1), min(days * 2, 56)


def _grid(span: Range, offset: int, step: int) -> Iterator[int]:
    """The starts of the grid in a span of one offset; the grid begins anew at each midnight."""
    start, until = span
    while start < until:
        midnight = (start + offset) // DAY * DAY - offset
        day_end = min(until, midnight + DAY)
        yield from range(start + (midnight - start) % step, day_end, step)
        start = day_end


def _weekly_on(book: Book, on: date) -> Iterator[WeeklyHours]:
    return (
        row
        for row in book.weekly
        if row.weekday == on.weekday()
        and (row.valid_from is None or row.valid_from <= on)
        and (row.valid_until is None or on <= row.valid_until)
    )


def _epoch(on: date, minute: int, zone: ZoneInfo) -> int:
    return walltime.floor_epoch(walltime.instant(on, minute, zone))


def _hours_refusals(question: Question, first: date, last: date, span: Range) -> list[Range]:
    seconds, zone = question.wanted.seconds, question.rules.zone
    open_at = windows(question.book, *dates_around(question.wanted, first, last), zone)
    return list(gaps([(opens, closes - seconds + 1) for opens, closes in open_at if closes - seconds >= opens], span))


def _session_meets(ranges: Iterable[Range], wanted: Wanted) -> list[Range]:
    """The starts whose session meets one of the ranges; an empty range meets nothing."""
    return [(opens - wanted.seconds + 1, closes) for opens, closes in ranges if opens < closes]


def _busy_meets(ranges: Iterable[Range], wanted: Wanted) -> list[Range]:
    """The starts whose session, with its buffers, meets one of the ranges."""
    trail = wanted.seconds + wanted.after
    return [(opens - trail + 1, closes + wanted.before) for opens, closes in ranges if opens < closes]


def _one_room_refusals(wanted: Wanted, room: Room) -> list[Range]:
    return _session_meets(room.closed, wanted) + _busy_meets(room.busy, wanted)


def _room_refusals(wanted: Wanted, rooms: Sequence[Room] | None, span: Range) -> tuple[list[Range], list[Range]]:
    """The starts at which every room is closed, and those at which no open one is free."""
    if rooms is None:
        return [], []
    closed = common((_session_meets(room.closed, wanted) for room in rooms), span)
    refused = common((_one_room_refusals(wanted, room) for room in rooms), span)
    return closed, [gap for each in refused for gap in gaps(closed, each)]


def _care_refusals(question: Question, first: date, last: date) -> tuple[list[Range], list[Range]]:
    """The dates on which one more session would pass the minutes, and the number, of a day."""
    wanted, book, zone = question.wanted, question.book, question.rules.zone
    if book.max_minutes is None and book.max_sessions is None:
        return [], []
    loads = day_loads(book.taken, first, last, zone)
    own = wanted.seconds if wanted.hands_on else 0
    minutes_full, sessions_full = [], []
    for on in walltime.dates(first, last):
        load = loads.get(on, Load())
        if book.max_minutes is not None and load.seconds + own > book.max_minutes * 60:
            minutes_full += walltime.day_ranges(on, zone)
        if book.max_sessions is not None and load.sessions + 1 > book.max_sessions:
            sessions_full += walltime.day_ranges(on, zone)
    return minutes_full, sessions_full


def _date_ranges(first: date, last: date, zone: ZoneInfo) -> list[Range]:
    return [(part.start, part.until) for part in walltime.stretches(first, last, zone)]
