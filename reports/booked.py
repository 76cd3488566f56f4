"""What takes the therapists' time: by whom and where, by month and weekday, by the hour of the clock. Only reads.

A booking counts whole, with the time kept around it, on the day on which its session begins.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from django.db.models import Count, DurationField, ExpressionWrapper, F, QuerySet, Sum
from django.db.models.functions import ExtractIsoWeekDay, TruncTime

from bookings.models import Booking
from practice import walltime
from practice.walltime import DAY
from reports.asking import Asked, within
from reports.offered import HOUR, by_hour, clock_days

A_MINUTE = dt.timedelta(minutes=1)
LENGTH = ExpressionWrapper(F("busy_until_at") - F("busy_from_at"), output_field=DurationField())


class Whose(NamedTuple):
    """Minutes of one therapist in one room: in the period, the one before and the one a year before."""

    therapist: int
    room: int | None
    minutes: tuple[int, int, int]


class Day(NamedTuple):
    on: dt.date
    minutes: int


def kept(asked: Asked) -> QuerySet[Booking]:
    """What keeps its time, or kept it; also a request, and where a client did not come."""
    return asked.bookings().blocking(asked.now)  # type: ignore[attr-defined, no-any-return]


def by_whom(asked: Asked) -> list[Whose]:
    this, before, year_before = (within(period) for period in asked.period.compared())
    found = kept(asked).filter(this | before | year_before).values_list("therapist_id", "room_id")
    sums = found.annotate(
        this=Sum(LENGTH, filter=this),
        before=Sum(LENGTH, filter=before),
        year_before=Sum(LENGTH, filter=year_before),
    )
    return [Whose(therapist, room, _three(lengths)) for therapist, room, *lengths in sums]


def by_day(asked: Asked) -> list[Day]:
    found = kept(asked).filter(within(asked.period))
    days = found.values_list("session_on").annotate(length=Sum(LENGTH))
    return [Day(on, length // A_MINUTE) for on, length in days]


def by_clock(asked: Asked) -> Counter[tuple[int, int]]:
    """Seconds by weekday and hour on the wall. Two queries: where no clock changes, what begins alike and lasts as long is
    counted together."""
    found, changes = kept(asked).filter(within(asked.period)), _days_of_change(asked)
    seconds: Counter[tuple[int, int]] = Counter()
    for weekday, clock, length, number in _alike(found.exclude(session_on__in=changes), asked):
        at = (((weekday - 1) * 24 + clock.hour) * 60 + clock.minute) * 60 + clock.second
        for day, hour, part in _on_the_wall(at, at + length // dt.timedelta(seconds=1)):
            seconds[day, hour] += number * part
    spans = found.filter(session_on__in=changes).values_list("busy_from_at", "busy_until_at")
    ranges = ((walltime.floor_epoch(start), walltime.floor_epoch(until)) for start, until in spans.iterator(2000))
    for on, hour, part in by_hour(ranges, asked.zone):
        seconds[on.weekday(), hour] += part
    return seconds


def _alike(found: QuerySet[Booking], asked: Asked) -> QuerySet[Booking, tuple[int, dt.time, dt.timedelta, int]]:
    clock = (each("busy_from_at", tzinfo=asked.zone) for each in (ExtractIsoWeekDay, TruncTime))
    return found.values_list(*clock, LENGTH).annotate(number=Count("pk"))


def _days_of_change(asked: Asked) -> list[dt.date]:
    """Days whose sessions, with the time around them, may lie across a change of the clocks."""
    first, last = asked.period.first, asked.period.last
    days = {each + beside for each in clock_days(first, last, asked.zone) for beside in (-1, 0, 1)}
    return [dt.date.fromordinal(each) for each in sorted(days)]


def _on_the_wall(at: int, until: int) -> Iterator[tuple[int, int, int]]:
    """By weekday and hour; in seconds since Monday began."""
    while at < until:
        part = min(until - at, HOUR - at % HOUR)
        yield at // DAY % 7, at % DAY // HOUR, part
        at += part


def _three(lengths: list[dt.timedelta | None]) -> tuple[int, int, int]:
    this, before, year_before = (length // A_MINUTE if length else 0 for length in lengths)
    return this, before, year_before
