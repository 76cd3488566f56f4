"""Money at the desk: the only writer of what was taken, given back and waived, and of the count at a day's end.

A line is never changed; a wrong one is taken back by a counter-line. Locks are taken in one order: the booking, then all
that is written of money, so that sums and receipt numbers are judged as they stand.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import Max

from accounts.models import User
from bookings import calendars, money_constraints, owing, takings
from bookings.errors import AlreadyTakenBack, Conflict, DayClosed, DifferenceUnexplained, NotNow, ReasonNeeded, TooMuch
from bookings.models import Booking, CashUp, MoneyEntry, MoneyKind
from practice import walltime, words
from practice.models import Practice

CENT = Decimal("0.01")


@transaction.atomic
def take(
    booking: Booking, amount: Decimal, paid_by: str, *, by: User, now: dt.datetime, seen: int | None = None
) -> MoneyEntry:
    """Records what the client paid; before they are here for the session it is a deposit. `seen` is how many lines of the
    booking's whoever pressed had before them: a second press of the same button is refused. Raises TooMuch, Conflict."""
    _lock(booking, seen)
    most = owing.may_be_taken(booking, owing.account_of(booking))
    _check(amount, most, "No more than {} is still to be paid.", "Nothing is to be paid for this booking.", booking)
    is_ahead = booking.status in owing.MAY_PAY_AHEAD and booking.checked_in_at is None and booking.starts_at > now
    kind = MoneyKind.DEPOSIT if is_ahead else MoneyKind.PAYMENT
    return _enter(booking, kind, amount, now, paid_by=paid_by, by=by)


@transaction.atomic
def give_back(
    booking: Booking,
    amount: Decimal,
    paid_by: str,
    *,
    by: User,
    now: dt.datetime,
    why: str = "",
    seen: int | None = None,
) -> MoneyEntry:
    """Records what the practice gave back; never more than was taken. A reason is needed for what was not to be given back.
    Raises TooMuch, ReasonNeeded, Conflict."""
    _lock(booking, seen)
    found = owing.account_of(booking)
    _check(amount, found.kept, "No more than {} was taken.", "Nothing was taken for this booking.", booking)
    if amount > found.to_give_back and not why.strip():
        raise ReasonNeeded
    return _enter(booking, MoneyKind.REFUND, amount, now, paid_by=paid_by, by=by, why=why.strip())


@transaction.atomic
def waive(
    booking: Booking, amount: Decimal, *, by: User, now: dt.datetime, why: str, seen: int | None = None
) -> MoneyEntry:
    """The practice does without a part of what is owed, or all of it. Raises TooMuch, ReasonNeeded, Conflict."""
    if not why.strip():
        raise ReasonNeeded
    _lock(booking, seen)
    owed = owing.account_of(booking).owed
    _check(amount, owed, "No more than {} is owed.", "Nothing is owed for this booking.", booking)
    return _enter(booking, MoneyKind.WAIVER, amount, now, by=by, why=why.strip())


@transaction.atomic
def waive_rest(booking: Booking, *, now: dt.datetime, why: str) -> None:
    """Nothing is owed for this booking any more; done by the rules, and by nobody."""
    _lock(booking)
    if owed := owing.account_of(booking).owed:
        _enter(booking, MoneyKind.WAIVER, owed, now, why=why)


@transaction.atomic
def take_back(entry: MoneyEntry, *, by: User, now: dt.datetime, why: str) -> MoneyEntry:
    """A counter-line for one that was entered wrongly. Raises ReasonNeeded, AlreadyTakenBack, and TooMuch where what was
    taken has been given back since."""
    if not why.strip():
        raise ReasonNeeded
    booking = entry.booking
    _lock(booking)
    if entry.corrects_id or MoneyEntry.objects.filter(corrects=entry).exists():
        raise AlreadyTakenBack
    if entry.kind in owing.TAKEN and entry.amount > owing.account_of(booking).kept:
        raise TooMuch("This has been given back since. Please take that line back first.")
    return _enter(booking, entry.kind, entry.amount, now, paid_by=entry.paid_by, by=by, why=why.strip(), corrects=entry)


class Count(NamedTuple):
    """What somebody counted one way, and why it differs where it does."""

    amount: Decimal
    why: str = ""


@transaction.atomic
def close_day(on: dt.date, counts: Mapping[str, Count], *, by: User, now: dt.datetime) -> list[CashUp]:
    """Ends a day, each way of paying counted, once; what comes after it is counted with the next day.
    Raises NotNow, DayClosed, DifferenceUnexplained."""
    practice = Practice.objects.current()
    if on > walltime.local_date(now, practice.zone):
        raise NotNow("This day has not begun yet.")
    _lock_money()
    if CashUp.objects.filter(on=on).exists():
        raise DayClosed
    made = []
    for way in takings.of_day(on, practice.currency):
        count = counts[way.paid_by]
        if count.amount != way.expected and not count.why.strip():
            raise DifferenceUnexplained(way.paid_by, _differs(count.amount - way.expected, practice.currency))
        made.append(_cash_up(on, practice, way, count, by, now))
    return made


def _differs(by: Decimal, currency: str) -> str:
    return f"{words.money(abs(by), currency)} {'more' if by > 0 else 'less'}"


def _cash_up(on: dt.date, practice: Practice, way: takings.Way, count: Count, by: User, now: dt.datetime) -> CashUp:
    return CashUp.objects.create(
        on=on,
        paid_by=way.paid_by,
        currency=practice.currency,
        expected=way.expected,
        counted=count.amount,
        why=count.why.strip(),
        at=now,
        by=by,
    )


# The steps they share


def _lock(booking: Booking, seen: int | None = None) -> None:
    """Holds the booking as it now stands, then what is written of money. Raises Conflict where lines were `seen` and there
    are others by now."""
    locked = Booking.objects.select_for_update(of=("self",), no_key=True)
    booking.refresh_from_db(fields=["status", "price", "late_fee", "checked_in_at", "starts_at"], from_queryset=locked)
    _lock_money()
    if seen is not None and MoneyEntry.objects.filter(booking=booking).count() != seen:
        raise Conflict("Something was recorded for this booking in the meantime. Please look at it again.")


def _lock_money() -> None:
    """On SQLite a write transaction is alone from its start."""
    if connection.features.has_select_for_update:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {money_constraints.LOCK}")


def _check(amount: Decimal, most: Decimal, sentence: str, nothing: str, booking: Booking) -> None:
    is_amount = amount.is_finite() and amount > 0
    if is_amount and amount > most:
        raise TooMuch(sentence.format(words.money(most, booking.currency)) if most else nothing)
    if not is_amount or amount != amount.quantize(CENT):
        raise TooMuch("Please type an amount above nothing, in whole pence or cents.")


def _enter(booking: Booking, kind: str, amount: Decimal, now: dt.datetime, **fields: Any) -> MoneyEntry:
    today = walltime.local_date(now, Practice.objects.current().zone)
    return MoneyEntry.objects.create(
        booking=booking,
        kind=kind,
        amount=amount,
        currency=booking.currency,
        number=None if kind == MoneyKind.WAIVER else _next_number(),
        what=calendars.neutral_name(booking),
        at=now,
        on=takings.counted_on(today),
        **fields,
    )


def _next_number() -> int:
    """Receipts are numbered one after the other, none left out; what is undone gives its number to the next."""
    return (MoneyEntry.objects.aggregate(last=Max("number"))["last"] or 0) + 1
