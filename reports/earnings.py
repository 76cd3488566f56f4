"""Adding up money over many bookings: what they come to, booking by booking, and what came in on some days. Only reads.

What a booking owes is decided in `bookings.owing`; nothing here decides it anew.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import (
    BooleanField,
    Case,
    DecimalField,
    ExpressionWrapper,
    F,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)
from django.db.models.expressions import Combinable

from bookings import owing
from bookings.models import Booking, Kind, MoneyEntry, MoneyKind, SessionType, Status
from reports import combining
from reports.asking import Asked, within_any
from reports.period import Period

HOUR = 60
AMOUNT: DecimalField = DecimalField(max_digits=12, decimal_places=2)
HOLDERS = ("session_type_id", "therapist_id", "room_id")


class Money(NamedTuple):
    """Of some bookings; `taken` is of some days, for whichever bookings."""

    agreed: Decimal = owing.NOTHING
    waived: Decimal = owing.NOTHING
    earned: Decimal = owing.NOTHING
    to_come: Decimal = owing.NOTHING
    paid: Decimal = owing.NOTHING
    owed: Decimal = owing.NOTHING
    over: Decimal = owing.NOTHING
    worth: Decimal = owing.NOTHING
    """What hands-on sessions that took place owe, less what was waived."""
    minutes: int = 0
    """The booked length of these."""
    taken: Decimal = owing.NOTHING

    @property
    def per_hour(self) -> Decimal | None:
        return (self.worth * HOUR / self.minutes).quantize(combining.CENT) if self.minutes else None


NONE = Money()


Days = dict[dt.date, Money]


def totals(asked: Asked) -> tuple[Money, Money, Money]:
    """Of this period, the one before and the one a year before."""
    return compared(asked, by_day(asked))


def headline(asked: Asked) -> tuple[Money, Money, Money]:
    """As totals, only what was agreed and what was taken: for these no booking's own lines are looked at."""
    periods = asked.period.compared()
    sums = _booked(asked, periods).values("session_on").annotate(agreed=Sum(owing.agreed()))
    days = {day: Money(agreed=combining.exact(agreed)) for day, agreed in sums.values_list("session_on", "agreed")}
    return compared(asked, _with_taken(asked, periods, days))


def compared(asked: Asked, days: Days) -> tuple[Money, Money, Money]:
    """As totals, from the days of all three."""
    this, before, year_before = (
        added(money for day, money in days.items() if period.first <= day <= period.last)
        for period in asked.period.compared()
    )
    return this, before, year_before


def by_day(asked: Asked) -> Days:
    """Of the days of all three periods those that have something to say."""
    periods = asked.period.compared()
    days = {combining.day(day): money for (day,), money in _sums(asked, periods, ("session_on",))}
    return _with_taken(asked, periods, days)


def _with_taken(asked: Asked, periods: Sequence[Period], days: Days) -> Days:
    lines = _lines(asked, periods).values("on").annotate(taken=Sum("signed"))
    for day, taken in lines.values_list("on", "taken"):
        days[day] = days.get(day, NONE)._replace(taken=combining.exact(taken))
    return days


def by_holder(asked: Asked) -> dict[tuple[Any, ...], Money]:
    """Of this period, by HOLDERS."""
    periods = (asked.period,)
    found = dict(_sums(asked, periods, HOLDERS))
    names = [f"booking__{name}" for name in HOLDERS]
    lines = _lines(asked, periods).values(*names).annotate(taken=Sum("signed"))
    for *holder, taken in lines.values_list(*names, "taken"):
        found[tuple(holder)] = found.get(tuple(holder), NONE)._replace(taken=combining.exact(taken))
    return found


def added(many: Iterable[Money]) -> Money:
    columns = list(zip(*many, strict=True))
    return Money(*map(sum, columns)) if columns else NONE  # type: ignore[arg-type]


def grouped(many: Iterable[tuple[Any, Money]]) -> dict[Any, Money]:
    """What has the same name, added up."""
    found: dict[Any, list[Money]] = {}
    for name, money in many:
        found.setdefault(name, []).append(money)
    return {name: added(each) for name, each in found.items()}


OVER_SQL = f"SUM(kept - ({owing.OWED_SQL})) FILTER (WHERE kept > {owing.OWED_SQL})"
SUMS = (
    "SUM(agreed)",
    "SUM(waived)",
    "SUM(waived - agreed) FILTER (WHERE waived > agreed)",
    f"SUM({owing.OWED_SQL}) FILTER (WHERE is_ahead)",
    "SUM(kept)",
    OVER_SQL,
    f"SUM({owing.OWED_SQL}) FILTER (WHERE is_hands_on)",
    "SUM(minutes) FILTER (WHERE is_hands_on)",
)
"""Few enough that a million bookings are added up in a second or two; the rest follows from them."""
ALL_LINES = (
    f"(SELECT booking_id, {owing.LINES_SQL} FROM bookings_moneyentry GROUP BY booking_id) sums ON booking_id = id"
)
LINES_OF_EACH = f"LATERAL (SELECT {owing.LINES_SQL} FROM bookings_moneyentry WHERE booking_id = booked.id) sums ON TRUE"
FEW_DAYS = 366
"""Up to so many days the lines of each booking are looked up; of more, and on SQLite, all are added up first."""


def _sums(asked: Asked, periods: Sequence[Period], keys: Sequence[str]) -> Iterator[tuple[tuple[Any, ...], Money]]:
    """What the bookings of the periods come to by the keys."""
    is_ahead, is_hands_on = (ExpressionWrapper(each, BooleanField()) for each in _marks(asked))
    rows = _booked(asked, periods).annotate(agreed=owing.agreed(), is_ahead=is_ahead, is_hands_on=is_hands_on)
    booked = rows.values("id", *keys, "agreed", "is_ahead", "is_hands_on", "minutes")
    is_short = asked.period.days <= FEW_DAYS and connection.vendor == "postgresql"
    lines, names = LINES_OF_EACH if is_short else ALL_LINES, ", ".join(keys)
    text = f"SELECT {names}, {', '.join(SUMS)} FROM booked LEFT JOIN {lines} GROUP BY {names}"
    for row in combining.rows(text, booked=booked):
        yield tuple(row[: len(keys)]), _money(row[len(keys) :])


def _marks(asked: Asked) -> tuple[Q, Q]:
    """What is still to come, and what took place under hands."""
    consultations = SessionType.objects.filter(kind=Kind.CONSULTATION)
    return (
        Q(status=Status.CONFIRMED, starts_at__gt=asked.now),
        Q(status=Status.COMPLETED) & ~Q(session_type__in=consultations),
    )


def _money(sums: Sequence[Any]) -> Money:
    """From SUMS."""
    agreed, waived, beyond, to_come, paid, over, worth, minutes = map(combining.exact, sums)
    owed = agreed - waived + beyond
    return Money(agreed, waived, owed - to_come, to_come, paid, owed - paid + over, over, worth, int(minutes))


def ways(asked: Asked) -> dict[str, tuple[Decimal, Decimal]]:
    """By way of paying, what came in and what was given back: what the cash-ups of the days count."""
    is_back = Q(kind=MoneyKind.REFUND)
    sums = {"came_in": Sum("signed", filter=~is_back), "given_back": Sum("signed", filter=is_back)}
    lines = _lines(asked, (asked.period,)).values("paid_by").annotate(**sums)
    return {
        way: (combining.exact(came_in), -combining.exact(back))
        for way, came_in, back in lines.values_list("paid_by", *sums)
    }


def bookings(asked: Asked) -> QuerySet[Any]:
    """Those of the period, each with its own account."""
    return owing.with_accounts(_booked(asked, (asked.period,))).annotate(
        paid=F("kept"),
        to_pay=_only(Q(balance__gt=0), F("balance")),
        over=_only(Q(balance__lt=0), -F("balance")),
    )


def _booked(asked: Asked, periods: Iterable[Period]) -> QuerySet[Booking]:
    """In the practice's currency."""
    return asked.bookings().filter(within_any(periods, "session_on"), currency=asked.currency)


def _lines(asked: Asked, periods: Iterable[Period]) -> QuerySet[MoneyEntry]:
    """What came in and went out, each with what it adds."""
    found = asked.money().receipts().filter(within_any(periods, "on"))  # type: ignore[attr-defined]
    return found.annotate(signed=owing.signed())


def _only(where: Q, amount: Combinable) -> Combinable:
    return Case(When(where, then=amount), default=Value(owing.NOTHING), output_field=AMOUNT)
