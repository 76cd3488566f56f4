"""A day's takings by way of paying, as the end of the day counts them, and which days are still to be counted. Only reads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from bookings.models import CashUp, MoneyEntry, MoneyKind, PaidBy
from bookings.owing import NOTHING

LOOK_BACK = dt.timedelta(days=60)


class Way(NamedTuple):
    """What came in and went out one way on one day."""

    paid_by: PaidBy
    taken: Decimal
    given_back: Decimal
    closed: CashUp | None

    @property
    def expected(self) -> Decimal:
        return self.taken - self.given_back

    @property
    def difference(self) -> Decimal:
        return self.closed.counted - self.closed.expected if self.closed else NOTHING

    @property
    def gap(self) -> Decimal:
        return abs(self.difference)

    @property
    def is_short(self) -> bool:
        return self.difference < 0


def entries_of(on: dt.date) -> list[MoneyEntry]:
    """Each line that moved money and is counted with that day, in order."""
    found = MoneyEntry.objects.receipts().filter(on=on)
    return list(found.select_related("by", "corrects", "booking").order_by("number"))


def of_day(on: dt.date, currency: str, entries: Iterable[MoneyEntry] | None = None) -> list[Way]:
    """Each way in its order. Lines in another currency than the practice's own now are not among them."""
    lines = entries_of(on) if entries is None else entries
    counted = {each.paid_by: each for each in CashUp.objects.filter(on=on, currency=currency).select_related("by")}
    sums = {(way, back): NOTHING for way in PaidBy.values for back in (False, True)}
    for each in lines:
        if each.currency == currency:
            came = each.paid_by, each.kind == MoneyKind.REFUND
            sums[came] += -each.amount if each.corrects_id else each.amount
    return [Way(way, sums[way, False], sums[way, True], counted.get(way)) for way in PaidBy]


def last_closed(on_or_before: dt.date | None = None) -> dt.date | None:
    found = CashUp.objects.filter(on__lte=on_or_before) if on_or_before else CashUp.objects.all()
    newest = found.order_by("-on").first()
    return newest.on if newest else None


def counted_on(today: dt.date) -> dt.date:
    """With which day a line of today is counted: once that day is closed, with the next."""
    closed = last_closed()
    return max(today, closed + dt.timedelta(days=1)) if closed else today


def not_closed(today: dt.date) -> list[dt.date]:
    """Days before today with takings that nobody has counted, the latest first."""
    since = today - LOOK_BACK
    days = set(
        MoneyEntry.objects.receipts()
        .filter(on__range=(since, today - dt.timedelta(days=1)))
        .values_list("on", flat=True)
    )
    closed = set(CashUp.objects.filter(on__gte=since).values_list("on", flat=True))
    return sorted(days - closed, reverse=True)
