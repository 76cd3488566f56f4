"""Hours, time off and closures are written under the therapist's lock; what stands in their way is listed, never dropped."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings import absences
from bookings.models import Booking, Closure, DateHours, Status, TimeOff, WeeklyHours
from bookings.tests.factories import (
    NOW,
    at,
    make_booking,
    make_date_hours,
    make_room,
    make_session_type,
    make_therapist,
    make_time_off,
    make_weekly_hours,
)
from practice.tests.factories import make_practice

pytestmark = pytest.mark.django_db
THURSDAY = dt.date(2026, 6, 4)


def off(therapist, start="2026-06-04 09:00", end="2026-06-04 12:00") -> TimeOff:
    return TimeOff(therapist=therapist, starts_at=at(start), ends_at=at(end))


def test_time_off_is_saved_and_the_sessions_it_meets_are_listed_in_order_of_time() -> None:
    therapist = make_therapist()
    later = make_booking(therapist=therapist, starts_at=at("2026-06-04 11:30"))
    sooner = make_booking(therapist=therapist)
    found = absences.change(save=[off(therapist)], now=NOW)
    assert found == [sooner, later]
    assert [(row.starts_at, row.ends_at) for row in TimeOff.objects.all()] == [
        (at("2026-06-04 09:00"), at("2026-06-04 12:00"))
    ]
    assert list(Booking.objects.values_list("status", flat=True)) == [Status.CONFIRMED, Status.CONFIRMED]


def test_a_session_that_only_touches_the_time_off_or_reaches_it_with_a_buffer_is_not_in_the_way() -> None:
    therapist, buffered = make_therapist(), make_session_type(buffer_after_minutes=30)
    make_booking(therapist=therapist, session_type=buffered, starts_at=at("2026-06-04 08:00"))
    make_booking(therapist=therapist, starts_at=at("2026-06-04 12:00"))
    assert absences.change(save=[off(therapist)], now=NOW) == []


def test_somebody_elses_over_cancelled_and_lapsed_bookings_are_not_in_the_way() -> None:
    therapist = make_therapist()
    make_booking()
    for hour, status in ((9, Status.CANCELLED), (10, Status.COMPLETED), (11, Status.DECLINED)):
        make_booking(therapist=therapist, status=status, starts_at=at(f"2026-06-04 {hour:02}:00"))
    long_ago = NOW - dt.timedelta(hours=1)
    make_booking(therapist=therapist, status=Status.HELD, created_at=long_ago, starts_at=at("2026-06-04 11:00"))
    assert absences.change(save=[off(therapist)], now=NOW) == []


def test_a_hold_and_a_request_are_in_the_way() -> None:
    therapist = make_therapist()
    held = make_booking(therapist=therapist, status=Status.HELD, created_at=NOW)
    asked = make_booking(therapist=therapist, status=Status.REQUESTED, starts_at=at("2026-06-04 11:00"))
    assert absences.change(save=[off(therapist)], now=NOW) == [held, asked]


def test_a_closure_of_the_practice_lists_everyones_sessions_and_one_of_a_room_only_its_own() -> None:
    room = make_room()
    here = make_booking(session_type=make_session_type(rooms=[room]))
    elsewhere = make_booking()
    ends = {"starts_at": at("2026-06-04 09:00"), "ends_at": at("2026-06-04 12:00")}
    assert absences.change(save=[Closure(room=room, **ends)], now=NOW) == [here]
    assert absences.change(save=[Closure(**ends)], now=NOW) == [here, elsewhere]


def test_shorter_hours_on_a_date_list_what_lay_inside_the_hours_and_no_longer_does() -> None:
    therapist = make_therapist()
    make_weekly_hours(therapist, weekday=3)
    make_booking(therapist=therapist, starts_at=at("2026-06-04 09:00"))
    late = make_booking(therapist=therapist, starts_at=at("2026-06-04 16:00"))
    make_booking(therapist=therapist, starts_at=at("2026-06-04 20:00"))  # outside the hours before, by an override
    make_booking(therapist=therapist, starts_at=at("2026-06-11 16:00"))
    found = absences.change(save=[DateHours(therapist=therapist, on=THURSDAY, opens=9 * 60, closes=12 * 60)], now=NOW)
    assert found == [late]


def test_removing_weekly_hours_lists_the_sessions_that_stood_on_them() -> None:
    therapist = make_therapist()
    hours = make_weekly_hours(therapist, weekday=3)
    bookings = [make_booking(therapist=therapist), make_booking(therapist=therapist, starts_at=at("2026-06-11 10:00"))]
    assert absences.change(remove=[hours], now=NOW) == bookings
    assert not WeeklyHours.objects.exists()


def test_hours_that_are_taken_away_and_given_again_in_one_change_stand_in_nobodys_way() -> None:
    therapist = make_therapist()
    hours = make_weekly_hours(therapist, weekday=3)
    make_booking(therapist=therapist)
    again = [
        WeeklyHours(therapist=therapist, weekday=3, opens=9 * 60, closes=10 * 60 + 30),
        WeeklyHours(therapist=therapist, weekday=3, opens=10 * 60 + 30, closes=18 * 60),
    ]
    assert absences.change(save=again, remove=[hours], now=NOW) == []


def test_a_session_across_midnight_stands_on_the_hours_of_both_dates() -> None:
    therapist = make_therapist()
    make_weekly_hours(therapist, weekday=3, opens="20:00", closes="24:00")
    friday = make_weekly_hours(therapist, weekday=4, opens="00:00", closes="02:00")
    booking = make_booking(therapist=therapist, starts_at=at("2026-06-04 23:30"))
    assert absences.change(save=[DateHours(therapist=therapist, on=dt.date(2026, 6, 3))], now=NOW) == []
    assert absences.change(remove=[friday], now=NOW) == [booking]


def test_removing_time_off_or_a_day_off_stands_in_nobodys_way() -> None:
    make_practice(timezone="Asia/Kathmandu")
    therapist = make_therapist()
    row = make_time_off(therapist, at("2026-06-04 09:00"), at("2026-06-04 12:00"))
    day_off = make_date_hours(therapist, THURSDAY)
    make_booking(therapist=therapist)
    assert absences.change(remove=[row, day_off], now=NOW) == []
    assert (TimeOff.objects.count(), DateHours.objects.count()) == (0, 0)


def test_the_number_of_queries_does_not_depend_on_the_number_of_bookings() -> None:
    therapist = make_therapist()
    make_weekly_hours(therapist, weekday=3)

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            absences.change(save=[off(therapist), DateHours(therapist=therapist, on=THURSDAY)], now=NOW)
        DateHours.objects.all().delete()
        return len(seen)

    make_booking(therapist=therapist, starts_at=at("2026-06-04 09:00"))
    one = queries()
    for hour in (10, 11, 12):
        make_booking(therapist=therapist, starts_at=at(f"2026-06-04 {hour}:00"))
    assert queries() == one
