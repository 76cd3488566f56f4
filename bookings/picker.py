"""What somebody sees who picks a time: a month with the days that have room, one day's times, the soonest starts.

Only reads, and finds nothing itself: every free start comes from the diary.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bookings import diary
from bookings.diary import Ask, Slot
from bookings.models import Therapist
from practice import walltime, words

SHORTCUTS = 3
PARTS_OF_DAY = (("Morning", 0, 12), ("Afternoon", 12, 17), ("Evening", 17, 24))


def value(at: dt.datetime) -> str:
    """A start as it is sent back to us: UTC, so that no plus sign needs care in an address."""
    return f"{at.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}"


@dataclass(frozen=True, slots=True)
class Time:
    """A free start: `name` says the whole fact, `label` what stands on the button."""

    starts_at: dt.datetime
    label: str
    name: str

    @property
    def value(self) -> str:
        return value(self.starts_at)


@dataclass(frozen=True, slots=True)
class Day:
    on: dt.date
    count: int
    is_chosen: bool
    is_today: bool

    @property
    def name(self) -> str:
        chosen = ", chosen" if self.is_chosen else ""
        return f"{words.weekday(self.on)}, {words.counted(self.count, 'free time')}{chosen}"


@dataclass(frozen=True, slots=True)
class Month:
    """Weeks from Monday; None for the days of other months. `before` and `after` are None where nothing lies there."""

    first: dt.date
    weeks: list[list[Day | None]]
    before: dt.date | None
    after: dt.date | None

    @property
    def days_with_room(self) -> int:
        return sum(1 for week in self.weeks for day in week if day and day.count)


@dataclass(frozen=True, slots=True)
class Picked:
    """All of it at once."""

    month: Month
    day: dt.date | None
    groups: list[tuple[str, list[Time]]]
    soonest: list[Time]

    @property
    def count(self) -> int:
        return sum(len(times) for _, times in self.groups)


def pick(ask: Ask, therapists: Sequence[Therapist], month: dt.date | None, day: dt.date | None) -> Picked:
    """`month` (its first day) and `day` are what was asked for; without them the first that have room."""
    first = _within(ask, month or (day and day.replace(day=1)))
    slots = diary.free(ask, therapists, first, _last_of(first))
    soonest = _soonest(ask, therapists, first, slots)
    if not slots and soonest and month is None and day is None:
        first = walltime.local_date(soonest[0].starts_at, ask.practice.zone).replace(day=1)
        slots = diary.free(ask, therapists, first, _last_of(first))
    counts = diary.days_with_room(slots, ask.practice)
    chosen = day if day and _same_month(day, first) else min(counts, default=None)
    return Picked(
        month=_month(ask, first, counts, chosen),
        day=chosen,
        groups=_groups(ask, [slot for slot in slots if _local(ask, slot).date() == chosen]),
        soonest=times(ask, soonest, with_day=True),
    )


def nearest(ask: Ask, therapists: Sequence[Therapist], start: dt.datetime) -> list[Time]:
    """Three free starts close to one that is gone."""
    return times(ask, diary.nearest(ask, therapists, max(start, ask.now), SHORTCUTS), with_day=True)


def times(ask: Ask, slots: Iterable[Slot], *, with_day: bool = False) -> list[Time]:
    """In a repeated hour the label says which pass is meant."""
    slots = list(slots)
    seen = Counter(_local(ask, slot).replace(tzinfo=None) for slot in slots)
    return [_time(ask, slot, with_day, twice=seen[_local(ask, slot).replace(tzinfo=None)] > 1) for slot in slots]


def _time(ask: Ask, slot: Slot, with_day: bool, *, twice: bool) -> Time:
    start, end = _local(ask, slot), slot.ends_at.astimezone(ask.practice.zone)
    clock = f"{start:%H:%M}" + (f" {start.tzname()}" if twice else "")
    day, ends = words.weekday(start.date()), f"{end:%H:%M}"
    if with_day:  # what stands on a button is said in the same order
        return Time(slot.starts_at, f"{day}, {clock}", f"{day}, {clock} to {ends}")
    return Time(slot.starts_at, clock, f"{clock} to {ends}, {day}")


def _local(ask: Ask, slot: Slot) -> dt.datetime:
    return slot.starts_at.astimezone(ask.practice.zone)


def _within(ask: Ask, month: dt.date | None) -> dt.date:
    """The month asked for, as near as it lies to the months in which anything can be booked."""
    earliest, latest = ask.today.replace(day=1), ask.rules.last_date.replace(day=1)
    return min(max(month or earliest, earliest), latest)


def _soonest(ask: Ask, therapists: Sequence[Therapist], first: dt.date, slots: list[Slot]) -> list[Slot]:
    """Those of this month are at hand already where it is the month shown."""
    if first <= ask.today and len(slots) >= SHORTCUTS:
        return slots[:SHORTCUTS]
    return diary.soonest(ask, therapists, ask.now, SHORTCUTS)


def _month(ask: Ask, first: dt.date, counts: dict[dt.date, int], chosen: dt.date | None) -> Month:
    weeks = [
        [Day(on, counts.get(on, 0), on == chosen, on == ask.today) if _same_month(on, first) else None for on in week]
        for week in calendar.Calendar().monthdatescalendar(first.year, first.month)
    ]
    before, after = (first - dt.timedelta(days=1)).replace(day=1), _last_of(first) + dt.timedelta(days=1)
    return Month(
        first,
        weeks,
        before=before if before >= ask.today.replace(day=1) else None,
        after=after if after <= ask.rules.last_date else None,
    )


def _groups(ask: Ask, slots: list[Slot]) -> list[tuple[str, list[Time]]]:
    found = times(ask, slots)
    hours = [_local(ask, slot).hour for slot in slots]
    parts = (
        (title, [time for time, hour in zip(found, hours, strict=True) if begins <= hour < ends])
        for title, begins, ends in PARTS_OF_DAY
    )
    return [(title, group) for title, group in parts if group]


def _same_month(on: dt.date, first: dt.date) -> bool:
    return (on.year, on.month) == (first.year, first.month)


def _last_of(first: dt.date) -> dt.date:
    return first.replace(day=calendar.monthrange(first.year, first.month)[1])
