"""Money at the desk: what can be taken, given back, waived and counted, and what the database refuses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import User
from accounts.tests.factories import make_front_desk
from bookings import money, money_constraints, owing, takings, withdrawal
from bookings.errors import AlreadyTakenBack, Conflict, DayClosed, DifferenceUnexplained, NotNow, ReasonNeeded, TooMuch
from bookings.models import Booking, CashUp, MoneyEntry, MoneyKind, PaidBy, Status
from bookings.money import Count
from bookings.money_constraints import ADDS_UP, CASH_UP_ADDS_UP, CASH_UP_KEPT, DAY_OPEN, KEPT, NUMBERED
from bookings.tests.factories import NOW, make_booking
from bookings.tests.test_withdrawal import make_agreed, make_resting
from practice.models import Practice

pytestmark = pytest.mark.django_db

D = Decimal
HOUR = dt.timedelta(hours=1)
TODAY = dt.date(2026, 6, 4)
AFTER = dt.datetime(2026, 6, 4, 10, 5, tzinfo=dt.UTC)


@pytest.fixture
def desk() -> User:
    return make_front_desk()


def came(**fields: Any) -> Booking:
    return make_booking(**({"status": Status.COMPLETED, "ended_at": AFTER} | fields))


def told(booking: Booking) -> list[tuple[str, Decimal, str, int | None]]:
    return [(each.kind, each.amount, each.paid_by, each.number) for each in booking.money.all()]


def test_payment_settles_what_is_due_and_no_more_can_be_taken(desk: User) -> None:
    booking = came()

    money.take(booking, D("30.00"), "cash", by=desk, now=AFTER)
    with pytest.raises(TooMuch, match="No more than £40 is still to be paid"):
        money.take(booking, D("40.01"), "card", by=desk, now=AFTER)
    money.take(booking, D("40.00"), "card", by=desk, now=AFTER)
    with pytest.raises(TooMuch, match="Nothing is to be paid for this booking"):
        money.take(booking, D("0.01"), "card", by=desk, now=AFTER)

    assert told(booking) == [("payment", D(30), "cash", 1), ("payment", D(40), "card", 2)]
    assert owing.balance_of(booking) == 0


def test_second_press_of_the_same_button_records_nothing(desk: User) -> None:
    booking = came()
    money.take(booking, D(30), "cash", by=desk, now=AFTER, seen=0)
    again: list[Callable[[], object]] = [
        lambda: money.take(booking, D(30), "cash", by=desk, now=AFTER, seen=0),
        lambda: money.give_back(booking, D(10), "cash", by=desk, now=AFTER, why="So", seen=0),
        lambda: money.waive(booking, D(10), by=desk, now=AFTER, why="So", seen=0),
    ]
    for press in again:
        with pytest.raises(Conflict, match="in the meantime"):
            press()
    assert len(told(booking)) == 1


@pytest.mark.parametrize("amount", ["0", "-1", "0.001", "NaN"])
def test_what_is_no_amount_is_refused(desk: User, amount: str) -> None:
    booking = came()
    money.take(booking, D(30), "cash", by=desk, now=AFTER)
    for verb in (money.take, money.give_back):
        with pytest.raises(TooMuch, match="Please type an amount"):
            verb(booking, D(amount), "cash", by=desk, now=AFTER)


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({}, "deposit"),
        ({"status": Status.REQUESTED}, "deposit"),
        ({"checked_in_at": AFTER - 2 * HOUR}, "payment"),
        ({"status": Status.CANCELLED, "late_fee": D(35)}, "payment"),
    ],
)
def test_what_is_taken_before_the_client_is_here_is_a_deposit(desk: User, fields: dict[str, Any], kind: str) -> None:
    booking = make_booking(**fields)
    assert money.take(booking, D(20), "transfer", by=desk, now=AFTER - 2 * HOUR).kind == kind


@pytest.mark.parametrize("status", [Status.DECLINED, Status.EXPIRED, Status.HELD])
def test_nothing_is_taken_for_what_is_no_booking(desk: User, status: Status) -> None:
    with pytest.raises(TooMuch, match="Nothing is to be paid for this booking"):
        money.take(make_booking(status=status), D(1), "cash", by=desk, now=NOW)


def test_deposit_goes_back_where_nothing_is_owed_any_more_and_never_more_than_was_taken(desk: User) -> None:
    booking = make_booking()
    money.take(booking, D(30), "card", by=desk, now=NOW)
    Booking.objects.filter(pk=booking.pk).update(status=Status.CANCELLED)

    with pytest.raises(TooMuch, match="No more than £30 was taken"):
        money.give_back(booking, D("30.01"), "card", by=desk, now=NOW)
    money.give_back(booking, D(30), "card", by=desk, now=NOW)
    with pytest.raises(TooMuch, match="Nothing was taken for this booking"):
        money.give_back(booking, D(1), "card", by=desk, now=NOW)

    assert told(booking) == [("deposit", D(30), "card", 1), ("refund", D(30), "card", 2)]


def test_giving_back_what_is_owed_needs_a_reason(desk: User) -> None:
    booking = came()
    money.take(booking, D(70), "cash", by=desk, now=AFTER)
    with pytest.raises(ReasonNeeded):
        money.give_back(booking, D(10), "cash", by=desk, now=AFTER, why=" ")
    money.give_back(booking, D(10), "cash", by=desk, now=AFTER, why="The room was cold")
    assert owing.balance_of(booking) == 10


def test_waiver_needs_a_reason_and_gets_no_receipt(desk: User) -> None:
    booking = came()
    with pytest.raises(ReasonNeeded):
        money.waive(booking, D(10), by=desk, now=AFTER, why="")
    with pytest.raises(TooMuch, match="No more than £70 is owed"):
        money.waive(booking, D(71), by=desk, now=AFTER, why="A gift")
    money.waive(booking, D(70), by=desk, now=AFTER, why="A gift")
    with pytest.raises(TooMuch, match="Nothing is owed for this booking"):
        money.waive(booking, D(1), by=desk, now=AFTER, why="A gift")
    assert (told(booking), owing.balance_of(booking)) == ([("waiver", D(70), "", None)], 0)


def test_wrong_line_is_taken_back_once_by_a_counter_line_with_a_reason(desk: User) -> None:
    booking = came()
    wrong = money.take(booking, D(70), "cash", by=desk, now=AFTER)
    with pytest.raises(ReasonNeeded):
        money.take_back(wrong, by=desk, now=AFTER, why="")
    counter = money.take_back(wrong, by=desk, now=AFTER, why="It was the card")
    for line in (wrong, counter):
        with pytest.raises(AlreadyTakenBack):
            money.take_back(line, by=desk, now=AFTER, why="Again")
    money.take(booking, D(70), "card", by=desk, now=AFTER)
    assert [(each.kind, each.paid_by, each.corrects_id, each.number) for each in booking.money.all()] == [
        ("payment", "cash", None, 1), ("payment", "cash", wrong.pk, 2), ("payment", "card", None, 3),
    ]  # fmt: skip
    assert [(way.paid_by, way.expected) for way in takings.of_day(TODAY, "GBP")] == [
        ("cash", 0), ("card", 70), ("transfer", 0),
    ]  # fmt: skip


def test_payment_that_was_given_back_is_not_taken_back_too(desk: User) -> None:
    booking = came()
    paid = money.take(booking, D(70), "cash", by=desk, now=AFTER)
    money.give_back(booking, D(70), "cash", by=desk, now=AFTER, why="Good will")
    with pytest.raises(TooMuch, match="given back since"):
        money.take_back(paid, by=desk, now=AFTER, why="A slip")


def test_session_that_a_withdrawal_ends_costs_nothing_and_the_deposit_goes_back(desk: User) -> None:
    client, document = make_agreed()
    booking = make_resting(client, late_fee="35.00", is_late=True)
    money.take(booking, D(30), "card", by=desk, now=NOW)
    Booking.objects.filter(pk=booking.pk).update(started_at=NOW)

    withdrawal.withdraw(client, document, by=client.user, now=NOW)

    booking.refresh_from_db()
    assert booking.status == Status.COMPLETED
    assert owing.account_of(booking) == owing.Account(price=D(70), waived=D(70), taken=D(30))
    assert owing.account_of(booking).to_give_back == 30
    waiver = booking.money.get(kind=MoneyKind.WAIVER)
    assert (waiver.by, waiver.why) == (None, "The session was ended; nothing is owed.")


# The end of the day


def counts(**amounts: str) -> dict[str, Count]:
    return {way: Count(D(amounts.get(way, "0"))) for way in PaidBy.values}


def test_day_is_closed_once_and_what_comes_later_is_counted_with_the_next(desk: User) -> None:
    first, second = came(), came()
    money.take(first, D(70), "cash", by=desk, now=AFTER)
    assert takings.not_closed(TODAY + dt.timedelta(days=1)) == [TODAY]

    with pytest.raises(NotNow):
        money.close_day(TODAY + dt.timedelta(days=1), counts(), by=desk, now=AFTER)
    with pytest.raises(DifferenceUnexplained, match="This is £2 less than expected"):
        money.close_day(TODAY, counts(cash="68"), by=desk, now=AFTER)
    rows = money.close_day(TODAY, counts(cash="70"), by=desk, now=AFTER)
    with pytest.raises(DayClosed):
        money.close_day(TODAY, counts(cash="70"), by=desk, now=AFTER)

    assert [(row.paid_by, row.expected, row.counted) for row in rows] == [
        ("cash", 70, 70), ("card", 0, 0), ("transfer", 0, 0),
    ]  # fmt: skip
    assert takings.not_closed(TODAY + dt.timedelta(days=1)) == []
    assert money.take(second, D(70), "cash", by=desk, now=AFTER).on == TODAY + dt.timedelta(days=1)


def test_difference_is_kept_with_its_reason(desk: User) -> None:
    money.take(came(), D(70), "cash", by=desk, now=AFTER)
    money.close_day(TODAY, counts() | {"cash": Count(D("69.50"), "A coin rolled away")}, by=desk, now=AFTER)
    cash = takings.of_day(TODAY, "GBP")[0]
    assert (cash.expected, cash.difference, cash.closed and cash.closed.why) == (70, D("-0.50"), "A coin rolled away")


def test_day_is_the_practices_own(desk: User) -> None:
    Practice.objects.create(timezone="Pacific/Auckland", currency="GBP")
    booking = came(starts_at=NOW)
    late = dt.datetime(2026, 6, 4, 13, 0, tzinfo=dt.UTC)
    assert money.take(booking, D(70), "cash", by=desk, now=late).on == dt.date(2026, 6, 5)


# What the database refuses, whoever writes


@contextmanager
def without(*guards: str) -> Iterator[None]:
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        money_constraints.remove(connection, *guards)
        yield
        transaction.set_rollback(True)


def line(booking: Booking, by: User, **fields: Any) -> MoneyEntry:
    """Written past the verbs."""
    made = {
        "kind": "payment", "amount": D(10), "currency": "GBP", "paid_by": "cash", "what": "Session", "at": AFTER,
        "on": TODAY, "number": (MoneyEntry.objects.receipts().count() + 1),
    }  # fmt: skip
    return MoneyEntry.objects.create(booking=booking, by=by, **(made | fields))


def as_counter(of: MoneyEntry, **fields: Any) -> dict[str, Any]:
    return {"kind": of.kind, "amount": of.amount, "corrects": of, "why": "A slip"} | fields


FAULTS: dict[str, tuple[str, Callable[[Booking, User], object]]] = {
    "a gap in the numbers": (NUMBERED, lambda b, by: line(b, by, number=3)),
    "a refund of more than was taken": (ADDS_UP, lambda b, by: line(b, by, kind="refund", amount=D("10.01"))),
    "another currency": (ADDS_UP, lambda b, by: line(b, by, currency="EUR")),
    "a counter-line of another amount": (ADDS_UP, lambda b, by: line(b, by, **as_counter(b.money.get(), amount=D(9)))),
    "a counter-line of another booking": (ADDS_UP, lambda b, by: line(came(), by, **as_counter(b.money.get()))),
    "a changed amount": (KEPT, lambda b, by: MoneyEntry.objects.update(amount=D(9))),
    "a line that is gone": (KEPT, lambda b, by: MoneyEntry.objects.all().delete()),
    "a line of a closed day": (
        DAY_OPEN,
        lambda b, by: [money.close_day(TODAY, counts(cash="10"), by=by, now=AFTER), line(b, by)],
    ),
    "a count of something else": (CASH_UP_ADDS_UP, lambda b, by: cash_up(by, expected=D(11), counted=D(11))),
    "a changed count": (CASH_UP_KEPT, lambda b, by: [cash_up(by), CashUp.objects.update(counted=D(9), why="So")]),
}


def cash_up(by: User, **fields: Any) -> CashUp:
    made = {"on": TODAY, "paid_by": "cash", "currency": "GBP", "expected": D(10), "counted": D(10), "at": AFTER}
    return CashUp.objects.create(by=by, **(made | fields))


@pytest.mark.parametrize("fault", FAULTS)
def test_database_refuses_what_does_not_add_up_and_its_guard_is_what_does(desk: User, fault: str) -> None:
    guard, write = FAULTS[fault]
    booking = came()
    line(booking, desk)

    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        write(booking, desk)
    assert money_constraints.broken_guard(refused.value) == guard

    with without(guard):
        write(booking, desk)


@pytest.mark.parametrize(
    "fields",
    [
        {"amount": D(0)},
        {"kind": "gift"},
        {"paid_by": "cheque"},
        {"paid_by": ""},
        {"kind": "waiver", "why": "So", "number": None},
        {"kind": "waiver", "paid_by": "", "why": "", "number": None},
        {"number": None},
        {"by": None},
    ],
)
def test_database_knows_how_a_line_looks(desk: User, fields: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        line(came(), fields.pop("by", desk), **fields)


def test_line_is_not_taken_back_twice_nor_a_counter_line_at_all(desk: User) -> None:
    booking = came()
    wrong = line(booking, desk)
    line(booking, desk)
    counter = line(booking, desk, **as_counter(wrong))
    for again in (wrong, counter):
        with pytest.raises(IntegrityError), transaction.atomic():
            line(booking, desk, **as_counter(again))


def test_difference_without_a_reason_and_a_second_count_of_a_day_are_refused(desk: User) -> None:
    line(came(), desk)
    with pytest.raises(IntegrityError), transaction.atomic():
        cash_up(desk, counted=D(9))
    cash_up(desk)
    with pytest.raises(IntegrityError), transaction.atomic():
        cash_up(desk)
