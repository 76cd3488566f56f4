"""The lists of days and the cash-up, beside the bookings and the takings of each day."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings

from accounts.models import Role
from bookings import owing, takings
from bookings.models import Booking, CashUp, PaidBy, Status
from practice import words
from reports import day_lists
from reports.asking import Asked
from reports.period import DAY, Period
from reports.shape import Report, Unit
from reports.tests.generated import LAST, NOW, SEEDS, SLOWLY, Made, generated, make
from reports.tests.test_attendance import in_period
from reports.tests.test_missed import table

pytestmark = pytest.mark.django_db

YEARS = Period(dt.date(2024, 1, 1), dt.date(2026, 12, 31))
EMPTY = Period(dt.date(2031, 1, 1), dt.date(2031, 1, 31))


def dates(period: Period) -> list[dt.date]:
    return [period.first + DAY * number for number in range(period.days)]


def listed_by_hand(asked: Asked) -> list[Booking]:
    hidden = (Status.HELD, Status.DECLINED, Status.EXPIRED)
    found = [each for each in in_period(asked, asked.period) if each.status not in hidden]
    return sorted(found, key=lambda each: (each.session_on, each.starts_at, each.pk))


def facts_by_hand(asked: Asked, each: Booking) -> tuple[object, ...]:
    kind = each.session_type
    called = (kind.neutral_name or "Session") if asked.by.role == Role.FRONT_DESK else kind.name
    balance = owing.balance_of(each) if each.currency == asked.currency else None
    return called, each.therapist.name, each.room and each.room.name, Status(each.status).label, balance


def till_by_hand(asked: Asked) -> list[tuple[Any, ...]]:
    """As the page of each day's end has it, with how much of it was counted."""
    found = []
    for on in dates(asked.period):
        for way in takings.of_day(on, asked.currency):
            lines = [
                each
                for each in takings.entries_of(on)
                if each.paid_by == way.paid_by and each.currency == asked.currency
            ]
            if lines or way.closed:
                counted = (way.closed.counted, way.difference) if way.closed else (None, None)
                found.append((on, str(way.paid_by), way.taken, way.given_back, *counted))
    return found


def a_month_of(made: Made) -> Period:
    return next(each for each in (made.period() for _ in range(100)) if each.days <= day_lists.LONGEST_LIST)


@given(SEEDS)
@settings(SLOWLY, max_examples=15)
def test_lists_are_the_bookings_of_the_days_each_with_what_is_still_to_pay(db: None, seed: int) -> None:
    with generated(seed) as made:
        asked = made.asked_anyhow()
        asked = Asked(a_month_of(made), asked.filters, asked.by, asked.practice, asked.now)
        by_hand = listed_by_hand(asked)
        assert table(day_lists.report(asked), "list").rows == tuple(
            (each.session_on, words.hours(each.starts_at, each.ends_at, asked.zone), each.client.name, *facts_by_hand(asked, each))
            for each in by_hand
        )  # fmt: skip
        rows = day_lists.behind(asked)
        assert rows.columns[0].unit is Unit.PERSON
        assert list(rows.rows) == [
            (each.client.name, each.session_on, each.starts_at, each.ends_at, *facts_by_hand(asked, each)) for each in by_hand
        ]  # fmt: skip


@given(SEEDS)
@settings(SLOWLY, max_examples=10)
def test_cash_up_is_that_of_each_days_end(db: None, seed: int) -> None:
    with generated(seed) as made:
        month = made.asked(a_month_of(made), by=made.front_desk, filters=made.filters())
        found = day_lists.till(month)
        assert [tuple(each) for each in found] == till_by_hand(month)
        rows = table(day_lists.report(month), "cash-up").rows
        assert [(row[0], row[2], row[3], row[5]) for row in rows] == [
            (each.on, each.taken, each.given_back, each.counted) for each in found if each.is_line
        ]


@given(SEEDS)
@settings(SLOWLY, max_examples=15)
def test_a_longer_period_has_its_cash_up_by_month(db: None, seed: int) -> None:
    with generated(seed) as made:
        report = day_lists.report(made.asked(YEARS))
        assert [each.table.key for each in report.sections] == ["cash-up"]
        found = table(report, "cash-up")
        lines = day_lists.till(made.asked(YEARS))
        assert [row[:2] for row in found.rows] == sorted(
            {(each.on.replace(day=1), PaidBy(each.way).label) for each in lines if each.is_line},
            key=lambda row: (row[0], PaidBy.labels.index(row[1])),
        )
        for month, way, *amounts in found.rows:
            mine = [each for each in lines if (each.on.replace(day=1), PaidBy(each.way).label) == (month, way)]
            closed = CashUp.objects.filter(
                on__year=month.year, on__month=month.month, paid_by=mine[0].way, currency=made.practice.currency
            )
            assert amounts == [
                sum(each.taken for each in mine),
                sum(each.given_back for each in mine),
                sum(each.taken - each.given_back for each in mine),
                sum(each.counted for each in closed) if closed else None,
                sum(each.counted - each.expected for each in closed) if closed else None,
                sum(each.taken - each.given_back for each in mine if each.counted is None),
            ]
        if found.total:
            assert found.total[2] == sum(row[2] for row in found.rows)
            assert found.total[7] == found.total[4] - sum(each.expected for each in lines if each.counted is not None)


def keys(report: Report) -> list[str]:
    return [each.table.key for each in report.sections]


def test_a_therapist_has_their_own_list_and_no_till() -> None:
    made = make(6)
    march = Period(dt.date(2026, 3, 1), dt.date(2026, 3, 31))
    assert keys(day_lists.report(made.asked(march, by=made.own_user()))) == ["list"]
    assert keys(day_lists.report(made.asked(YEARS, by=made.own_user()))) == []
    assert keys(day_lists.report(made.asked(march))) == ["list", "cash-up"]


def test_the_report_says_what_is_in_the_book_and_in_the_till() -> None:
    made = make(1, bookings=0)
    report = day_lists.report(made.asked(EMPTY))
    assert report.sentences == (
        "In January 2031 there are no sessions in the book.",
        "No money was taken or given back.",
    )
    assert [each.table.rows for each in report.sections] == [(), ()]

    taken = day_lists.Till(NOW.date() - DAY, "cash", Decimal(70), Decimal(5))
    short = day_lists.Till(NOW.date() - 2 * DAY, "card", Decimal(30), Decimal(0), Decimal(25), Decimal(-5))
    assert list(day_lists.about_money(made.asked(), [short, taken])) == [
        "£100 was taken and £5 given back.",
        "One day did not come out even.",
        "One day is still to be counted.",
    ]


def test_the_report_asks_as_often_for_many_bookings_as_for_none() -> None:
    made = make(4, bookings=40)
    whole = Period(LAST - 91 * DAY, LAST - 61 * DAY)
    asked_often = []
    for period in (whole, EMPTY):
        with CaptureQueriesContext(connection) as seen:
            day_lists.report(made.asked(period))
        asked_often.append(len(seen))
    assert asked_often == [3, 3]
