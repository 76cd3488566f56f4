"""What a booking owes, and what is still to be paid: the one answer for pages, lists and reports. Only reads.

A session that stands or took place owes its price, and the fees of late changes beside it. One that was cancelled or missed
owes the fees alone (never more than the price, `rules.fee_added`); where the practice cancelled, declined or released it,
nothing. What was waived comes off. The balance is what is owed less what was taken and not given back: above zero it is
still to be paid, below it is to be given back.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Case, DecimalField, F, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Greatest, Round

from bookings import rules
from bookings.models import TAKEN, Booking, MoneyEntry, MoneyKind, Status

WITH_PRICE = (Status.CONFIRMED, Status.COMPLETED)
WITH_FEES = (*WITH_PRICE, Status.CANCELLED, Status.NO_SHOW)
OVER = (Status.COMPLETED, Status.CANCELLED, Status.NO_SHOW)
MAY_PAY_AHEAD = (Status.REQUESTED, *WITH_PRICE)

NOTHING = Decimal("0.00")


class Line(NamedTuple):
    """As much of a money entry as is reckoned with."""

    kind: str
    amount: Decimal
    is_counter: bool = False


@dataclass(frozen=True, slots=True)
class Account:
    """What one booking comes to; `price` and `fees` are what it owes of them as it stands."""

    price: Decimal = NOTHING
    fees: Decimal = NOTHING
    waived: Decimal = NOTHING
    taken: Decimal = NOTHING
    given_back: Decimal = NOTHING

    @property
    def owed(self) -> Decimal:
        return max(self.price + self.fees - self.waived, NOTHING)

    @property
    def kept(self) -> Decimal:
        """What was taken and not given back."""
        return self.taken - self.given_back

    @property
    def balance(self) -> Decimal:
        return self.owed - self.kept

    @property
    def to_pay(self) -> Decimal:
        return max(self.balance, NOTHING)

    @property
    def to_give_back(self) -> Decimal:
        return max(-self.balance, NOTHING)


def account(status: str, price: Decimal, late_fee: Decimal, lines: Iterable[Line]) -> Account:
    """Values in, values out."""
    sums = dict.fromkeys(MoneyKind.values, NOTHING)
    for line in lines:
        sums[line.kind] += -line.amount if line.is_counter else line.amount
    return Account(
        price=price if status in WITH_PRICE else NOTHING,
        fees=late_fee if status in WITH_FEES else NOTHING,
        waived=sums[MoneyKind.WAIVER],
        taken=sum((sums[kind] for kind in TAKEN), NOTHING),
        given_back=sums[MoneyKind.REFUND],
    )


def accounts(bookings: Iterable[Booking]) -> dict[int, Account]:
    """By booking, all in one query."""
    found = list(bookings)
    lines: dict[int, list[Line]] = {each.pk: [] for each in found}
    entries = MoneyEntry.objects.filter(booking__in=lines).order_by()
    for pk, kind, amount, corrects in entries.values_list("booking_id", "kind", "amount", "corrects_id"):
        lines[pk].append(Line(kind, amount, corrects is not None))
    return {each.pk: account(each.status, each.price, each.late_fee, lines[each.pk]) for each in found}


def account_of(booking: Booking) -> Account:
    return accounts([booking])[booking.pk]


def balance_of(booking: Booking) -> Decimal:
    return account_of(booking).balance


def balances(bookings: Iterable[Booking]) -> dict[int, Decimal]:
    return {pk: each.balance for pk, each in accounts(bookings).items()}


def may_be_taken(booking: Booking, found: Account) -> Decimal:
    """What can be taken for it now: what is still to be paid, and for a request the price, as a deposit."""
    if booking.status == Status.REQUESTED:
        return max(booking.price - found.waived - found.kept, NOTHING)
    return found.to_pay


def fee_for_changing(booking: Booking, notice: dt.timedelta, now: dt.datetime) -> Decimal:
    """What a change by its client at this moment adds to what is owed."""
    if booking.status != Status.CONFIRMED or not rules.is_late(booking.starts_at, notice, now):
        return NOTHING
    return rules.fee_added(booking.price, booking.late_fee, booking.late_fee_percent)


def fee_for_not_coming(booking: Booking) -> Decimal:
    return rules.fee_added(booking.price, booking.late_fee, booking.no_show_fee_percent)


# The same answer in SQL

_MONEY: DecimalField = DecimalField(max_digits=12, decimal_places=2)
_ZERO = Value(NOTHING, output_field=_MONEY)


def with_balance(bookings: QuerySet[Any]) -> QuerySet[Any]:
    """Each with its `balance`, to filter, order and sum by."""
    is_waiver = Q(kind=MoneyKind.WAIVER)
    owed = Greatest(agreed() - _sum(is_waiver), _ZERO)
    return bookings.annotate(balance=_rounded(owed - _sum(~is_waiver)))


def _when(statuses: tuple[Status, ...], name: str) -> Combinable:
    return Case(When(status__in=statuses, then=F(name)), default=_ZERO, output_field=_MONEY)


def _sum(which: Q) -> Combinable:
    """In a look-up of its own, so that whoever filters by other rows multiplies no line."""
    lines = MoneyEntry.objects.filter(which, booking=OuterRef("pk")).order_by().values("booking")
    return Coalesce(Subquery(lines.annotate(total=Sum(signed())).values("total"), output_field=_MONEY), _ZERO)


def signed(prefix: str = "") -> Combinable:
    """What a line adds: a refund takes away, a counter-line counts the other way; a waiver as much as it waives."""
    amount = F(f"{prefix}amount")
    goes_out = Q(**{f"{prefix}kind": MoneyKind.REFUND})
    counts_against = Q(**{f"{prefix}corrects__isnull": False})
    turned = Case(When(goes_out, then=-amount), default=amount, output_field=_MONEY)
    return Case(When(counts_against, then=-turned), default=turned, output_field=_MONEY)


def with_accounts(bookings: QuerySet[Any]) -> QuerySet[Any]:
    """Each with what `account` says of it (`agreed` is price and fees): its lines joined and summed in one pass, for a great
    many at once. No other rows may be joined to it."""
    is_waiver = Q(money__kind=MoneyKind.WAIVER)
    sums = bookings.annotate(
        agreed=agreed(),
        waived=_rounded(Coalesce(Sum(signed("money__"), filter=is_waiver), _ZERO)),
        kept=_rounded(Coalesce(Sum(signed("money__"), filter=~is_waiver), _ZERO)),
    ).annotate(owed=_rounded(Greatest(F("agreed") - F("waived"), _ZERO)))
    return sums.annotate(balance=_rounded(F("owed") - F("kept")))


def _rounded(amount: Combinable) -> Combinable:
    return Round(amount, 2, output_field=_MONEY)


LINES_SQL = (
    "SUM({signed}) FILTER (WHERE kind = 'waiver') AS waived, SUM({signed}) FILTER (WHERE kind <> 'waiver') AS kept"
).format(signed="CASE WHEN (corrects_id IS NULL) = (kind <> 'refund') THEN amount ELSE -amount END")
"""Of one booking's lines what `account` adds up, for statements written by hand; nothing where there are none."""

OWED_SQL = "CASE WHEN waived IS NULL THEN agreed WHEN waived < agreed THEN agreed - waived ELSE 0 END"
"""What a booking owes, from `agreed` and `waived`."""


def agreed() -> Combinable:
    """What a booking owes before anything is waived."""
    return _when(WITH_PRICE, "price") + _when(WITH_FEES, "late_fee")


def not_paid(bookings: QuerySet[Any]) -> QuerySet[Any]:
    """Of sessions that are over or missed, those with something still to be paid."""
    return with_balance(bookings.filter(status__in=OVER)).filter(balance__gt=0)


def to_give_back(bookings: QuerySet[Any]) -> QuerySet[Any]:
    """Those for which more was taken than is owed."""
    return with_balance(bookings).filter(balance__lt=0)
