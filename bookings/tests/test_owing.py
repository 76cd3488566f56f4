"""What a booking owes; the same answer from Python and from SQL, whatever was written."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.tests.factories import make_owner
from bookings import money_constraints, owing
from bookings.models import Booking, MoneyEntry, MoneyKind, PaidBy, Status
from bookings.owing import Account, Line
from bookings.tests.factories import NOW, make_booking

pytestmark = pytest.mark.django_db

D = Decimal


@pytest.mark.parametrize(
    ("status", "owed"),
    [
        (Status.HELD, 0),
        (Status.REQUESTED, 0),
        (Status.CONFIRMED, 90),
        (Status.COMPLETED, 90),
        (Status.NO_SHOW, 20),
        (Status.CANCELLED, 20),
        (Status.DECLINED, 0),
        (Status.EXPIRED, 0),
    ],
)
def test_each_status_owes_its_price_its_fees_or_nothing(status: Status, owed: int) -> None:
    assert owing.account(status, D("70.00"), D("20.00"), []).owed == owed


def test_what_was_waived_comes_off_and_what_was_taken_and_given_back_is_reckoned() -> None:
    lines = [
        Line("deposit", D(30)),
        Line("waiver", D(10)),
        Line("payment", D(50)),
        Line("payment", D(50), is_counter=True),
        Line("refund", D(5)),
    ]
    found = owing.account("completed", D(70), D(0), lines)
    assert found == Account(price=D(70), fees=D(0), waived=D(10), taken=D(30), given_back=D(5))
    assert (found.owed, found.kept, found.balance, found.to_pay, found.to_give_back) == (60, 25, 35, 35, 0)


def test_waiver_of_more_than_is_left_after_a_change_does_not_turn_into_money() -> None:
    found = owing.account("cancelled", D(70), D(35), [Line("waiver", D(60)), Line("deposit", D(20))])
    assert (found.owed, found.balance, found.to_give_back) == (0, -20, 20)


def write(booking: Booking, lines: list[tuple[str, Decimal]], by: Any) -> None:
    """Past the verbs, and past the guards where a refund has nothing behind it yet: the sums alone are looked at."""
    for kind, amount in lines:
        is_waiver = kind == MoneyKind.WAIVER
        number = None if is_waiver else MoneyEntry.objects.receipts().count() + 1
        MoneyEntry.objects.create(
            booking=booking, kind=kind, amount=amount, currency=booking.currency, number=number, what="Session", at=NOW,
            on=NOW.date(), by=by, paid_by="" if is_waiver else PaidBy.CASH, why="So it was",
        )  # fmt: skip


def counter(entry: MoneyEntry) -> None:
    entry.corrects_id, entry.pk = entry.pk, None
    entry.number = entry.number and MoneyEntry.objects.receipts().count() + 1
    entry.save(force_insert=True)


AMOUNTS = st.decimals(D("0.01"), D("300.00"), places=2)
LINES = st.lists(st.tuples(st.sampled_from(MoneyKind.values), AMOUNTS, st.booleans()), max_size=6)


@given(
    rows=st.lists(
        st.tuples(st.sampled_from(["completed", "no_show", "cancelled", "expired"]), AMOUNTS, AMOUNTS, LINES),
        min_size=1, max_size=3,
    )
)  # fmt: skip
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_sql_reckons_as_python_does(rows: list[Any], db: None) -> None:
    from django.db import connection, transaction

    with transaction.atomic():
        by = make_owner()
        money_constraints.remove(connection, money_constraints.ADDS_UP)
        bookings = []
        for status, price, fee, lines in rows:
            booking = make_booking(status=status, price=price, late_fee=fee)
            write(booking, [(kind, amount) for kind, amount, _ in lines], by)
            entries = list(MoneyEntry.objects.filter(booking=booking))
            for entry, (_, _, is_counted_back) in zip(entries, lines, strict=True):
                if is_counted_back:
                    counter(entry)
            bookings.append(booking)
        in_python = owing.balances(bookings)
        in_sql = dict(owing.with_balance(Booking.objects.all()).values_list("pk", "balance"))
        numbers = ("agreed", "waived", "kept", "owed", "balance")
        joined = {pk: of for pk, *of in owing.with_accounts(Booking.objects.all()).values_list("pk", *numbers)}
        accounts = owing.accounts(bookings)
        to_pay = set(owing.not_paid(Booking.objects.all()).values_list("pk", flat=True))
        back = set(owing.to_give_back(Booking.objects.all()).values_list("pk", flat=True))
        transaction.set_rollback(True)
    assert in_sql == in_python
    assert joined == {
        pk: [each.price + each.fees, each.waived, each.kept, each.owed, each.balance] for pk, each in accounts.items()
    }
    over = {each.pk for each in bookings if each.status in owing.OVER}
    assert to_pay == {pk for pk, balance in in_python.items() if balance > 0 and pk in over}
    assert back == {pk for pk, balance in in_python.items() if balance < 0}


def test_balances_of_many_are_asked_at_once(django_assert_num_queries: Any) -> None:
    bookings = [make_booking() for _ in range(3)]
    with django_assert_num_queries(1):
        found = owing.balances(bookings)
    assert found == {each.pk: D("70.00") for each in bookings}
