"""What can be booked and when, over the API; the OpenAPI document and the page that shows it."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from accounts.tests.factories import make_front_desk, make_owner, make_user
from bookings.tests.calling import a_day, a_start, get, make_open_practice, said
from bookings.tests.factories import (
    make_booking,
    make_offer,
    make_session_type,
    make_therapist,
    make_therapist_at_work,
    make_time_off,
)

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


def test_session_types_say_lengths_prices_and_therapists():
    session_type, therapist = make_open_practice(lengths={60: "70.00", 90: "95.00"}, summary="Calm and warm.")
    make_offer(make_therapist(slug="jonas", name="Jonas"), session_type, prices={90: "99.00"})
    make_session_type(slug="retired", active=False, therapists=[therapist])
    make_session_type(slug="given-by-nobody")
    assert get("/session-types").json() == {
        "session_types": [
            {
                "slug": "relaxing",
                "name": "Relaxing massage",
                "kind": "standard",
                "summary": "Calm and warm.",
                "lengths": [{"minutes": 60, "price": "70.00"}, {"minutes": 90, "price": "95.00"}],
                "currency": "GBP",
                "therapists": [
                    {"slug": "mara", "name": "Mara", "prices": {}},
                    {"slug": "jonas", "name": "Jonas", "prices": {"90": "99.00"}},
                ],
                "approval": "none",
                "needs": [],
            }
        ]
    }


def slots_of(day: dt.date, **query):
    asked = {"session_type": "relaxing", "minutes": 60, "from": day, "to": day}
    return get("/availability", **(asked | query))


def test_availability_gives_free_starts_in_order_with_who_can_give_them():
    session_type, mara = make_open_practice()
    jonas = make_therapist_at_work(slug="jonas", opens="16:30", closes="18:00")
    make_offer(jonas, session_type)
    day = a_day()
    make_time_off(mara, a_start(9), a_start(16))
    expected = [(16, 0, ["mara"]), (16, 15, ["mara"]), (16, 30, ["mara", "jonas"])]
    expected += [(16, 45, ["mara", "jonas"]), (17, 0, ["mara", "jonas"])]
    assert slots_of(day).json() == {
        "slots": [
            {
                "start": said(start := a_start(hour) + dt.timedelta(minutes=minute)),
                "end": said(start + HOUR),
                "therapists": who,
            }
            for hour, minute, who in expected
        ]
    }
    assert [slot["therapists"] for slot in slots_of(day, therapist="jonas").json()["slots"]] == [["jonas"]] * 3


def test_both_dates_are_included_and_62_days_are_the_most():
    make_open_practice()
    slots = slots_of(a_day(3), to=a_day(4)).json()["slots"]
    assert {slot["start"][:10] for slot in slots} == {str(a_day(3)), str(a_day(4))}
    assert slots_of(a_day(3), to=a_day(64)).status_code == 200
    assert slots_of(a_day(3), to=a_day(65)).json()["fields"] == {"to": "Ask for at most 62 days at once."}
    assert slots_of(a_day(3), to=a_day(2)).json()["fields"] == {"to": "The last date lies before the first."}


@pytest.mark.parametrize("years", [-120, -1, 5, 7000])
def test_dates_far_away_have_no_free_starts(years):
    make_open_practice()
    day = a_day().replace(year=a_day().year + years, day=1)
    assert slots_of(day).json() == {"slots": []}


def test_a_start_is_explained_to_staff():
    session_type, therapist = make_open_practice()
    make_booking(session_type=session_type, therapist=therapist, starts_at=a_start(10))
    asked = {"session_type": "relaxing", "minutes": 60, "therapist": "mara"}
    taken = get("/availability/explain", make_front_desk(), start=a_start(10).isoformat(), **asked)
    assert taken.json() == {
        "start": said(a_start(10)),
        "free": False,
        "reasons": [
            {"code": "therapist_taken", "sentence": "The therapist has another booking then."},
            {"code": "room_taken", "sentence": "No room is free then."},
        ],
    }
    free = get("/availability/explain", make_owner(), start=a_start(14).isoformat(), **asked)
    assert free.json() == {"start": said(a_start(14)), "free": True, "reasons": []}


def test_a_plus_sign_that_was_not_escaped_is_understood():
    make_open_practice()
    start = f"{a_day()}T14:00:00 01:00"
    asked = {"session_type": "relaxing", "minutes": 60, "therapist": "mara"}
    assert get("/availability/explain", make_owner(), start=start, **asked).status_code == 200


def test_a_part_of_a_second_is_off_the_grid():
    make_open_practice()
    asked = {"session_type": "relaxing", "minutes": 60, "therapist": "mara"}
    start = (a_start() + dt.timedelta(microseconds=1)).isoformat()
    explained = get("/availability/explain", make_owner(), start=start, **asked).json()
    assert [reason["code"] for reason in explained["reasons"]] == ["off_grid"]


def test_clients_are_not_told_why():
    make_open_practice()
    asked = {"session_type": "relaxing", "minutes": 60, "therapist": "mara", "start": a_start().isoformat()}
    assert get("/availability/explain", make_user(), **asked).json()["code"] == "not_found"
    assert get("/availability/explain", make_user()).json()["code"] == "not_found"
    assert get("/availability/explain", **asked).json()["code"] == "unauthenticated"


@pytest.mark.parametrize("therapists", [1, 3])
def test_a_month_costs_seven_queries_whatever_it_holds(django_assert_num_queries, therapists):
    session_type, mara = make_open_practice()
    for _ in range(therapists - 1):
        make_offer(make_therapist_at_work(), session_type)
    for number in range(therapists):
        make_booking(session_type=session_type, therapist=mara, starts_at=a_start(10 + number))
    first, last = a_day(1), a_day(31)
    with django_assert_num_queries(7):  # throttle, length, practice, therapists, rooms, hours with absences, bookings
        assert slots_of(first, to=last).status_code == 200


@pytest.mark.parametrize("session_types", [1, 3])
def test_session_types_cost_seven_queries(django_assert_num_queries, session_types):
    _, mara = make_open_practice()
    for _ in range(session_types - 1):
        make_session_type(therapists=[mara])
    with django_assert_num_queries(7):
        assert len(get("/session-types").json()["session_types"]) == session_types


def test_explaining_costs_nine_queries(django_assert_num_queries):
    make_open_practice()
    user = make_owner()
    asked = {"session_type": "relaxing", "minutes": 60, "therapist": "mara", "start": a_start().isoformat()}
    with django_assert_num_queries(9):  # one of them makes the token
        assert get("/availability/explain", user, **asked).status_code == 200


def test_the_document_names_every_call_and_its_problems():
    document = get("/openapi.json").json()
    calls = {
        (method, path): set(call["responses"])
        for path, each in document["paths"].items()
        for method, call in each.items()
    }
    assert calls == {
        ("get", "/api/v1/session-types"): {"200", "429"},
        ("get", "/api/v1/availability"): {"200", "422", "429"},
        ("get", "/api/v1/availability/explain"): {"200", "401", "404", "422", "429"},
        ("post", "/api/v1/bookings"): {"201", "401", "403", "409", "413", "415", "422", "429"},
        ("get", "/api/v1/bookings"): {"200", "401", "422", "429"},
        ("get", "/api/v1/bookings/{ref}"): {"200", "401", "404", "429"},
        ("post", "/api/v1/bookings/{ref}/reschedule"): {"200", "401", "403", "404", "409", "413", "415", "422", "429"},
        ("post", "/api/v1/bookings/{ref}/cancel"): {"200", "401", "404", "409", "413", "415", "422", "429"},
        ("get", "/api/v1/reports"): {"200", "401", "404", "422", "429"},
        ("get", "/api/v1/reports/{slug}"): {"200", "401", "404", "422", "429"},
    }
    assert "application/problem+json" in json.dumps(document["paths"]["/api/v1/bookings"]["get"]["responses"]["401"])


def test_the_page_for_people_needs_no_script_and_no_sign_in():
    page = get("/docs")
    words = page.content.decode()
    assert page.status_code == 200
    assert "<code>POST /api/v1/bookings/{ref}/cancel</code>" in words
    assert 'id="slot_taken"' in words
    assert words.count("<script") == 1  # the site's own
