"""What became of bookings: who came, who did not, who cancelled, what is still to come. The one place where these are
counted. Only reads.

A booking belongs to the day on which its session begins. All that goes by days is counted in one query, a row for each day
of the period and of the two beside it, and added up from there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce, ExtractHour

from bookings.models import Booking, Room, SessionType, Status, Therapist
from bookings.models import Kind as SessionKind
from reports.asking import Asked, within_any
from reports.period import DAY, Period

TOOK_PLACE = Q(status=Status.COMPLETED)
MISSED = Q(status=Status.NO_SHOW)
CANCELLED = Q(status=Status.CANCELLED)
# A late move leaves its mark too; one that was entered from a file has no moment.
CANCELLED_LATE = CANCELLED & Q(is_late=True) & (
    Q(cancelled_at=None) | Q(cancelled_at__gt=F("starts_at") - F("cancellation_notice"))
)  # fmt: skip
NO_ROOM = "No room"
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class Counts(NamedTuple):
    sessions: int = 0
    hands_on: int = 0
    """Minutes."""
    no_shows: int = 0
    cancellations: int = 0
    late_cancellations: int = 0
    to_come: int = 0
    unmarked: int = 0

    @property
    def missed_share(self) -> Decimal | None:
        """Of the sessions whose time came, those whose client did not."""
        expected = self.sessions + self.no_shows
        return Decimal(self.no_shows) / expected if expected else None

    @property
    def stood(self) -> int:
        """Bookings that were made for good, whatever became of them."""
        return self.sessions + self.no_shows + self.cancellations + self.to_come + self.unmarked


NONE = Counts()
Days = dict[dt.date, Counts]


def by_day(asked: Asked) -> Days:
    """Of this period, the one before and the one a year before; days without bookings are left out."""
    found = _of(asked, *asked.period.compared()).values("session_on")
    return {on: Counts(*counts) for on, *counts in _counted(asked, found).values_list("session_on", *Counts._fields)}


def compared(asked: Asked, days: Days) -> tuple[Counts, Counts, Counts]:
    this, before, year_before = (
        total(counts for on, counts in days.items() if each.first <= on <= each.last)
        for each in asked.period.compared()
    )
    return this, before, year_before


def total(counts: Iterable[Counts]) -> Counts:
    return Counts(*map(sum, zip(NONE, *counts, strict=True)))


class Split(NamedTuple):
    """The counts of one therapist, session type, room, weekday, hour."""

    name: str
    counts: Counts


class Splits(NamedTuple):
    """Those alone of which there is something to say, in the practice's own order. The hours are those of its clock in which
    sessions begin, from the first to the last that there are."""

    therapists: list[Split]
    session_types: list[Split]
    rooms: list[Split]
    hours: list[Split]


def splits(asked: Asked) -> Splits:
    """All of them from one query, since each would read the same rows again."""
    therapists, types, rooms, hours = _grouped(asked)
    return Splits(
        list(_named(therapists, Therapist.objects.all())),
        list(_named(types, SessionType.objects.all())),
        list(_named(rooms, Room.objects.all())),
        list(_on_the_clock(hours)),
    )


Groups = dict[Any, list[Counts]]


def _grouped(asked: Asked) -> tuple[Groups, ...]:
    parts = ("therapist_id", "session_type_id", "room_id", "hour")
    hour = ExtractHour("starts_at", tzinfo=asked.zone)
    rows = _counted(asked, _of(asked, asked.period).annotate(hour=hour).values(*parts))
    found: tuple[Groups, ...] = tuple({} for _ in parts)
    for row in rows.values_list(*parts, *Counts._fields):
        counts = Counts(*row[len(parts) :])
        for part, key in zip(found, row, strict=False):
            part.setdefault(key, []).append(counts)
    return found


def weekdays(asked: Asked, days: Days) -> list[Split]:
    """All seven."""
    period = asked.period
    each = {on: counts for on, counts in days.items() if period.first <= on <= period.last}
    return [
        Split(name, total(counts for on, counts in each.items() if on.weekday() == number))
        for number, name in enumerate(WEEKDAYS)
    ]


class Stretch(NamedTuple):
    """A day or a month, by its first day."""

    on: dt.date
    counts: Counts


def by_months(period: Period, days: Days) -> list[Stretch]:
    found: dict[dt.date, list[Counts]] = {}
    for on in _dates(period):
        found.setdefault(on.replace(day=1), []).append(days.get(on, NONE))
    return [Stretch(month, total(counts)) for month, counts in found.items()]


def by_days(period: Period, days: Days) -> list[Stretch]:
    return [Stretch(on, days.get(on, NONE)) for on in _dates(period)]


def _dates(period: Period) -> Iterator[dt.date]:
    return (period.first + DAY * number for number in range(period.days))


# In SQL


def _of(asked: Asked, *periods: Period) -> QuerySet[Booking]:
    return asked.bookings().filter(within_any(periods))


def _counted(asked: Asked, grouped: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
    consultations = list(SessionType.objects.filter(kind=SessionKind.CONSULTATION).values_list("pk", flat=True))
    hands_on = TOOK_PLACE & ~Q(session_type__in=consultations) if consultations else TOOK_PLACE
    ahead = Q(status=Status.REQUESTED) | Q(status=Status.CONFIRMED)
    return grouped.annotate(
        sessions=Count("pk", filter=TOOK_PLACE),
        hands_on=Coalesce(Sum("minutes", filter=hands_on), 0),
        no_shows=Count("pk", filter=MISSED),
        cancellations=Count("pk", filter=CANCELLED),
        late_cancellations=Count("pk", filter=CANCELLED_LATE),
        to_come=Count("pk", filter=ahead & Q(ends_at__gt=asked.now)),
        unmarked=Count("pk", filter=Q(status=Status.CONFIRMED, ends_at__lte=asked.now)),
    )


def _named(found: Groups, rows: QuerySet[Any]) -> Iterator[Split]:
    for pk, name in [*rows.values_list("pk", "name"), (None, NO_ROOM)]:
        counts = total(found.get(pk, ()))
        if any(counts):
            yield Split(name, counts)


def _on_the_clock(found: Groups) -> Iterator[Split]:
    counts = {hour: total(each) for hour, each in found.items()}
    at_work = [hour for hour, each in counts.items() if any(each)]
    for hour in range(min(at_work), max(at_work) + 1) if at_work else ():
        yield Split(f"{hour:02d}:00", counts.get(hour, NONE))
