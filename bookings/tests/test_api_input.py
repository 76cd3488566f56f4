"""Whatever is sent: a clear answer with its code, never a fault of ours, and nothing written."""

from __future__ import annotations

import json

import pytest
from django.test import Client as Browser

from accounts.tests.factories import make_owner
from bookings.api.problems import CODES
from bookings.models import Booking, IdempotencyKey
from bookings.tests.calling import a_start, asking, bearer, get, make_open_practice, post
from bookings.tests.factories import make_booking
from clients.tests.factories import make_client_with_account
from practice.errors import Refusal

pytestmark = pytest.mark.django_db

WRITE_A_START = "Write a time like 2027-01-04T10:00:00+00:00."
SAY_THE_OFFSET = "Say the time's offset too, like 2027-01-04T10:00:00+00:00, or end with Z for UTC."


@pytest.fixture
def user():
    make_open_practice()
    return make_client_with_account().user


@pytest.mark.parametrize(
    ("start", "sentence"),
    [
        ("2027-01-04T10:00:00", SAY_THE_OFFSET),
        ("2027-01-04T10:00", SAY_THE_OFFSET),
        ("2027-01-04", SAY_THE_OFFSET),
        ("2027-01-04T10:00Z", WRITE_A_START),
        ("2027-02-30T10:00:00Z", "There is no such date or time."),
        ("2027-01-04T24:30:00Z", "There is no such date or time."),
        ("2027-01-04T10:00:00+24:00", "There is no such date or time."),
        ("0001-01-01T00:00:00+14:00", WRITE_A_START),
        ("9999-12-31T23:59:59-14:00", WRITE_A_START),
        ("２027-01-04T10:00:00Z", WRITE_A_START),
        ("tomorrow", WRITE_A_START),
        ("", WRITE_A_START),
        ("\x00", WRITE_A_START),
        (1798970400, WRITE_A_START),
        (None, WRITE_A_START),
        (True, WRITE_A_START),
    ],
)
def test_a_start_that_is_none_is_told_in_a_sentence(user, start, sentence):
    answer = post("/bookings", asking(a_start()) | {"start": start}, user)
    assert (answer.status_code, answer.json()["code"], answer.json()["fields"]) == (422, "invalid", {"start": sentence})
    assert Booking.objects.count() == 0


def test_an_instant_may_be_written_with_any_offset(user):
    utc = a_start()
    for text in (utc.isoformat().replace("+00:00", "Z"), utc.isoformat().replace("T", "t").replace("+00:00", "z")):
        answer = post("/bookings", asking(utc) | {"start": text}, user)
        assert answer.status_code == 201
        post(f"/bookings/{answer.json()['id']}/cancel", {}, user)


@pytest.mark.parametrize("field", ["session_type", "therapist", "client"])
@pytest.mark.parametrize("value", ["a\x00b", "\ud800", "x" * 10_000, "a b", "", 5, [], {}, "🌸", "a\n"])
def test_a_name_that_is_none_is_told_by_its_field(user, field, value):
    answer = post("/bookings", asking(a_start()) | {field: value}, user)
    assert (answer.status_code, list(answer.json()["fields"])) == (422, [field])
    assert Booking.objects.count() == 0


@pytest.mark.parametrize("minutes", [0, -60, 61, 10**9, 10**30, "60", 60.5, True, None, "abc"])
def test_minutes_that_are_not_offered_are_told(user, minutes):
    answer = post("/bookings", asking(a_start()) | {"minutes": minutes}, user)
    assert (answer.status_code, list(answer.json()["fields"])) == (422, ["minutes"])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"5",
        b'"text"',
        b"\xff\xfe",
        b"\x00",
        b"{}",
        b'{"minutes": NaN}',
        b"[" * 100_000,
        b'{"minutes": ' + b"9" * 10_000 + b"}",
        b'{"minutes": 1e999}',
    ],
)
def test_a_body_that_is_none_is_told(user, body):
    answer = post("/bookings", body, user)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert answer.json()["fields"]
    assert Booking.objects.count() == 0


def test_every_missing_field_is_named(user):
    needed = "This is needed."
    assert post("/bookings", {}, user).json() == {
        "type": "/api/v1/docs#invalid",
        "title": "Please check what was sent",
        "status": 422,
        "code": "invalid",
        "detail": "Some of what was sent cannot be used.",
        "fields": {"session_type": needed, "minutes": needed, "start": needed},
    }


@pytest.mark.parametrize(
    "media_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml"],
)
def test_something_else_than_json_is_refused(user, media_type):
    body = json.dumps(asking(a_start()))
    answer = Browser().generic("POST", "/api/v1/bookings", body, media_type, headers=bearer(user))
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")
    assert Booking.objects.count() == 0


def test_json_may_name_its_charset(user):
    body = json.dumps(asking(a_start()))
    answer = Browser().generic(
        "POST", "/api/v1/bookings", body, "application/json; charset=utf-8", headers=bearer(user)
    )
    assert answer.status_code == 201


def test_too_much_at_once_is_refused(user):
    answer = post("/bookings", b" " * 1_100_000, user)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


RANGE = {"session_type": "relaxing", "minutes": 60, "from": "2027-01-04", "to": "2027-01-05"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"session_type": "unknown"}, "session_type"),
        ({"session_type": "a\x00b"}, "session_type"),
        ({"session_type": ""}, "session_type"),
        ({"minutes": 61}, "minutes"),
        ({"minutes": "abc"}, "minutes"),
        ({"minutes": "6_0"}, "minutes"),
        ({"minutes": 10**9}, "minutes"),
        ({"minutes": 10**30}, "minutes"),
        ({"minutes": "٦٠"}, "minutes"),
        ({"from": "2027-02-30"}, "from"),
        ({"from": "2027-01-04T00:00:00"}, "from"),
        ({"from": "1798970400"}, "from"),
        ({"from": "0001-01-01"}, "from"),
        ({"to": "9999-12-31"}, "to"),
        ({"to": "\x00"}, "to"),
        ({"to": "2027-01-03"}, "to"),
        ({"to": "2027-12-31"}, "to"),
        ({"therapist": "unknown"}, "therapist"),
        ({"therapist": "a\x00b"}, "therapist"),
        ({"therapst": "mara"}, "therapst"),
    ],
)
def test_a_query_that_cannot_be_answered_is_told_by_its_field(user, change, field):
    answer = get("/availability", **(RANGE | change))
    assert (answer.status_code, answer.json()["code"], list(answer.json()["fields"])) == (422, "invalid", [field])


@pytest.mark.parametrize("name", RANGE)
def test_what_a_query_needs_is_named(user, name):
    answer = get("/availability", **{key: value for key, value in RANGE.items() if key != name})
    assert (answer.status_code, answer.json()["fields"]) == (422, {name: "This is needed."})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("page", 0),
        ("page", -1),
        ("page", 10**10),
        ("page", 10**30),
        ("page", "two"),
        ("page_size", 0),
        ("page_size", 101),
        ("status", "gone"),
        ("status", "a\x00b"),
        ("from", "2026-13-01"),
        ("therapist", "unknown"),
        ("therapist", "a\x00b"),
        ("order", "price"),
    ],
)
def test_a_filter_that_is_none_is_told(user, name, value):
    for caller in (user, make_owner()):
        answer = get("/bookings", caller, **{name: value})
        assert (answer.status_code, list(answer.json()["fields"])) == (422, [name])


@pytest.mark.parametrize(
    ("call", "body", "field"),
    [
        ("reschedule", {}, "start"),
        ("reschedule", {"start": "2027-01-04T10:00:00"}, "start"),
        ("reschedule", {"start": "2027-01-04T10:00:00Z", "price": 1}, "price"),
        ("reschedule", {"start": "2027-01-04T10:00:00Z", "accept_late": "yes"}, "accept_late"),
        ("reschedule", {"start": "2027-01-04T10:00:00Z", "therapist": "a\x00b"}, "therapist"),
        ("cancel", {"reason": "a\x00b"}, "reason"),
        ("cancel", {"reason": "\ud800"}, "reason"),
        ("cancel", {"reason": "x" * 301}, "reason"),
        ("cancel", {"reason": None}, "reason"),
        ("cancel", {"waive": True}, "waive"),
        ("cancel", [], "body"),
        ("cancel", b"{", "body"),
    ],
)
def test_a_change_that_cannot_be_read_changes_nothing(user, call, body, field):
    row = make_booking(client=user.client, starts_at=a_start(10, 5))
    answer = post(f"/bookings/{row.ref}/{call}", body, user)
    assert (answer.status_code, list(answer.json()["fields"])) == (422, [field])
    row.refresh_from_db()
    assert (row.status, row.version) == ("confirmed", 1)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/bookings/",
        "/unknown",
        "/bookings/b-1/unknown",
        "/bookings/b-1/b-2/cancel",
        "/%00",
        "/session-types/1",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_where_there_is_nothing_a_problem_says_so(user, path, method):
    if path == "":
        path = "/x"
    answer = Browser().generic(method, f"/api/v1{path}", b"{}", "application/json", headers=bearer(user))
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/bookings", "GET, POST"),
        ("PATCH", "/bookings/b-1", "GET"),
        ("GET", "/bookings/b-1/cancel", "POST"),
        ("POST", "/session-types", "GET"),
        ("OPTIONS", "/availability", "GET"),
        ("POST", "/openapi.json", "GET, HEAD"),
        ("PUT", "/docs", "GET, HEAD"),
    ],
)
def test_another_method_is_told_which_ones_there_are(user, method, path, allowed):
    answer = Browser(enforce_csrf_checks=True).generic(method, f"/api/v1{path}")
    assert (answer.status_code, answer.json()["code"], answer["Allow"]) == (405, "method_not_allowed", allowed)


def test_nothing_is_written_by_looking(user):
    for path in ("/session-types", "/bookings", "/openapi.json", "/docs"):
        assert get(path, user).status_code == 200
    assert (Booking.objects.count(), IdempotencyKey.objects.count()) == (0, 0)


def test_each_error_of_the_family_has_its_status() -> None:
    def family(base: type[Refusal]) -> set[type[Refusal]]:
        return {base}.union(*(family(each) for each in base.__subclasses__()))

    assert {each.code for each in family(Refusal)} <= CODES.keys()
