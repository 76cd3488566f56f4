"""Who may call what: tokens and nothing else, how often, and whose bookings. Not yours looks like not there."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client as Browser
from django.utils import timezone

from accounts import records
from accounts.models import ApiToken, Bucket, Role
from accounts.tests.factories import make_front_desk, make_owner, make_user
from bookings.models import Booking, Status
from bookings.tests.calling import a_start, asking, bearer, get, make_open_practice, post, token_for
from bookings.tests.factories import make_booking
from clients.tests.factories import make_client, make_client_with_account

pytestmark = pytest.mark.django_db

WHO = ["anonymous", "client", "other", "front_desk", "therapist", "owner"]


@pytest.fixture
def people():
    """One booking, and everybody who might ask about it."""
    session_type, therapist = make_open_practice()
    client = make_client_with_account()
    booking = make_booking(
        ref="b-001", client=client, session_type=session_type, therapist=therapist, starts_at=a_start(10, 5)
    )
    return {
        "booking": booking,
        "anonymous": None,
        "client": client.user,
        "other": make_client_with_account().user,
        "front_desk": make_front_desk(),
        "therapist": make_user(role=Role.THERAPIST),
        "owner": make_owner(),
    }


RANGE = {"session_type": "relaxing", "minutes": 60, "from": "2027-01-04", "to": "2027-01-05"}
ONE = {"session_type": "relaxing", "minutes": 60, "therapist": "mara", "start": "2027-01-04T10:00:00Z"}
CALLS = {
    "session types": lambda user: get("/session-types", user),
    "availability": lambda user: get("/availability", user, **RANGE),
    "explain": lambda user: get("/availability/explain", user, **ONE),
    "list": lambda user: get("/bookings", user),
    "one": lambda user: get("/bookings/b-001", user),
    "none": lambda user: get("/bookings/b-002", user),
    "book": lambda user: post("/bookings", asking(a_start(14)), user),
    "book for": lambda user: post("/bookings", asking(a_start(14), client=make_client().ref), user),
    "move": lambda user: post("/bookings/b-001/reschedule", {"start": a_start(14, 5).isoformat()}, user),
    "cancel": lambda user: post("/bookings/b-001/cancel", {}, user),
}
# Statuses in the order of WHO.
EXPECTED = {
    "session types": [200, 200, 200, 200, 200, 200],
    "availability": [200, 200, 200, 200, 200, 200],
    "explain": [401, 404, 404, 200, 200, 200],
    "list": [401, 200, 200, 200, 200, 200],
    "one": [401, 200, 404, 200, 200, 200],
    "none": [401, 404, 404, 404, 404, 404],
    "book": [401, 201, 201, 422, 422, 422],
    "book for": [401, 422, 422, 201, 403, 201],
    "move": [401, 200, 404, 200, 403, 200],
    "cancel": [401, 200, 404, 200, 403, 200],
}


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("call", CALLS)
def test_each_call_answers_each_role_as_it_should(people, call, who):
    before = {row.pk: (row.status, row.version) for row in Booking.objects.all()}
    answer = CALLS[call](people[who])
    assert answer.status_code == EXPECTED[call][WHO.index(who)]
    if answer.status_code >= 400:
        assert answer["Content-Type"] == "application/problem+json"
        assert {row.pk: (row.status, row.version) for row in Booking.objects.all()} == before


def test_a_therapist_fills_and_changes_their_own_calendar(people):
    mara = people["booking"].therapist.user
    ref = make_client().ref
    named = asking(a_start(14), client=ref, therapist=people["booking"].therapist.slug)

    assert post("/bookings", named, mara).status_code == 201
    assert post("/bookings/b-001/reschedule", {"start": a_start(16, 5).isoformat()}, mara).status_code == 200
    assert post("/bookings/b-001/cancel", {}, mara).status_code == 200


def test_a_list_holds_ones_own_alone(people):
    listed = {who: [each["id"] for each in get("/bookings", people[who]).json()["bookings"]] for who in WHO[1:]}
    assert listed == {
        "client": ["b-001"],
        "other": [],
        "front_desk": ["b-001"],
        "therapist": ["b-001"],
        "owner": ["b-001"],
    }


def test_a_client_learns_neither_room_nor_names(people):
    assert {"room", "client_name"} & get("/bookings/b-001", people["client"]).json().keys() == set()


def test_what_is_not_yours_and_what_is_not_there_look_alike(people):
    answers = [
        get(f"/bookings/{ref}", people["other"]).content for ref in ("b-001", "b-002", "b%00", "b 1", "%F0%9F%8C%B8")
    ]
    assert len(set(answers)) == 1


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "Bearer mp_unknown", "Basic c2FtOnNhbQ==", "mp_unknown", "Bearer é", "Bearer a\x00b"],
)
def test_without_a_good_token_nothing_is_told(people, header):
    answer = Browser().get("/api/v1/bookings", headers={"Authorization": header} if header else {})
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_the_token_is_asked_for_before_anything_else_is_looked_at(people):
    answer = Browser().post("/api/v1/bookings", "{not json", content_type="text/plain")
    assert answer.status_code == 401


def test_a_session_cookie_opens_nothing(people):
    browser = Browser()
    browser.force_login(people["client"])
    assert browser.get("/api/v1/bookings").status_code == 401


def test_a_revoked_token_is_refused(people):
    headers = bearer(people["client"])
    assert Browser().get("/api/v1/bookings", headers=headers).status_code == 200
    records.revoke(ApiToken.objects.get(), now=timezone.now())
    assert Browser().get("/api/v1/bookings", headers=headers).status_code == 401


def test_where_a_second_factor_is_demanded_staff_need_one_here_too(people, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    refused = get("/bookings", people["owner"])
    assert (refused.status_code, refused.json()["code"]) == (401, "unauthenticated")
    assert get("/bookings", people["client"]).status_code == 200


def test_the_use_of_a_token_is_noted(people):
    get("/bookings", people["client"])
    assert timezone.now() - ApiToken.objects.get().last_used_at < dt.timedelta(minutes=1)


# How often


def statuses(times: int, call) -> list[int]:
    return [call().status_code for _ in range(times)]


def test_a_token_may_call_so_often_a_minute_and_is_told_when_to_come_back(people, settings):
    settings.API_RATE = 2
    headers = bearer(people["client"])
    # The first call notes the use and is not counted.
    assert statuses(4, lambda: Browser().get("/api/v1/bookings", headers=headers)) == [200, 200, 200, 429]
    answer = Browser().get("/api/v1/bookings", headers=headers)
    assert answer.json()["code"] == "rate_limited"
    assert 1 <= int(answer["Retry-After"]) <= 30
    assert get("/bookings", people["other"]).status_code == 200


def test_public_calls_are_counted_by_address(people, settings):
    settings.API_RATE = 2
    call = Browser()
    assert statuses(3, lambda: call.get("/api/v1/session-types")) == [200, 200, 429]
    assert call.get("/api/v1/session-types", REMOTE_ADDR="192.0.2.7").status_code == 200
    assert call.get("/api/v1/session-types", REMOTE_ADDR="2001:db8::1").status_code == 200
    assert call.get("/api/v1/session-types", REMOTE_ADDR="2001:db8::2").status_code == 200
    assert call.get("/api/v1/session-types", REMOTE_ADDR="2001:db8::3").status_code == 429


def test_guessing_tokens_is_slowed_down_and_leaves_no_row_for_each_guess(people, settings):
    settings.API_RATE = 2
    guesses = iter(range(100))
    assert statuses(
        4, lambda: Browser().get("/api/v1/bookings", headers={"Authorization": f"Bearer mp_{next(guesses)}"})
    ) == [401, 401, 429, 429]
    assert Bucket.objects.count() == 1
    assert get("/bookings", people["client"]).status_code == 200


def test_a_refused_caller_books_nothing(people, settings):
    settings.API_RATE = 1
    token = token_for(people["client"])
    headers = {"Authorization": f"Bearer {token}"}
    statuses(2, lambda: Browser().get("/api/v1/bookings", headers=headers))
    answer = Browser().post("/api/v1/bookings", asking(a_start(14)), content_type="application/json", headers=headers)
    assert answer.status_code == 429
    assert list(Booking.objects.values_list("status", flat=True)) == [Status.CONFIRMED]
