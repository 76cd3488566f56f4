from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings

from bookings import owing
from bookings.models import Booking, Kind, MoneyEntry, MoneyKind, PaidBy, Status
from bookings.owing import Line
from bookings.tests.factories import make_therapist
from practice.models import Practice
from practice.walltime import local_date
from reports import income
from reports.asking import Asked, Filters
from reports.earnings import Money
from reports.income import NO_ROOM, NUMBERS, SPLIT, WEEKDAYS
from reports.period import Period
from reports.shape import Table
from reports.tests.generated import NOW, SEEDS, SLOWLY, generated

pytestmark = pytest.mark.django_db
NOTHING = Decimal("0.00")
SOME = settings(SLOWLY, max_examples=12)


# The slow, obvious count


def is_meant(booking: Booking, asked: Asked) -> bool:
    chosen = (
        (booking.therapist, asked.filters.therapists),
        (booking.session_type, asked.filters.session_types),
        (booking.room, asked.filters.rooms),
    )
    is_own = not asked.is_own or booking.therapist.user_id == asked.by.pk
    return is_own and all(one in some for one, some in chosen if some)


def slowly(asked: Asked, period: Period, also: Callable[[dict[str, Any]], Any]) -> dict[Any, Money]:
    """By what `also` says of a booking or a line (its day, booking and way): each booking's account, each line, one by one."""
    found: dict[Any, dict[str, Any]] = defaultdict(lambda: dict.fromkeys(Money._fields, NOTHING) | {"minutes": 0})
    for booking in Booking.objects.select_related("therapist", "session_type", "room"):
        day = local_date(booking.starts_at, asked.zone)
        if not is_meant(booking, asked) or booking.currency != asked.currency:
            continue
        lines = list(MoneyEntry.objects.filter(booking=booking))
        if period.first <= day <= period.last:
            add_booking(found[also({"day": day, "booking": booking})], booking, lines, asked.now)
        for line in lines:
            if line.kind != MoneyKind.WAIVER and period.first <= line.on <= period.last:
                numbers = found[also({"day": line.on, "booking": booking})]
                numbers["taken"] += -line.amount if line.is_back else line.amount
    return {key: Money(**numbers) for key, numbers in found.items()}


def add_booking(numbers: dict[str, Any], booking: Booking, lines: Iterable[MoneyEntry], now: dt.datetime) -> None:
    given_lines = [Line(each.kind, each.amount, each.corrects_id is not None) for each in lines]
    account = owing.account(booking.status, booking.price, booking.late_fee, given_lines)
    is_ahead = booking.status == Status.CONFIRMED and booking.starts_at > now
    numbers["agreed"] += account.price + account.fees
    numbers["waived"] += account.waived
    numbers["to_come" if is_ahead else "earned"] += account.owed
    numbers["paid"] += account.kept
    numbers["owed"] += account.to_pay
    numbers["over"] += account.to_give_back
    if booking.status == Status.COMPLETED and booking.session_type.kind != Kind.CONSULTATION:
        numbers["worth"] += account.owed
        numbers["minutes"] += booking.minutes


def whole(asked: Asked, period: Period) -> Money:
    return slowly(asked, period, lambda _: "all").get("all", Money())


# The report says the same


@SLOWLY
@given(seed=SEEDS)
def test_the_totals_are_each_bookings_account_added_up(seed: int) -> None:
    with generated(seed) as made:
        asked = made.asked_anyhow()
        assert income.totals(asked) == tuple(whole(asked, each) for each in asked.period.compared())


NAMES: dict[str, Callable[[dict[str, Any]], Any]] = {
    "session_types": lambda of: of["booking"].session_type.name,
    "therapists": lambda of: of["booking"].therapist.name,
    "rooms": lambda of: of["booking"].room.name if of["booking"].room else NO_ROOM,
    "months": lambda of: of["day"].replace(day=1),
    "weekdays": lambda of: WEEKDAYS[of["day"].weekday()],
}


def table(asked: Asked, key: str) -> Table:
    (found,) = (each.table for each in income.report(asked).sections if each.table.key == key)
    return found


@SLOWLY
@given(seed=SEEDS)
def test_each_split_is_the_same_bookings_by_another_name(seed: int) -> None:
    with generated(seed) as made:
        asked = made.asked_anyhow()
        tables = {each.table.key: each.table for each in income.report(asked).sections}
        for key, name in NAMES.items():
            expected = slowly(asked, asked.period, name)
            numbers = {name: tuple(getattr(money, each.key) for each in SPLIT) for name, money in expected.items()}
            rows = {row[0]: row[1:] for row in tables[key].rows if any(row[1:])}
            assert rows == {name: each for name, each in numbers.items() if any(each)}, key
            assert len(tables[key].rows) == len({row[0] for row in tables[key].rows})


@SOME
@given(seed=SEEDS)
def test_the_ways_of_paying_are_each_line_added_up(seed: int) -> None:
    with generated(seed) as made:
        asked = made.asked_anyhow()
        came_in, given_back = defaultdict(Decimal), defaultdict(Decimal)
        for line in MoneyEntry.objects.filter(number__isnull=False, currency=asked.currency).select_related("booking"):
            if is_meant(line.booking, asked) and asked.period.first <= line.on <= asked.period.last:
                sums = given_back if line.kind == MoneyKind.REFUND else came_in
                sums[line.paid_by] += -line.amount if line.corrects_id else line.amount
        expected = [(way.label, came_in[way], given_back[way], came_in[way] - given_back[way]) for way in PaidBy]
        shown = table(asked, "ways")
        assert list(shown.rows) == expected
        assert shown.total == ("All", *(sum(row[at] for row in expected) for at in (1, 2, 3)))
        assert shown.total[-1] == whole(asked, asked.period).taken


@SOME
@given(seed=SEEDS)
def test_the_rows_behind_come_to_the_totals(seed: int) -> None:
    with generated(seed) as made:
        asked = made.asked_anyhow()
        behind, this = income.behind(asked), income.totals(asked)[0]
        keys = [each.key for each in behind.columns]
        rows = [dict(zip(keys, row, strict=True)) for row in behind.rows]
        for key in ("agreed", "waived", "paid", "owed", "over"):
            assert sum((row[key] for row in rows), NOTHING) == getattr(this, key)
        meant = [each for each in Booking.objects.all() if is_meant(each, asked) and each.currency == asked.currency]
        days = {each.ref: each.session_on for each in meant}
        first, last = asked.period.first, asked.period.last
        assert {row["booking"]: row["day"] for row in rows} == {
            ref: day for ref, day in days.items() if first <= day <= last
        }


def test_a_report_asks_as_many_queries_for_a_few_bookings_as_for_many() -> None:
    counts = []
    for bookings in (1, 40):
        with generated(3, bookings=bookings) as made:
            with CaptureQueriesContext(
                connection,
            ) as queries:
                income.report(made.asked(Period(dt.date(2024, 1, 1), dt.date(2026, 12, 31))))
            counts.append(len(queries))
    assert counts[0] == counts[1] <= 9


def empty(period: Period) -> Asked:
    therapist = make_therapist()
    return Asked(period, Filters(), therapist.user, Practice.objects.current(), NOW)


@pytest.mark.parametrize("year", [1901, 2026, 2899])
def test_a_practice_without_bookings_has_a_report(year: int) -> None:
    report = income.report(empty(Period(dt.date(year, 2, 1), dt.date(year, 2, 28))))
    tables = {each.table.key: each.table for each in report.sections}
    assert tables["all"].rows == tuple(
        (each.label, *[None if each.key == "per_hour" else NOTHING] * 3) for each in NUMBERS
    )
    assert tables["therapists"].rows == () and tables["months"].rows[0][:2] == (dt.date(year, 2, 1), NOTHING)
    assert report.sentences


def test_what_an_hour_brings_is_nothing_where_there_was_none() -> None:
    assert Money(worth=Decimal("100.00"), minutes=90).per_hour == Decimal("66.67")
    assert Money().per_hour is None
