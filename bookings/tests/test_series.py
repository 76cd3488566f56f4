"""A series: the same reading of the clock, each date asked first, and all of it booked or nothing."""

from __future__ import annotations

import datetime as dt

import pytest

from accounts.tests.factories import make_owner
from bookings import series
from bookings.errors import NotGiven, ReasonNeeded
from bookings.models import Booking, Status
from bookings.series import Date, NotBooked, Wanted
from bookings.tests.factories import (
    NOW,
    at,
    make_booking,
    make_closure,
    make_session_type,
    make_therapist_at_work,
    make_time_off,
)
from clients.tests.factories import make_client
from practice.models import Practice
from practice.tests.factories import make_practice

pytestmark = pytest.mark.django_db
WEEK = dt.timedelta(days=7)


def make_wanted(**overrides: object) -> Wanted:
    kind = make_session_type(**overrides)
    length = kind.lengths.select_related("session_type").get()
    return Wanted(make_client(), length, make_therapist_at_work(offers=[kind]))


def weekly(first: str, sessions: int, every_days: int = 7) -> list[dt.datetime]:
    return series.starts(at(first), every_days=every_days, sessions=sessions, practice=Practice.objects.current())


def checked(wanted: Wanted, times: list[dt.datetime]) -> list[Date]:
    return series.check(wanted, times, practice=Practice.objects.current(), now=NOW)


def test_ten_stays_ten_when_the_clocks_change() -> None:
    make_practice(timezone="Europe/London")
    assert weekly("2026-10-19 10:00", 3) == [at(f"2026-10-{day} 10:00") for day in (19, 26)] + [at("2026-11-02 10:00")]
    assert [each.hour for each in weekly("2026-10-19 10:00", 2)] == [9, 10]


def test_a_reading_that_is_skipped_moves_on_for_that_date_alone() -> None:
    make_practice(timezone="Europe/London")
    found = weekly("2026-03-22 01:30", 3)
    assert [each.isoformat()[:16] for each in found] == ["2026-03-22T01:30", "2026-03-29T01:30", "2026-04-05T00:30"]


@pytest.mark.parametrize(("sessions", "every_days"), [(0, 7), (1000, 7), (-1, 7), (3, 0), (6, 182)])
def test_a_series_without_sense_is_refused_in_a_sentence(sessions, every_days) -> None:
    make_practice()
    with pytest.raises(NotGiven):
        weekly("2026-06-08 10:00", sessions, every_days)


def test_each_date_is_told_with_all_its_reasons_and_what_is_free_near_it() -> None:
    make_practice(horizon_days=30)
    wanted = make_wanted()
    times = weekly("2026-06-08 10:00", 5)
    make_time_off(wanted.therapist, times[1], times[1] + dt.timedelta(hours=2))
    make_closure(times[1], times[1] + dt.timedelta(hours=1))
    make_booking(therapist=wanted.therapist, session_type=wanted.length.session_type, starts_at=times[2])
    first, away, taken, free, far = checked(wanted, times)
    assert (first, free) == (Date(times[0]), Date(times[3]))
    assert away.sentences == ("The therapist is away then.", "The practice is closed then.")
    assert (away.can_be_set_aside, taken.can_be_set_aside, far.can_be_set_aside) == (True, False, True)
    assert taken.sentences[0] == "The therapist has another booking then."
    assert set(taken.nearest) & {times[2] - dt.timedelta(hours=1), times[2] + dt.timedelta(hours=1)}
    assert far.sentences == ("That date is too far ahead to be booked yet.",)
    assert not Booking.objects.filter(client=wanted.client).exists()


def test_two_dates_of_a_series_that_meet_are_told() -> None:
    make_practice()
    wanted = make_wanted(buffer_after_minutes=15)
    ten = at("2026-06-08 10:00")
    one, other = checked(wanted, [ten, ten + dt.timedelta(hours=1)])
    assert (one.is_free, other.sentences, other.can_be_set_aside) == (True, (series.CLASH,), False)


def test_all_that_were_agreed_to_are_booked() -> None:
    make_practice()
    wanted, seen = make_wanted(), []
    times = weekly("2026-06-08 10:00", 4)
    booked = series.book(wanted, times, by=make_owner(), now=NOW, then=seen.append)
    assert seen == booked
    found = Booking.objects.filter(client=wanted.client, status=Status.CONFIRMED, therapist=wanted.therapist)
    assert list(found.values_list("starts_at", flat=True)) == times


def test_one_that_went_meanwhile_keeps_all_from_being_booked_and_is_named() -> None:
    make_practice()
    wanted = make_wanted()
    times = weekly("2026-06-08 10:00", 3)
    make_booking(therapist=wanted.therapist, session_type=wanted.length.session_type, starts_at=times[1])
    with pytest.raises(NotBooked, match=r"Nothing was booked.*Monday 15 June 2026, 10:00") as raised:
        series.book(wanted, times, by=make_owner(), now=NOW)
    assert raised.value.place == 1
    assert not Booking.objects.filter(client=wanted.client).exists()


def test_over_the_horizon_it_is_booked_with_a_reason() -> None:
    make_practice(horizon_days=10)
    wanted, owner = make_wanted(), make_owner()
    times = weekly("2026-06-08 10:00", 3)
    with pytest.raises(NotBooked):
        series.book(wanted, times, by=owner, now=NOW)
    with pytest.raises(NotBooked) as raised:
        series.book(wanted, times, by=owner, now=NOW, override=True, why=" ")
    assert isinstance(raised.value.__cause__, ReasonNeeded)
    assert len(series.book(wanted, times, by=owner, now=NOW, override=True, why="Agreed by phone")) == 3


def test_dates_are_looked_at_together(django_assert_max_num_queries) -> None:
    make_practice()
    wanted = make_wanted()
    few, many = weekly("2026-06-08 10:00", 2), weekly("2026-06-08 10:00", 9)
    with django_assert_max_num_queries(12) as two:
        checked(wanted, few)
    with django_assert_max_num_queries(12) as nine:
        checked(wanted, many)
    assert len(two) == len(nine)
