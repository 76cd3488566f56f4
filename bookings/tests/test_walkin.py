"""Somebody at the door: booked for now, short notice set aside and nothing else."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client as Browser
from django.utils import timezone

from accounts.tests.factories import make_front_desk, make_owner
from bookings import walkin
from bookings.errors import NotGiven, NotOffered, ReasonNeeded, SlotTaken, UnderAge
from bookings.models import Booking, BookingChange, Length, Status, Therapist
from bookings.tests.factories import NOW, at, make_booking, make_session_type, make_therapist_at_work
from bookings.walkin import Newcomer
from clients.models import Client, LookAlike
from clients.tests.factories import make_client
from practice.models import Practice
from practice.tests.factories import make_practice

pytestmark = pytest.mark.django_db

SEVEN_PAST = dt.timedelta(minutes=67)
"""10:07 in London, counted from NOW."""


def offered(**hours: str) -> tuple[Length, Therapist]:
    kind = make_session_type()
    therapist = make_therapist_at_work(offers=[kind], **hours)
    return kind.lengths.get(), therapist


def test_the_start_is_where_the_clock_stands_on_the_grid_or_the_next_place() -> None:
    make_practice(slot_step_minutes=15)
    practice = Practice.objects.current()
    assert walkin.starts(practice, NOW + SEVEN_PAST) == [at("2026-06-01 10:00"), at("2026-06-01 10:15")]
    assert walkin.starts(practice, at("2026-06-01 10:00"))[0] == at("2026-06-01 10:00")
    make_practice(slot_step_minutes=50)
    practice = Practice.objects.current()
    assert walkin.starts(practice, at("2026-06-01 23:55")) == [at("2026-06-01 23:20"), at("2026-06-02 00:00")]


def test_a_walk_in_is_confirmed_at_once_and_the_history_says_what_it_was() -> None:
    make_practice(min_notice=dt.timedelta(hours=12))
    length, therapist = offered()
    now = NOW + SEVEN_PAST
    booking = walkin.walk_in(make_client(), length, at("2026-06-01 10:00"), by=make_front_desk(), now=now)
    assert (booking.status, booking.starts_at, booking.therapist) == (
        Status.CONFIRMED,
        at("2026-06-01 10:00"),
        therapist,
    )
    change = BookingChange.objects.get(booking=booking)
    assert (change.what, change.why, change.details) == ("booked", "Walk-in", {"overridden": ["too_soon"]})


def test_hours_are_set_aside_with_a_reason_and_a_taken_time_never() -> None:
    length, therapist = offered(opens="12:00")
    now, start, by = NOW + SEVEN_PAST, at("2026-06-01 10:00"), make_owner()
    with pytest.raises(NotOffered):
        walkin.walk_in(make_client(), length, start, by=by, now=now)
    with pytest.raises(ReasonNeeded):
        walkin.walk_in(make_client(), length, start, by=by, now=now, override=True, why=" ")
    make_booking(therapist=therapist, starts_at=at("2026-06-01 10:30"))
    with pytest.raises(SlotTaken):
        walkin.walk_in(make_client(), length, start, by=by, now=now, override=True, why="They came a long way.")
    Booking.objects.all().delete()
    booking = walkin.walk_in(make_client(), length, start, by=by, now=now, override=True, why="They came a long way.")
    assert BookingChange.objects.get(booking=booking).why == "Walk-in: They came a long way."


def test_another_start_than_now_is_not_a_walk_in() -> None:
    length, _ = offered()
    with pytest.raises(NotGiven, match="clock has moved on"):
        walkin.walk_in(make_client(), length, at("2026-06-01 11:00"), by=make_owner(), now=NOW + SEVEN_PAST)


def test_somebody_new_is_written_down_with_the_booking_or_not_at_all() -> None:
    length, _ = offered()
    now, start, by = NOW + SEVEN_PAST, at("2026-06-01 10:00"), make_owner()
    child = Newcomer("Kim Young", dt.date(2015, 1, 1))
    with pytest.raises(UnderAge):
        walkin.walk_in(child, length, start, by=by, now=now)
    assert not Client.objects.exists()
    grown = Newcomer("Kim Marsh", dt.date(1980, 5, 1), phone="020 7946 0123")
    booking = walkin.walk_in(grown, length, start, by=by, now=now)
    assert (booking.client.name, booking.client.created_at) == ("Kim Marsh", now)
    assert not LookAlike.objects.exists()


# The page


def typed(length: Length, start: dt.datetime, **more: str) -> dict[str, str]:
    return {"length": str(length.pk), "starts_at": start.isoformat()} | more


def open_now() -> tuple[Length, Therapist, dt.datetime]:
    """A practice that is open at this hour, whichever it is, and where the clock stands in it."""
    now = timezone.now()
    make_practice(timezone=f"Etc/GMT{-((12 - now.hour + 12) % 24 - 12):+d}")
    length, therapist = offered(opens="00:00", closes="24:00")
    return length, therapist, walkin.starts(Practice.objects.current(), now)[1]


def test_the_front_desk_books_somebody_new_who_walked_in() -> None:
    length, _, start = open_now()
    browser = Browser()
    browser.force_login(make_front_desk())
    asked = browser.get("/admin/today/walk-in/").content.decode()
    assert start.isoformat().replace("+", "&#x2B;") in asked or start.isoformat() in asked
    new = {"new_name": "Kim Marsh", "new_born": "1980-05-01", "new_email": "kim@example.com"}
    new["new_heard_from"] = "passing"
    answer = browser.post("/admin/today/walk-in/", typed(length, start, **new), follow=True)
    assert answer.redirect_chain == [("/admin/today/", 302)]
    assert "Kim Marsh is booked for now" in answer.content.decode()
    booked = Booking.objects.get()
    assert (booked.starts_at, booked.client.heard_from) == (start, "passing")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({}, "Please name a client who is known here"),
        ({"client": "Sam", "new_name": "Sam", "new_born": "1980-05-01"}, "one of the two"),
        ({"client": "Nobody"}, "No client is found"),
        ({"new_name": "Kim"}, "Please give the date of birth"),
        ({"new_name": "Kim", "new_born": "2020-01-01"}, "Sessions are for adults"),
        ({"new_name": "Kim", "new_born": "9999-12-31"}, "Sessions are for adults"),
        ({"new_name": "Kim", "new_born": "0001-01-01"}, "This date of birth cannot be right."),
        ({"new_name": "Kim", "new_born": "1850-01-01"}, "This date of birth cannot be right."),
        ({"client": "Sam", "starts_at": "2026-06-04T10:00:00+00:00"}, "The clock has moved on."),
    ],
)
def test_what_is_wrong_is_told_and_nothing_kept(said: dict[str, str], told: str) -> None:
    length, _, start = open_now()
    make_client(name="Sam Field")
    browser = Browser()
    browser.force_login(make_owner())
    answer = browser.post("/admin/today/walk-in/", typed(length, start, **said))
    assert told in answer.content.decode()
    assert (Booking.objects.count(), Client.objects.count()) == (0, 1)


def test_a_client_is_found_by_their_phone() -> None:
    length, _, start = open_now()
    sam = make_client(phone="020 7946 0123")
    browser = Browser()
    browser.force_login(make_owner())
    browser.post("/admin/today/walk-in/", typed(length, start, client="7946 0123"))
    assert Booking.objects.get().client == sam
