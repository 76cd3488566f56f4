"""What became of bookings, counted by the database and by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given

from bookings.models import Booking, Kind, Status
from bookings.tests.factories import at, make_booking, make_session_type
from practice.tests.factories import make_practice
from reports import attendance
from reports.asking import Asked
from reports.attendance import NONE, Counts, Split
from reports.period import Period
from reports.tests.generated import SEEDS, SLOWLY, generated, make

pytestmark = pytest.mark.django_db


def seen_by_hand(asked: Asked) -> list[Booking]:
    """Every booking of this reader that the filters let through, one by one."""
    found = []
    for each in Booking.objects.select_related("therapist", "session_type", "room"):
        filters = asked.filters
        own = not asked.is_own or each.therapist.user_id == asked.by.pk
        wanted = [
            not filters.therapists or each.therapist in filters.therapists,
            not filters.session_types or each.session_type in filters.session_types,
            not filters.rooms or each.room in filters.rooms,
        ]
        if own and all(wanted):
            found.append(each)
    return found


def day_by_hand(asked: Asked, booking: Booking) -> dt.date:
    return booking.starts_at.astimezone(asked.zone).date()


def in_period(asked: Asked, period: Period) -> list[Booking]:
    return [each for each in seen_by_hand(asked) if period.first <= day_by_hand(asked, each) <= period.last]


def is_late_by_hand(booking: Booking) -> bool:
    if booking.status != Status.CANCELLED or not booking.is_late:
        return False
    return booking.cancelled_at is None or booking.starts_at - booking.cancelled_at < booking.cancellation_notice


def count(asked: Asked, bookings: Iterable[Booking]) -> Counts:
    sessions = hands_on = no_shows = cancellations = late = to_come = unmarked = 0
    for each in bookings:
        is_over = each.ends_at <= asked.now
        sessions += each.status == "completed"
        hands_on += each.minutes if each.status == "completed" and each.session_type.kind != Kind.CONSULTATION else 0
        no_shows += each.status == "no_show"
        cancellations += each.status == "cancelled"
        late += is_late_by_hand(each)
        to_come += each.status in ("requested", "confirmed") and not is_over
        unmarked += each.status == "confirmed" and is_over
    return Counts(sessions, hands_on, no_shows, cancellations, late, to_come, unmarked)


def named(asked: Asked, names: Iterable[str], of: Callable[[Booking], str]) -> list[Split]:
    bookings = in_period(asked, asked.period)
    return [Split(name, count(asked, (each for each in bookings if of(each) == name))) for name in names]


def something(rows: list[Split]) -> list[Split]:
    return [each for each in rows if any(each.counts)]


@given(SEEDS)
@SLOWLY
def test_counts_are_those_of_going_through_the_bookings(db: None, seed: int) -> None:
    with generated(seed) as made:
        for _ in range(3):
            asked = made.asked_anyhow()
            days = attendance.by_day(asked)

            by_hand = tuple(count(asked, in_period(asked, each)) for each in asked.period.compared())
            assert attendance.compared(asked, days) == by_hand
            months = attendance.by_months(asked.period, days)
            assert attendance.total(each.counts for each in months) == by_hand[0]
            assert attendance.total(each.counts for each in attendance.by_days(asked.period, days)) == by_hand[0]
            assert sorted({each.on for each in months}) == [each.on for each in months]


@given(SEEDS)
@SLOWLY
def test_splits_are_those_of_going_through_the_bookings(db: None, seed: int) -> None:
    with generated(seed) as made:
        asked = made.asked_anyhow()
        found = attendance.splits(asked)
        rooms = [*(each.name for each in made.rooms), attendance.NO_ROOM]

        def of(names: Iterable[str], what: Callable[[Booking], str]) -> list[Split]:
            return something(named(asked, names, what))

        assert found.therapists == of([each.name for each in made.therapists], lambda each: each.therapist.name)
        assert found.session_types == of(
            [each.name for each in made.session_types], lambda each: each.session_type.name
        )
        assert found.rooms == of(rooms, lambda each: each.room.name if each.room else attendance.NO_ROOM)
        days = attendance.by_day(asked)
        assert attendance.weekdays(asked, days) == named(
            asked, attendance.WEEKDAYS, lambda each: f"{day_by_hand(asked, each):%A}"
        )
        clock = [f"{hour:02d}:00" for hour in range(24)]
        on_clock = of(clock, lambda each: f"{each.starts_at.astimezone(asked.zone):%H}:00")
        assert something(found.hours) == on_clock


def test_each_question_asks_as_often_for_thirty_bookings_as_for_one() -> None:
    made = make(3, bookings=30)
    whole = made.asked(Period(dt.date(2024, 1, 1), dt.date(2026, 12, 31)))
    short = made.asked(Period(dt.date(2031, 1, 1), dt.date(2031, 1, 31)))
    for question, most in ((attendance.by_day, 2), (attendance.splits, 5)):
        asked_often = []
        for asked in (whole, short):
            with CaptureQueriesContext(connection) as seen:
                question(asked)
            asked_often.append(len(seen))
        assert asked_often == [most, most]


def test_a_practice_without_bookings_counts_nothing() -> None:
    made = make(1, bookings=0)
    asked = made.asked(Period(dt.date(2026, 1, 1), dt.date(2026, 1, 31)))
    assert attendance.by_day(asked) == {}
    assert attendance.compared(asked, {}) == (NONE, NONE, NONE)
    assert attendance.splits(asked) == ([], [], [], [])
    assert [each.counts for each in attendance.weekdays(asked, {})] == [NONE] * 7


@pytest.mark.parametrize(
    ("cancelled", "fields", "is_late"),
    [
        ("2026-06-03 10:00", {}, False),
        ("2026-06-03 10:01", {"is_late": True}, True),
        ("2026-06-01 10:00", {"is_late": True}, False),  # moved late, and cancelled in time
        ("2026-06-03 18:00", {}, False),  # the practice cancelled
        (None, {"is_late": True}, True),  # from a file
    ],
)
def test_a_late_cancellation_is_the_clients_and_inside_the_notice(
    cancelled: str | None, fields: dict[str, Any], is_late: bool
) -> None:
    practice = make_practice()
    booking = make_booking(
        session_type=make_session_type(), status=Status.CANCELLED, cancelled_at=cancelled and at(cancelled), **fields
    )
    assert Booking.objects.filter(attendance.CANCELLED_LATE).exists() is is_late
    assert is_late_by_hand(booking) is is_late
    assert practice.cancellation_notice == dt.timedelta(hours=24)
