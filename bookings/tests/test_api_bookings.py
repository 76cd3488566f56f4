"""Bookings over the API: made, listed, moved, cancelled, by the same functions as on the site."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.tests.factories import make_owner, make_user
from bookings import lifecycle, repeats
from bookings.models import Approval, Booking, BookingChange, IdempotencyKey, MoveRequest, Status, Way
from bookings.tests.calling import a_day, a_start, asking, bearer, get, make_open_practice, post, said
from bookings.tests.factories import make_booking, make_offer, make_session_type, make_therapist_at_work
from clients.tests.factories import make_client, make_client_with_account
from outbox.models import Message
from practice.models import Practice

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


def refs(answer) -> list[str]:
    return [booking["id"] for booking in answer.json()["bookings"]]


# Making one


def test_a_client_books_for_themselves():
    make_open_practice()
    client, start = make_client_with_account(), a_start()
    made = post("/bookings", asking(start), client.user)
    row = Booking.objects.get()
    assert made.status_code == 201
    assert made.json() == {
        "id": row.ref,
        "status": "confirmed",
        "session_type": "relaxing",
        "minutes": 60,
        "start": said(start),
        "end": said(start + HOUR),
        "therapist": "mara",
        "client": client.ref,
        "price": "70.00",
        "currency": "GBP",
        "cancel_free_until": said(start - 24 * HOUR),
        "move_free_until": said(start - 24 * HOUR),
        "late_fee_percent": 50,
        "late_fee": "0.00",
        "hold_ends": None,
        "answer_by": None,
        "move_requested": None,
        "version": 1,
        "created": said(row.created_at.replace(microsecond=0)),
    }
    change = BookingChange.objects.get()
    assert (change.what, change.by, change.via, change.why) == ("booked", client.user, Way.API, "")
    assert Message.objects.filter(kind="booking_confirmed", recipient=client.email).count() == 1
    assert get(f"/bookings/{row.ref}", client.user).json() == made.json()


def test_a_named_therapist_gives_it_at_their_own_price():
    session_type, _ = make_open_practice()
    make_offer(make_therapist_at_work(slug="jonas"), session_type, prices={60: "75.00"})
    made = post("/bookings", asking(a_start(), therapist="jonas"), make_client_with_account().user).json()
    assert (made["therapist"], made["price"]) == ("jonas", "75.00")


def test_staff_book_for_a_client_they_name_and_see_the_name():
    make_open_practice()
    client = make_client(ref="c-001", name="Sam Field")
    made = post("/bookings", asking(a_start(), client="c-001"), make_owner()).json()
    room = Booking.objects.get().room
    assert (made["client"], made["client_name"], made["room"]) == ("c-001", "Sam Field", room.slug)
    assert Booking.objects.get().client == client


def test_where_the_therapist_approves_a_booking_is_a_request():
    make_open_practice(approval=Approval.ALWAYS)
    made = post("/bookings", asking(a_start()), make_client_with_account().user).json()
    assert (made["status"], made["answer_by"] is None) == ("requested", False)


def test_a_taken_start_is_told_with_the_nearest_free_ones():
    session_type, therapist = make_open_practice(buffer_after_minutes=15)
    make_booking(session_type=session_type, therapist=therapist, starts_at=a_start(12))
    answer = post("/bookings", asking(a_start(12)), make_client_with_account().user)
    nearest = [
        a_start(10) + dt.timedelta(minutes=30),
        a_start(10) + dt.timedelta(minutes=45),
        a_start(13) + dt.timedelta(minutes=15),
    ]
    assert answer.status_code == 409
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json() == {
        "type": "/api/v1/docs#slot_taken",
        "title": "Just taken",
        "status": 409,
        "code": "slot_taken",
        "detail": "That time has just been taken. Please choose another.",
        "next": [{"start": said(at), "end": said(at + HOUR), "therapists": ["mara"]} for at in nearest],
    }
    assert Booking.objects.count() == 1


def test_a_start_that_is_not_offered_is_told_with_the_reasons():
    make_open_practice()
    user = make_client_with_account().user
    answer = post("/bookings", asking(a_start(20) + dt.timedelta(minutes=5)), user).json()
    assert (answer["status"], answer["code"]) == (422, "not_offered")
    assert answer["reasons"] == [
        {"code": "off_grid", "sentence": "Sessions do not start at that minute."},
        {"code": "outside_hours", "sentence": "The session would lie outside the working hours."},
    ]
    for start, reason in ((a_start(days=-3), "too_soon"), (a_start(days=200), "too_far")):
        codes = [each["code"] for each in post("/bookings", asking(start), user).json()["reasons"]]
        assert codes == [reason]
    fraction = post("/bookings", asking(a_start() + dt.timedelta(microseconds=1)), user).json()
    assert [each["code"] for each in fraction["reasons"]] == ["off_grid"]
    assert Booking.objects.count() == 0


def test_who_is_not_of_age_cannot_book():
    make_open_practice()
    client = make_client_with_account(date_of_birth=a_day().replace(year=a_day().year - 17, day=1))
    answer = post("/bookings", asking(a_start()), client.user)
    assert (answer.status_code, answer.json()["code"]) == (403, "under_age")


def test_an_account_that_cannot_book_yet_is_told_what_to_do():
    make_open_practice()
    nobody = post("/bookings", asking(a_start()), make_user())
    assert (nobody.status_code, nobody.json()["detail"]) == (
        403,
        "Please tell us who you are on the site first; then you can book.",
    )
    unconfirmed = make_client(user=make_user(confirmed=False))
    answer = post("/bookings", asking(a_start()), unconfirmed.user)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_available")
    assert "confirm your e-mail address" in answer.json()["detail"]
    assert Booking.objects.count() == 0


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"session_type": "unknown"}, {"session_type": "There is no session of this name."}),
        ({"minutes": 61}, {"minutes": "This session is not given in that length."}),
        ({"therapist": "unknown"}, {"therapist": "No therapist of this name gives that session."}),
        ({"therapist": "elsewhere"}, {"therapist": "No therapist of this name gives that session."}),
        ({"therapist": "left"}, {"therapist": "No therapist of this name gives that session."}),
        ({"client": "c-001"}, {"client": "A client books for themselves; leave this out."}),
        ({"price": "1.00"}, {"price": "This field is not known here."}),
        ({"status": "confirmed"}, {"status": "This field is not known here."}),
    ],
)
def test_what_is_not_offered_by_that_name_is_told_by_its_field(change, fields):
    session_type, _ = make_open_practice()
    make_therapist_at_work(slug="elsewhere")
    make_offer(make_therapist_at_work(slug="left", active=False), session_type)
    make_session_type(slug="retired", active=False)
    answer = post("/bookings", asking(a_start()) | change, make_client_with_account().user)
    assert (answer.status_code, answer.json()["code"], answer.json()["fields"]) == (422, "invalid", fields)
    assert Booking.objects.count() == 0


def test_what_is_no_longer_offered_cannot_be_booked():
    make_open_practice(active=False)
    answer = post("/bookings", asking(a_start()), make_client_with_account().user)
    assert answer.json()["fields"] == {"session_type": "There is no session of this name."}


def test_staff_must_name_a_client_that_exists():
    make_open_practice()
    owner = make_owner()
    assert "client" in post("/bookings", asking(a_start()), owner).json()["fields"]
    unknown = post("/bookings", asking(a_start(), client="c-unknown"), owner)
    assert (unknown.status_code, unknown.json()["fields"]) == (422, {"client": "There is no client with this ref."})


# Sending it again with a key


def test_a_repeat_gets_the_first_answer():
    session_type, _ = make_open_practice()
    make_offer(make_therapist_at_work(slug="jonas"), session_type)
    user, start = make_client_with_account().user, a_start()
    headers = {"Idempotency-Key": "one"}
    first = post("/bookings", asking(start), user, **headers)
    lifecycle.cancel(Booking.objects.get(), by=user, now=timezone.now())
    otherwise_written = {"minutes": 60, "start": start.isoformat().replace("+00:00", "Z"), "session_type": "relaxing"}
    repeated = post("/bookings", otherwise_written, user, **headers)
    assert (repeated.status_code, repeated.content) == (201, first.content)
    assert Booking.objects.count() == 1


def test_a_repeat_finds_its_answer_also_where_the_session_is_no_longer_offered():
    session_type, _ = make_open_practice()
    user, start = make_client_with_account().user, a_start()
    first = post("/bookings", asking(start), user, **{"Idempotency-Key": "one"})
    session_type.active = False
    session_type.save()
    assert post("/bookings", asking(start), user, **{"Idempotency-Key": "one"}).content == first.content


def test_a_key_stands_for_one_request_of_one_user():
    make_open_practice()
    user, other = make_client_with_account().user, make_client_with_account().user
    headers = {"Idempotency-Key": "one"}
    post("/bookings", asking(a_start(10)), user, **headers)
    reused = post("/bookings", asking(a_start(12)), user, **headers)
    assert (reused.status_code, reused.json()["code"]) == (422, "key_reused")
    assert post("/bookings", asking(a_start(14)), other, **headers).status_code == 201
    assert Booking.objects.count() == 2


def test_what_was_refused_may_be_tried_again_with_the_same_key():
    session_type, therapist = make_open_practice()
    user, headers = make_client_with_account().user, {"Idempotency-Key": "one"}
    other = make_booking(session_type=session_type, therapist=therapist, starts_at=a_start())
    assert post("/bookings", asking(a_start()), user, **headers).status_code == 409
    Booking.objects.filter(pk=other.pk).update(status=Status.CANCELLED)
    assert post("/bookings", asking(a_start()), user, **headers).status_code == 201


@pytest.mark.parametrize("key", ["k" * 201, "é", "a\x7fb"])
def test_a_key_is_at_most_200_printable_characters(key):
    make_open_practice()
    answer = post("/bookings", asking(a_start()), make_client_with_account().user, **{"Idempotency-Key": key})
    assert (answer.status_code, list(answer.json()["fields"])) == (422, ["Idempotency-Key"])
    assert (
        post(
            "/bookings", asking(a_start()), make_client_with_account().user, **{"Idempotency-Key": "~" * 200}
        ).status_code
        == 201
    )


def test_keys_go_after_two_days():
    make_open_practice()
    post("/bookings", asking(a_start()), make_client_with_account().user, **{"Idempotency-Key": "one"})
    now = timezone.now()
    assert (repeats.purge(now + 47 * HOUR), repeats.purge(now + 49 * HOUR)) == (0, 1)
    assert IdempotencyKey.objects.count() == 0


# Looking at them


def test_a_list_has_ones_own_bookings_in_order_and_leads_on():
    session_type, therapist = make_open_practice()
    client = make_client_with_account()
    make_booking(session_type=session_type, therapist=therapist, starts_at=a_start(9))
    own = [
        make_booking(client=client, session_type=session_type, therapist=therapist, starts_at=a_start(hour)).ref
        for hour in (16, 10, 12)
    ]
    first = get("/bookings", client.user, page_size=2)
    assert refs(first) == [own[1], own[2]]
    assert {key: first.json()[key] for key in ("total", "page", "page_size", "next")} == {
        "total": 3,
        "page": 1,
        "page_size": 2,
        "next": "/api/v1/bookings?page_size=2&page=2",
    }
    second = Browser().get(first.json()["next"], headers=bearer(client.user))
    assert (refs(second), second.json()["next"]) == ([own[0]], None)


def test_staff_list_the_practices_bookings_and_filter_them():
    session_type, mara = make_open_practice()
    jonas = make_therapist_at_work(slug="jonas")
    near = make_booking(session_type=session_type, therapist=mara, starts_at=a_start(10, 3)).ref
    far = make_booking(session_type=session_type, therapist=jonas, starts_at=a_start(10, 9)).ref
    gone = make_booking(
        session_type=session_type, therapist=mara, starts_at=a_start(10, 9), status=Status.CANCELLED
    ).ref
    owner = make_owner()
    assert refs(get("/bookings", owner)) == [near, far, gone]
    assert refs(get("/bookings", owner, **{"from": a_day(4)})) == [far, gone]
    assert refs(get("/bookings", owner, to=a_day(3))) == [near]
    assert refs(get("/bookings", owner, **{"from": a_day(3), "to": a_day(9), "therapist": "mara"})) == [near, gone]
    assert refs(get("/bookings", owner, status="cancelled")) == [gone]


def test_there_is_no_page_beyond_the_last_and_no_row_is_read_for_it():
    session_type, therapist = make_open_practice()
    owner = make_owner()
    assert get("/bookings", owner, page=1).json()["bookings"] == []
    make_booking(session_type=session_type, therapist=therapist, starts_at=a_start())
    with CaptureQueriesContext(connection) as queries:
        answer = get("/bookings", owner, page=10**9, page_size=100)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert answer.json()["fields"] == {"page": "There is no such page."}
    assert not any("OFFSET" in query["sql"] for query in queries)


@pytest.mark.parametrize("bookings", [1, 3])
def test_a_list_costs_six_queries_however_long(bookings):
    session_type, therapist = make_open_practice()
    client = make_client_with_account()
    for number in range(bookings):
        row = make_booking(
            client=client, session_type=session_type, therapist=therapist, starts_at=a_start(9 + 2 * number)
        )
        ask_to_move(row)
    headers = bearer(client.user)
    with CaptureQueriesContext(connection) as queries:
        answer = Browser().get("/api/v1/bookings", headers=headers)
    assert (len(refs(answer)), len(queries)) == (bookings, 6)  # token, throttle, practice, count, rows, moves


def ask_to_move(booking: Booking) -> MoveRequest:
    return MoveRequest.objects.create(
        booking=booking,
        therapist=booking.therapist,
        starts_at=booking.starts_at + 24 * HOUR,
        asked_at=timezone.now(),
        answer_by_at=booking.starts_at,
    )


# Changing one


def test_a_booking_is_moved_and_stays_the_same_one():
    session_type, therapist = make_open_practice()
    client = make_client_with_account()
    row = make_booking(client=client, session_type=session_type, therapist=therapist, starts_at=a_start(10, 5))
    moved = post(f"/bookings/{row.ref}/reschedule", {"start": (a_start(10, 5) + HOUR / 2).isoformat()}, client.user)
    assert moved.status_code == 200
    assert (moved.json()["id"], moved.json()["start"], moved.json()["version"]) == (
        row.ref,
        said(a_start(10, 5) + HOUR / 2),
        2,
    )
    change = BookingChange.objects.get()
    assert (change.what, change.via) == ("moved", Way.API)
    assert get(f"/bookings/{row.ref}", client.user).json() == moved.json()


def test_a_booking_is_moved_to_another_therapist():
    session_type, therapist = make_open_practice()
    make_offer(make_therapist_at_work(slug="jonas"), session_type)
    make_therapist_at_work(slug="elsewhere")
    client = make_client_with_account()
    row = make_booking(client=client, session_type=session_type, therapist=therapist, starts_at=a_start(10, 5))
    asked = {"start": a_start(10, 5).isoformat()}
    for slug in ("elsewhere", "unknown"):
        answer = post(f"/bookings/{row.ref}/reschedule", asked | {"therapist": slug}, client.user)
        assert (answer.status_code, list(answer.json()["fields"])) == (422, ["therapist"])
    moved = post(f"/bookings/{row.ref}/reschedule", asked | {"therapist": "jonas"}, client.user).json()
    assert (moved["therapist"], moved["start"]) == ("jonas", said(a_start(10, 5)))


def test_where_each_session_is_approved_a_move_is_a_request():
    session_type, therapist = make_open_practice(approval=Approval.ALWAYS)
    client = make_client_with_account()
    row = make_booking(client=client, session_type=session_type, therapist=therapist, starts_at=a_start(10, 5))
    answer = post(f"/bookings/{row.ref}/reschedule", {"start": a_start(14, 5).isoformat()}, client.user).json()
    wanted = MoveRequest.objects.get()
    assert answer["start"] == said(a_start(10, 5))
    assert answer["move_requested"] == {
        "start": said(a_start(14, 5)),
        "therapist": "mara",
        "answer_by": said(wanted.answer_by_at.replace(microsecond=0)),
    }


def test_a_move_to_a_taken_start_is_told_with_the_nearest_free_ones():
    session_type, therapist = make_open_practice()
    client = make_client_with_account()
    row = make_booking(client=client, session_type=session_type, therapist=therapist, starts_at=a_start(9, 5))
    make_booking(session_type=session_type, therapist=therapist, starts_at=a_start(10, 5))
    answer = post(f"/bookings/{row.ref}/reschedule", {"start": a_start(10, 5).isoformat()}, client.user)
    assert (answer.status_code, answer.json()["code"]) == (409, "slot_taken")
    assert answer.json()["next"][0]["start"] == said(a_start(9, 5))  # its own time counts as free


@pytest.mark.parametrize(("call", "body"), [("reschedule", {"start": ""}), ("cancel", {})])
def test_a_late_change_is_told_with_its_fee_until_it_is_accepted(call, body):
    session_type, therapist = make_open_practice()
    Practice.objects.update(min_notice=dt.timedelta(0))
    client = make_client_with_account()
    row = make_booking(
        client=client,
        session_type=session_type,
        therapist=therapist,
        starts_at=a_start(10),
        cancellation_notice=dt.timedelta(days=30),
        reschedule_notice=dt.timedelta(days=30),
    )
    body = {"start": a_start(14).isoformat()} if body else {}
    told = post(f"/bookings/{row.ref}/{call}", body, client.user)
    assert (told.status_code, told.json()["code"]) == (409, "late")
    assert (told.json()["fee"], told.json()["currency"]) == ("35.00", "GBP")
    done = post(f"/bookings/{row.ref}/{call}", body | {"accept_late": True}, client.user)
    assert (done.status_code, done.json()["late_fee"]) == (200, "35.00")


def test_a_booking_is_cancelled_with_a_reason_or_without_a_word():
    session_type, therapist = make_open_practice()
    client = make_client_with_account()
    first, second = (
        make_booking(client=client, session_type=session_type, therapist=therapist, starts_at=a_start(hour, 5))
        for hour in (10, 14)
    )
    answer = post(f"/bookings/{first.ref}/cancel", {"reason": "A cold."}, client.user)
    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
    without = post(f"/bookings/{second.ref}/cancel", b"", client.user)
    assert (without.status_code, without.json()["status"]) == (200, "cancelled")
    assert [change.why for change in BookingChange.objects.all()] == ["A cold.", ""]


def test_what_is_no_longer_in_that_state_is_a_conflict():
    session_type, therapist = make_open_practice()
    client = make_client_with_account()
    row = make_booking(
        client=client, session_type=session_type, therapist=therapist, starts_at=a_start(), status=Status.CANCELLED
    )
    for call, body in (("cancel", {}), ("reschedule", {"start": a_start(14).isoformat()})):
        answer = post(f"/bookings/{row.ref}/{call}", body, client.user)
        assert (answer.status_code, answer.json()["code"]) == (409, "conflict")


# What it costs


def is_a_question(query) -> bool:
    return not query["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"))


@pytest.mark.parametrize(("headers", "more"), [({}, 0), ({"Idempotency-Key": "one"}, 1)])
@pytest.mark.parametrize("therapist", [{}, {"therapist": "mara"}])
@pytest.mark.parametrize("calls_before", [0, 1])
def test_booking_costs_twelve_queries_and_a_key_one_more(headers, more, therapist, calls_before):
    make_open_practice()
    sent = {"headers": bearer(make_client_with_account().user) | headers, "content_type": "application/json"}
    for _ in range(calls_before):
        Browser().get("/api/v1/bookings", headers=sent["headers"])
    body = json.dumps(asking(a_start(), **therapist))
    with CaptureQueriesContext(connection) as queries:
        made = Browser().post("/api/v1/bookings", body, **sent)
    assert made.status_code == 201
    assert len([query for query in queries if is_a_question(query)]) <= 12 + more


@pytest.mark.parametrize(("call", "most"), [("", 5), ("/reschedule", 23), ("/cancel", 17)])
def test_a_call_about_one_booking_has_a_bound(call, most):
    session_type, therapist = make_open_practice()
    client = make_client_with_account()
    row = make_booking(client=client, session_type=session_type, therapist=therapist, starts_at=a_start(10, 5))
    path, headers = f"/api/v1/bookings/{row.ref}{call}", bearer(client.user)
    body = json.dumps({"start": a_start(14, 5).isoformat()} if call == "/reschedule" else {})
    with CaptureQueriesContext(connection) as queries:
        if call:
            answer = Browser().post(path, body, content_type="application/json", headers=headers)
        else:
            answer = Browser().get(path, headers=headers)
    assert answer.status_code == 200
    assert len([query for query in queries if is_a_question(query)]) <= most


def test_a_token_from_the_command_opens_the_api(capsys):
    client = make_client_with_account()
    call_command("create_api_token", client.user.email)
    headers = {"Authorization": f"Bearer {capsys.readouterr().out.strip()}"}
    assert Browser().get("/api/v1/bookings", headers=headers).json()["total"] == 0
