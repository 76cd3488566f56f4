"""Money at several desks at the same moment: real processes and connections; and each race without its guards, where the
books must come out wrong or somebody must meet a page that broke."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal

import pytest
from django.db import connection

from accounts.models import User
from accounts.tests.factories import make_front_desk
from bookings import money, money_constraints, owing, takings
from bookings.models import Booking, CashUp, MoneyEntry, PaidBy, Status
from bookings.money import Count
from bookings.tests.factories import make_booking
from bookings.tests.racing import Answer, Entry, Racers
from bookings.tests.test_races import REPEATS, TRIES, Race, errors, racers, said

__all__ = ["racers"]

pytestmark = pytest.mark.django_db(transaction=True)

D = Decimal
AFTER = dt.datetime(2026, 6, 4, 10, 5, tzinfo=dt.UTC)
TODAY = dt.date(2026, 6, 4)
Act = Callable[[], object]


# What a racer does


def take(booking: int, by: int, amount: str, seen: int | None = None) -> Act:
    row, user = Booking.objects.get(pk=booking), User.objects.get(pk=by)
    return lambda: money.take(row, D(amount), "cash", by=user, now=AFTER, seen=seen).pk


def give_back(booking: int, by: int, amount: str) -> Act:
    row, user = Booking.objects.get(pk=booking), User.objects.get(pk=by)
    return lambda: money.give_back(row, D(amount), "cash", by=user, now=AFTER, why="So").pk


def waive(booking: int, by: int, amount: str) -> Act:
    row, user = Booking.objects.get(pk=booking), User.objects.get(pk=by)
    return lambda: money.waive(row, D(amount), by=user, now=AFTER, why="So").pk


def take_back(entry: int, by: int) -> Act:
    row, user = MoneyEntry.objects.select_related("booking").get(pk=entry), User.objects.get(pk=by)
    return lambda: money.take_back(row, by=user, now=AFTER, why="So").pk


def close(by: int) -> Act:
    user = User.objects.get(pk=by)
    counts = {way: Count(D(0), "As it was counted") for way in PaidBy.values}
    return lambda: len(money.close_day(TODAY, counts, by=user, now=AFTER))


# The races


def came() -> Booking:
    return make_booking(status=Status.COMPLETED)


def once(entry: Entry, right: Callable[[], bool], lost: str) -> Race:
    """Four do the same; one is heard, and `right` looks at what is written."""

    def faults(answers: list[Answer]) -> list[str]:
        found = [] if said(answers) == {"done": 1, lost: 3} else [f"told {said(answers)}"]
        return found if right() else [*found, "written wrongly"]

    return Race([entry] * 4, faults)


def given_back_at_four_desks() -> Race:
    desk, booking = make_front_desk(), came()
    money.take(booking, D(70), "cash", by=desk, now=AFTER)
    entry = Entry(give_back, (booking.pk, desk.pk, "50"))
    return once(entry, lambda: owing.account_of(booking).given_back == 50, "TooMuch")


def waived_at_four_desks() -> Race:
    desk, booking = make_front_desk(), came()
    entry = Entry(waive, (booking.pk, desk.pk, "50"))
    return once(entry, lambda: owing.account_of(booking).waived == 50, "TooMuch")


def pressed_four_times() -> Race:
    desk, booking = make_front_desk(), came()
    entry = Entry(take, (booking.pk, desk.pk, "10", 0))
    return once(entry, lambda: owing.account_of(booking).taken == 10, "Conflict")


def taken_back_at_four_desks() -> Race:
    desk, booking = make_front_desk(), came()
    wrong = money.take(booking, D(70), "cash", by=desk, now=AFTER)
    entry = Entry(take_back, (wrong.pk, desk.pk))
    return once(entry, lambda: owing.account_of(booking).taken == 0, "AlreadyTakenBack")


def receipts_at_four_desks() -> Race:
    """Each gets its own number, and none is left out."""
    desk, bookings = make_front_desk(), [came() for _ in range(4)]

    def faults(answers: list[Answer]) -> list[str]:
        numbers = sorted(MoneyEntry.objects.receipts().values_list("number", flat=True))
        right = said(answers) == {"done": 4} and numbers == list(range(1, len(numbers) + 1))
        return [] if right else [f"told {said(answers)}, numbers {numbers}"]

    return Race([Entry(take, (booking.pk, desk.pk, "70")) for booking in bookings], faults)


def day_closed_while_money_is_taken() -> Race:
    """A line is counted with the day that was closed, or with the next; never with neither."""
    desk, bookings = make_front_desk(), [came() for _ in range(3)]

    def faults(answers: list[Answer]) -> list[str]:
        counted = CashUp.objects.get(on=TODAY, paid_by="cash").expected
        lines = next(way.expected for way in takings.of_day(TODAY, "GBP") if way.paid_by == "cash")
        told = [] if said(answers) == {"done": 4} else [f"told {said(answers)}"]
        return told if counted == lines else [*told, f"counted {counted}, lines of {lines}"]

    return Race([Entry(close, (desk.pk,)), *(Entry(take, (each.pk, desk.pk, "70")) for each in bookings)], faults)


RACES = [
    given_back_at_four_desks,
    waived_at_four_desks,
    pressed_four_times,
    taken_back_at_four_desks,
    receipts_at_four_desks,
    day_closed_while_money_is_taken,
]


def forget() -> None:
    """The next round begins with an empty till."""
    money_constraints.remove(connection)
    MoneyEntry.objects.exclude(corrects=None).delete()
    MoneyEntry.objects.all().delete()
    CashUp.objects.all().delete()
    money_constraints.install(connection)


@contextmanager
def without_guards() -> Iterator[None]:
    money_constraints.remove(connection)
    try:
        yield
    finally:
        money_constraints.install(connection)


def run(racers: Racers, make: Callable[[], Race], **how: list[str]) -> list[str]:
    race = make()
    answers = racers.race(race.entries, **how)
    return errors(answers) + race.faults(answers)


@pytest.mark.parametrize("race", RACES)
def test_books_are_right_after_a_race(race: Callable[[], Race], racers: Racers) -> None:
    for _ in range(REPEATS):
        assert run(racers, race) == []
        forget()


@pytest.mark.parametrize("race", RACES)
def test_lock_alone_keeps_the_books_right(race: Callable[[], Race], racers: Racers) -> None:
    with without_guards():
        assert run(racers, race) == []


@pytest.mark.parametrize("race", RACES)
def test_books_are_wrong_or_a_page_breaks_without_the_guards(race: Callable[[], Race], racers: Racers) -> None:
    def goes_wrong() -> bool:
        forget()
        with without_guards():
            return bool(run(racers, race, without=["lock"]))

    assert any(goes_wrong() for _ in range(TRIES))
