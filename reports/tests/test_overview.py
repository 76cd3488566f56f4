"""The overview: the same numbers as the reports it is put together from, and sentences that are true of them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings

from bookings.models import Booking, Status
from bookings.tests.factories import NOW, at, make_booking, make_session_type, make_therapist_at_work
from clients.tests.factories import make_client
from practice.tests.factories import make_practice
from reports import attendance, earnings, overview, returning, time_use
from reports.asking import Asked
from reports.attendance import Counts
from reports.earnings import Money
from reports.overview import Three
from reports.period import Period
from reports.returning import People
from reports.shape import Value
from reports.tests.generated import SEEDS, SLOWLY, generated, make
from reports.tests.test_attendance import count, in_period
from reports.tests.test_cancelling import AGES, asked_by_owner
from reports.tests.test_missed import table

pytestmark = pytest.mark.django_db

NOBODY = People(0, 0, 0)
MAY = Period(dt.date(2026, 5, 1), dt.date(2026, 5, 31))


@given(SEEDS)
@settings(SLOWLY, max_examples=15)
def test_each_figure_is_the_one_of_the_report_it_comes_from(db: None, seed: int) -> None:
    with generated(seed) as made:
        asked = made.asked_anyhow()
        counts = [count(asked, in_period(asked, each)) for each in asked.period.compared()]
        money, people, time = earnings.totals(asked), returning.totals(asked), time_use.totals(asked)

        def three(of: Any, name: str) -> tuple[Value, ...]:
            return tuple(getattr(each, name) for each in of)

        found = overview.report(asked)
        assert {row[0]: row[1:] for row in table(found, "figures").rows} == {
            "Sessions": three(counts, "sessions"),
            "Hands-on": three(counts, "hands_on"),
            "Agreed": three(money, "agreed"),
            "Taken": three(money, "taken"),
            "Clients": three(people, "clients"),
            "New clients": three(people, "new"),
            "Returning clients": three(people, "returning"),
            "No-shows": three(counts, "no_shows"),
            "Cancellations": three(counts, "cancellations"),
            "Late cancellations": three(counts, "late_cancellations"),
            "Hours offered": three(time, "offered"),
            "Hours booked": three(time, "booked"),
            "Hours still free": three(time, "free"),
            "To come": three(counts, "to_come"),
            "Not noted yet": three(counts, "unmarked"),
        }
        for key in ("therapists", "types", "rooms", "weekdays", "hours", "over-time"):
            total = table(found, key).total
            assert total is None or total[1] == counts[0].sessions
        assert all(each[:1] == each[:1].upper() and each.endswith(".") for each in found.sentences)


@given(SEEDS)
@settings(SLOWLY, max_examples=15)
def test_rows_behind_are_the_bookings_of_the_period(db: None, seed: int) -> None:
    def by_hand(each: Booking) -> tuple[object, ...]:
        return (
            each.client.name, each.session_on, each.starts_at, each.minutes, each.therapist.name, each.session_type.name,
            each.room and each.room.name, Status(each.status).label, each.booked_on, each.price, each.currency,
        )  # fmt: skip

    with generated(seed) as made:
        asked = made.asked_anyhow()
        rows = overview.behind(asked)
        found = list(rows.rows)
        assert all(len(row) == len(rows.columns) for row in found)
        booked = [each for each in in_period(asked, asked.period) if each.status != Status.HELD]
        assert sorted(found, key=str) == sorted(map(by_hand, booked), key=str)


def about(asked: Asked, period: Period) -> Asked:
    return Asked(period, asked.filters, asked.by, asked.practice, asked.now)


def test_the_letter_begins_with_what_happened() -> None:
    make_practice()
    kind, sam, robin = make_session_type(), make_client(), make_client()
    for day, status, client in (
        ("05-04", Status.COMPLETED, sam),
        ("05-05", Status.COMPLETED, sam),
        ("05-06", Status.COMPLETED, robin),
        ("05-07", Status.NO_SHOW, robin),
        ("04-07", Status.COMPLETED, sam),
        ("05-29", Status.CONFIRMED, sam),
    ):
        make_booking(session_type=kind, client=client, starts_at=at(f"2026-{day} 10:00"), status=status,
                     created_at=at("2026-04-01 10:00"))  # fmt: skip
    assert overview.report(about(asked_by_owner(), MAY)).sentences == (
        "In May 2026 there were 3 sessions, 2 more than in April 2026 and 3 more than in May 2025.",
        "They came to 3 hours of hands-on time, 2 hours more than in April 2026 and 3 hours more than in May 2025.",
        "What was booked comes to £280, £210 more than in April 2026 and £280 more than in May 2025.",
        "2 clients came, one of them for the first time.",
        "One session was missed, and none was cancelled late.",
        "One session is over, and nobody has noted yet whether the client came.",
    )


def test_a_period_that_is_not_over_says_so() -> None:
    make_practice()
    kind = make_session_type()
    mara = make_therapist_at_work(offers=[kind], opens="10:00", closes="11:00", weekdays=[0])
    make_booking(session_type=kind, therapist=mara, starts_at=at("2026-06-08 10:00"))
    asked = asked_by_owner()
    june = Period(dt.date(2026, 6, 1), dt.date(2026, 6, 30))
    assert asked.now == NOW
    assert overview.report(about(asked, june)).sentences == (
        "So far in June 2026 there were no sessions.",
        "What was booked comes to £70.",
        "One session is still to come.",
        "4 hours are still free.",
    )
    july = Period(dt.date(2026, 7, 1), dt.date(2026, 7, 31))
    assert overview.report(about(asked, july)).sentences[0] == "July 2026 is still to come."


def said(counts: Counts = attendance.NONE, money: Money = earnings.NONE, people: People = NOBODY) -> list[str]:
    """With nothing beside it and no time."""
    nothing = time_use.Totals(0, 0, 0)
    three = Three(
        (counts, attendance.NONE, attendance.NONE),
        (money, earnings.NONE, earnings.NONE),
        (people, NOBODY, NOBODY),
        (nothing, nothing, nothing),
    )
    return list(overview.sentences(about(asked_by_owner(), MAY), three))[1:]


def test_none_one_and_all_are_said_as_people_say_them() -> None:
    make_practice()
    assert said(people=People(1, 1, 0)) == ["One client came, for the first time."]
    assert said(people=People(1, 0, 1)) == ["One client came, who had been here before."]
    assert said(people=People(3, 3, 0)) == ["3 clients came, all of them for the first time."]
    assert said(people=People(3, 0, 3)) == ["3 clients came, none of them for the first time."]
    assert said(Counts(no_shows=0, late_cancellations=2)) == ["No sessions were missed, and 2 were cancelled late."]
    assert said(Counts(sessions=1)) == ["No session was missed, and none was cancelled late."]
    assert said(money=Money(taken=Decimal("-5.00"))) == ["£5 more was given back than was taken."]
    assert said(money=Money(taken=Decimal("5.50"))) == ["£5.50 was taken."]


def test_a_practice_without_bookings_has_a_sensible_letter() -> None:
    made = make(2, bookings=0)
    report = overview.report(made.asked(Period(dt.date(2024, 1, 1), dt.date(2024, 12, 31))))
    assert report.sentences == ("In 2024 there were no sessions.",)


def test_the_overview_asks_as_often_for_thirty_bookings_as_for_none() -> None:
    made = make(4, bookings=30)
    asked_often = []
    for period in (AGES, Period(dt.date(2031, 1, 1), dt.date(2031, 1, 31))):
        with CaptureQueriesContext(connection) as seen:
            overview.report(made.asked(period))
        asked_often.append(len(seen))
    assert asked_often[0] == asked_often[1] <= 25
