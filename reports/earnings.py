"""Adding up money over many bookings: what they come to, booking by booking, and what came in on some days. Only reads.

What a booking owes is decided in `bookings.owing`; nothing here decides it anew.
"""

from __future__ import annotations

import datetime as dt
import functools
import operator
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
from django.db.models.functions import ExtractIsoWeekDay

from bookings import owing
from bookings.models import Kind, MoneyEntry, MoneyKind, SessionType, Status
from reports import combining
from reports.asking import Asked, within
from reports.period import Period

CENT = Decimal("0.01")
HOUR = 60
AMOUNT: DecimalField = DecimalField(max_digits=12, decimal_places=2)
SUMS = ("agreed", "waived", "earned", "to_come", "paid", "to_pay", "over", "worth", "table_minutes")
"""Of each booking, as Money begins."""
PARTS = ("session_type_id", "therapist_id", "room_id", "month", "weekday")
"""What it is split by; months are numbers as `combining` has them, weekdays count from Monday as 1."""


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
        return (self.worth * HOUR / self.minutes).quantize(CENT) if self.minutes else None


NONE = Money()


def totals(asked: Asked) -> tuple[Money, Money, Money]:
    """Of this period, the one before and the one a year before."""
    periods = asked.period.compared()
    days = list(_by_day(asked, periods))
    came_in = {f"taken_{at}": Sum("signed", filter=within(each, "on")) for at, each in enumerate(periods)}
    taken = _lines(asked, periods).aggregate(**came_in)
    this, before, year_before = (
        _of_days([sums for on, sums in days if each.first <= on <= each.last], taken[f"taken_{at}"])
        for at, each in enumerate(periods)
    )
    return this, before, year_before


OVER_SQL = f"SUM(kept - ({owing.OWED_SQL})) FILTER (WHERE kept > {owing.OWED_SQL})"
DAY_SUMS = (
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


def _by_day(asked: Asked, periods: Sequence[Period]) -> Iterator[tuple[dt.date, list[Decimal]]]:
    """DAY_SUMS of each day that has bookings."""
    is_ahead, is_hands_on = (ExpressionWrapper(each, BooleanField()) for each in _marks(asked))
    found = asked.bookings().filter(_in_any(periods, "session_on"), currency=asked.currency)
    rows = found.annotate(agreed=owing.agreed(), is_ahead=is_ahead, is_hands_on=is_hands_on)
    booked = rows.values("id", "session_on", "agreed", "is_ahead", "is_hands_on", "minutes")
    is_short = asked.period.days <= FEW_DAYS and connection.vendor == "postgresql"
    lines = LINES_OF_EACH if is_short else ALL_LINES
    text = f"SELECT session_on, {', '.join(DAY_SUMS)} FROM booked LEFT JOIN {lines} GROUP BY session_on"
    for on, *sums in combining.rows(text, booked=booked):
        yield combining.day(on), [Decimal(each or 0) for each in sums]


def _marks(asked: Asked) -> tuple[Q, Q]:
    """What is still to come, and what took place under hands."""
    consultations = SessionType.objects.filter(kind=Kind.CONSULTATION)
    return (
        Q(status=Status.CONFIRMED, starts_at__gt=asked.now),
        Q(status=Status.COMPLETED) & ~Q(session_type__in=consultations),
    )


def _of_days(days: Sequence[Sequence[Decimal]], taken: Any) -> Money:
    agreed, waived, beyond, to_come, paid, over, worth, minutes = (
        sum(each, owing.NOTHING) for each in zip([owing.NOTHING] * len(DAY_SUMS), *days, strict=True)
    )
    owed = agreed - waived + beyond
    return _money((agreed, waived, owed - to_come, to_come, paid, owed - paid + over, over, worth, minutes), taken)


def splits(asked: Asked) -> list[dict[Any, Money]]:
    """By each of PARTS, in two statements."""
    periods = (asked.period,)
    found: list[dict[Any, Money]] = [{} for _ in PARTS]
    rows = bookings(asked, periods).annotate(**_when("session_on")).values(*PARTS, *SUMS)
    for at, key, *sums in combining.rows(_by_each(SUMS), rows=rows):
        found[at][_key(key)] = _money(sums, None)
    lines = _lines(asked, periods).annotate(**_when("on"), **_whose()).values(*PARTS, "signed")
    for at, key, taken in combining.rows(_by_each(("signed",)), rows=lines):
        found[at][_key(key)] = found[at].get(_key(key), NONE)._replace(taken=_exact(taken))
    return found


def ways(asked: Asked) -> dict[str, tuple[Decimal, Decimal]]:
    """By way of paying, what came in and what was given back: what the cash-ups of the days count."""
    is_back = Q(kind=MoneyKind.REFUND)
    sums = {"came_in": Sum("signed", filter=~is_back), "given_back": Sum("signed", filter=is_back)}
    lines = _lines(asked, (asked.period,)).values("paid_by").annotate(**sums)
    return {way: (_exact(came_in), -_exact(back)) for way, came_in, back in lines.values_list("paid_by", *sums)}


def bookings(asked: Asked, periods: Iterable[Period]) -> QuerySet[Any]:
    """Each with its own SUMS, in the practice's currency."""
    found = asked.bookings().filter(_in_any(periods, "session_on"), currency=asked.currency)
    is_ahead, is_hands_on = _marks(asked)
    return owing.with_accounts(found).annotate(
        earned=_only(~is_ahead, F("owed")),
        to_come=_only(is_ahead, F("owed")),
        paid=F("kept"),
        to_pay=_only(Q(balance__gt=0), F("balance")),
        over=_only(Q(balance__lt=0), -F("balance")),
        worth=_only(is_hands_on, F("owed")),
        table_minutes=Case(When(is_hands_on, then=F("minutes")), default=0),
    )


def _lines(asked: Asked, periods: Iterable[Period]) -> QuerySet[MoneyEntry]:
    """What came in and went out, each with what it adds."""
    found = asked.money().receipts().filter(_in_any(periods, "on"))  # type: ignore[attr-defined]
    return found.annotate(signed=owing.signed())


def _in_any(periods: Iterable[Period], name: str) -> Q:
    return functools.reduce(operator.or_, (within(each, name) for each in periods))


def _only(where: Q, amount: Combinable) -> Combinable:
    return Case(When(where, then=amount), default=Value(owing.NOTHING), output_field=AMOUNT)


def _when(name: str) -> dict[str, Combinable]:
    return {"month": combining.month_number(name), "weekday": ExtractIsoWeekDay(name)}


def _whose() -> dict[str, Combinable]:
    return {name: F(f"booking__{name}") for name in ("session_type_id", "therapist_id", "room_id")}


def _by_each(names: Sequence[str]) -> str:
    sums = ", ".join(f"SUM({name})" for name in names)
    each = (f"SELECT {at}, {part}, {sums} FROM rows GROUP BY {part}" for at, part in enumerate(PARTS))
    return " UNION ALL ".join(each)


def _key(key: Any) -> int | None:
    return None if key is None else int(key)


def _money(sums: Sequence[Any], taken: Any) -> Money:
    *amounts, minutes = sums
    counted = dict(zip(Money._fields, map(_exact, amounts), strict=False))
    return Money(**counted, minutes=int(minutes or 0), taken=_exact(taken))  # type: ignore[arg-type]


def _exact(amount: Any) -> Decimal:
    """SQLite adds binary fractions."""
    return Decimal(amount or 0).quantize(CENT)
