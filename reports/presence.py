"""The hours of those who are asked about, from the diary's own rows, and what of them is left from now on. Only reads.

Four queries for everybody. Working hours without a first valid day are as old as the calendar, so they count from a therapist's first session
on; of one who gives no sessions any more, until the last.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db.models import OuterRef, QuerySet, Subquery

from bookings import loading
from bookings.availability import Book
from bookings.loading import Rows, Shelf
from bookings.models import BLOCKING, Booking, Status, Therapist
from practice import walltime
from practice.walltime import Range
from reports.asking import Asked
from reports.offered import ONE_DAY, Presence
from reports.period import Period

KEPT = tuple(status for status in BLOCKING if status != Status.HELD)
LONG_AGO = walltime.floor_epoch(dt.datetime(1, 1, 2, tzinfo=dt.UTC))


@dataclass(frozen=True, slots=True)
class AtWork:
    """One therapist: when they were and will be there, and what nothing takes of it from now on."""

    therapist: Therapist
    there: Presence | None = None
    """None for one who never gave a session and does not offer any."""
    left: Presence | None = None

    def offered(self, period: Period) -> int:
        """Minutes."""
        return self.there.seconds(period.first, period.last) // 60 if self.there else 0

    def free(self, period: Period) -> int:
        """Minutes."""
        return self.left.seconds(period.first, period.last) // 60 if self.left else 0


def at_work(asked: Asked) -> list[AtWork]:
    """In their order, for the period and those it is seen beside."""
    periods = asked.period.compared()
    first, last = min(each.first for each in periods), max(each.last for each in periods)
    people = list(_people(asked))
    ids = [each.pk for each in people]
    rows = _rows(asked, ids, first, last)
    ahead = _rows(asked, ids, asked.today, last, with_bookings=True) if last >= asked.today else Rows()
    return [_at_work(asked, each, (rows, ahead), first, last) for each in people]


def _people(asked: Asked) -> QuerySet[Therapist]:
    kept = Booking.objects.filter(therapist=OuterRef("pk"), status__in=KEPT).values("session_on")
    return asked.therapists().annotate(
        since_on=Subquery(kept.order_by("busy_from_at")[:1]), until_on=Subquery(kept.order_by("-busy_from_at")[:1])
    )


def _rows(
    asked: Asked, therapists: Sequence[int], first: dt.date, last: dt.date, *, with_bookings: bool = False
) -> Rows:
    shelf = Shelf(therapists, [], asked.now)
    days = first - 2 * ONE_DAY, last + 2 * ONE_DAY
    span = (
        walltime.floor_epoch(walltime.instant(days[0], 0, asked.zone)),
        walltime.floor_epoch(walltime.instant(days[1], walltime.MIDNIGHT, asked.zone)),
    )
    return (loading.load if with_bookings else loading.load_times)(shelf, days, span)


def _at_work(asked: Asked, therapist: Therapist, rows: tuple[Rows, Rows], first: dt.date, last: dt.date) -> AtWork:
    days = _days(asked, therapist)
    if days is None:
        return AtWork(therapist)
    first, last = max(first, days[0]), min(last, days[1] or last)
    book = _book(rows[0], therapist.pk)
    there = Presence(book, first, last, asked.zone)
    if last < asked.today:
        return AtWork(therapist, there)
    over = LONG_AGO, walltime.ceil_epoch(asked.now)
    busy: list[Range] = [(each.busy_from, each.busy_until) for each in rows[1].taken.get(therapist.pk, ())]
    left = replace(book, away=[*book.away, over, *busy])
    return AtWork(therapist, there, Presence(left, max(first, asked.today), last, asked.zone))


def _days(asked: Asked, therapist: Therapist) -> tuple[dt.date, dt.date | None] | None:
    """From when, and until when if they stopped, a therapist's hours count."""
    since, until = therapist.since_on, therapist.until_on  # type: ignore[attr-defined]
    if therapist.active:
        return min(since or asked.today, asked.today), None
    return (since, until) if since else None


def _book(rows: Rows, therapist: int) -> Book:
    return Book(
        weekly=rows.weekly.get(therapist, ()),
        dated=rows.dated.get(therapist, ()),
        away=rows.away.get(therapist, ()),
        closed=rows.closed,
    )
