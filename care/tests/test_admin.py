"""The practice's side of care: who sees what, that each reading leaves a line, and what the therapist does there."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import make_front_desk, make_owner
from bookings.models import Booking, Status
from bookings.tests.factories import make_booking, make_therapist
from care import agreed
from care.models import BoundarySheet, CannedReply, Incident, Line, Refusal
from care.tests.factories import BACK, make_conversation, make_incident, make_refusal, make_sheet
from clients import lookalikes, permissions
from clients.models import CareRelation, LookAlike, Restriction
from clients.tests.factories import make_client, make_client_with_account
from vault import trail

pytestmark = pytest.mark.django_db


def browser_of(user: User) -> Browser:
    browser = Browser()
    browser.force_login(user)
    return browser


def text(response: Any) -> str:
    return response.content.decode()


def treated(**overrides: Any) -> Booking:
    """A booking three days from today, of a client whom its therapist treats."""
    starts_at = timezone.now().replace(second=0, microsecond=0) + dt.timedelta(days=3)
    fields = {"client": make_client_with_account(), "starts_at": starts_at} | overrides
    booking = make_booking(**fields)
    CareRelation.objects.create(client=booking.client, user=booking.therapist.user, since=starts_at)
    return booking


def read(client: Any) -> list[tuple[str, int]]:
    entries = trail.about(f"client:{client.pk}").filter(kind="record.read")
    return list(entries.values_list("object", "actor_id"))


def test_each_reading_leaves_a_line_and_a_list_does_not() -> None:
    booking = treated()
    client, user = booking.client, booking.therapist.user
    rows = {
        "care/boundarysheet": make_sheet(booking=booking).pk,
        "care/incident": (incident := make_incident(client, by=user, consequence="warn")).pk,
        "clients/restriction": incident.restriction_id,
        "care/conversation": make_conversation(client=client, therapist=booking.therapist).pk,
        "care/refusal": make_refusal(make_booking(client=client, status=Status.REQUESTED)).pk,
    }
    browser = browser_of(user)
    for path in rows:
        assert browser.get(f"/admin/{path}/").status_code == 200
    assert read(client) == []
    for path, pk in rows.items():
        assert browser.get(f"/admin/{path}/{pk}/change/").status_code == 200
    whats = ["sheet", "incident", "restriction", "messages", "refusal"]
    assert read(client) == [(f"record:{what}", user.pk) for what in whats]


def test_another_therapist_and_the_front_desk_find_nothing() -> None:
    incident = make_incident()
    page = f"/admin/care/incident/{incident.pk}/change/"
    codes = {name: browser_of(user).get(page).status_code for name, user in staff().items()}
    assert codes == {"owner": 200, "colleague": 404, "desk": 403}
    assert "Incident" not in text(browser_of(staff()["desk"]).get("/admin/settings/"))


def test_a_therapist_reads_back_what_they_decided_about_somebody_they_do_not_treat() -> None:
    request = make_booking(client=make_client_with_account(), status=Status.REQUESTED)
    mara, colleague = request.therapist.user, make_therapist().user
    incident = make_incident(request.client, by=mara, consequence="approval")
    pages = {
        "refusal": f"/admin/care/refusal/{make_refusal(request, by=mara).pk}/change/",
        "incident": f"/admin/care/incident/{incident.pk}/change/",
        "restriction": f"/admin/clients/restriction/{incident.restriction_id}/change/",
    }
    assert not CareRelation.objects.filter(client=request.client, until=None).exists()

    for page in pages.values():
        assert browser_of(mara).get(page).status_code == 200
        assert browser_of(colleague).get(page).status_code == 404
    assert read(request.client) == [(f"record:{what}", mara.pk) for what in pages]
    assert read(request.client) and not permissions.may_read(mara, request.client, timezone.now())


def staff() -> dict[str, User]:
    return {"owner": make_owner(), "colleague": make_therapist().user, "desk": make_front_desk()}


def test_front_desk_sees_nothing_of_care_on_a_booking() -> None:
    booking = treated(status=Status.REQUESTED)
    make_incident(booking.client, by=booking.therapist.user, consequence="warn")
    shown = text(browser_of(make_front_desk()).get(f"/admin/bookings/booking/{booking.pk}/change/"))
    assert "/admin/care/" not in shown and "Please note" not in shown


def test_therapist_is_warned_on_the_booking_and_finds_the_ways_on() -> None:
    booking = treated()
    make_incident(booking.client, by=booking.therapist.user, consequence="warn")
    shown = text(browser_of(booking.therapist.user).get(f"/admin/bookings/booking/{booking.pk}/change/"))
    for word in ("Please note", "boundarysheet/add/", "refusal/add/", "incident/add/"):
        assert word in shown
    assert "A remark that crossed the line." not in shown


# The sheet on the tablet

FILLED = {"areas": BACK, "covering": "2", "pressure": "2", "slower_word": "amber", "stop_word": "red", "wishes": ""}


def test_sheet_is_filled_in_together_and_then_narrowed() -> None:
    booking = treated()
    browser = browser_of(booking.therapist.user)
    page = f"/admin/care/boundarysheet/add/?booking={booking.pk}"
    assert browser.get(page).status_code == 200
    assert browser.post(page, FILLED).status_code == 302
    sheet = BoundarySheet.objects.get()
    assert sheet.filled_by == "together"
    assert browser.get(page).headers["Location"] == f"/admin/care/boundarysheet/{sheet.pk}/change/"
    BoundarySheet.objects.update(locked_at=timezone.now())
    Booking.objects.update(started_at=timezone.now())
    change = f"/admin/care/boundarysheet/{sheet.pk}/change/"
    assert browser.post(change, {"areas": ["neck"], "covering": "3", "pressure": "1"}).status_code == 302
    sheet.refresh_from_db()
    assert (sheet.area_keys, sheet.covering, sheet.pressure) == (["neck"], 3, 1)
    assert "Included before" in text(browser.get(change))
    assert "The sheet was narrowed in the meantime." in text(browser.post(change, FILLED))
    sheet.refresh_from_db()
    assert sheet.areas == agreed.bits(["neck"])


@pytest.mark.parametrize("number", ["", "0", "x", "9" * 40])
def test_sheet_of_a_booking_that_does_not_exist_is_not_there(number: str) -> None:
    assert browser_of(make_owner()).get(f"/admin/care/boundarysheet/add/?booking={number}").status_code == 404


# The conversation


def test_therapist_answers_with_a_ready_word_and_their_own() -> None:
    talk = make_conversation("My knee.")
    CareRelation.objects.create(client=talk.client, user=talk.therapist.user, since=timezone.now())
    browser, page = browser_of(talk.therapist.user), f"/admin/care/conversation/{talk.pk}/change/"
    assert "My knee." in text(browser.get(page))
    ready = CannedReply.objects.first()
    browser.post(page, {"canned": ready.pk, "words": "See you.", "reply": "Send the answer"})
    assert Line.objects.latest("at").words == f"{ready.words}\n\nSee you."
    browser.post(page, {"words": "We cannot go on.", "decline": "Send and decline"})
    talk.refresh_from_db()
    assert talk.state == "declined"
    browser.post(page, {"reopen": "Open it again"})
    talk.refresh_from_db()
    assert talk.state == "open"
    assert "Please write something first." in text(browser.post(page, {"words": "", "reply": "1"}))


def test_therapist_reads_a_message_of_somebody_they_have_not_met_yet() -> None:
    """They were written to; whoever writes to a therapist opens their own words to them."""
    talk = make_conversation("My knee.")
    user = talk.therapist.user
    assert "My knee." in text(browser_of(user).get(f"/admin/care/conversation/{talk.pk}/change/"))
    assert read(talk.client) == [("record:messages", user.pk)]


# Incident, refusal, restriction, look-alike


def test_therapist_records_an_incident_that_blocks() -> None:
    booking = treated()
    browser = browser_of(booking.therapist.user)
    page = f"/admin/care/incident/add/?client={booking.client_id}&booking={booking.pk}"
    assert browser.get(page).status_code == 200
    typed = {
        "client": booking.client_id,
        "booking": booking.pk,
        "happened_at": "2026-06-01T10:00",
        "severity": "3",
        "what": "A threat.",
        "done": "The session was ended.",
        "consequence": "block",
    }
    assert browser.post(page, typed).status_code == 302
    incident = Incident.objects.get()
    assert (incident.booking, incident.what_happened, incident.severity) == (booking, "A threat.", 3)
    booking.refresh_from_db()
    assert (booking.status, Restriction.objects.get().kind) == (Status.CANCELLED, "block")


def test_incident_of_a_client_who_was_never_theirs_is_not_recorded() -> None:
    other = make_client()
    typed = {"client": other.pk, "happened_at": "2026-06-01T10:00", "severity": "1", "what": "x", "consequence": ""}
    response = browser_of(make_therapist().user).post("/admin/care/incident/add/", typed)
    assert response.status_code == 200
    assert Incident.objects.count() == 0


def test_booking_of_another_client_does_not_go_with_an_incident() -> None:
    booking, other = treated(), treated()
    typed = {
        "client": booking.client_id,
        "booking": other.pk,
        "happened_at": "2026-06-01T10:00",
        "severity": "1",
        "what": "x",
    }
    assert "The booking is another client" in text(browser_of(make_owner()).post("/admin/care/incident/add/", typed))


def test_what_came_of_an_incident_is_added() -> None:
    incident = make_incident()
    page = f"/admin/care/incident/{incident.pk}/change/"
    browser_of(make_owner()).post(page, {"words": "We spoke."})
    incident.refresh_from_db()
    assert incident.follow_up == "We spoke."


def test_therapist_refuses_a_request() -> None:
    booking = treated(status=Status.REQUESTED)
    browser, page = browser_of(booking.therapist.user), f"/admin/care/refusal/add/?booking={booking.pk}"
    assert "Refuse" in text(browser.get(page))
    typed = {"ground": "sexual", "notes": "What was asked.", "canned": CannedReply.objects.last().pk, "words": ""}
    assert browser.post(page, typed).headers["Location"] == f"/admin/bookings/booking/{booking.pk}/change/"
    refusal = Refusal.objects.get()
    assert (refusal.ground, refusal.words, refusal.reply) == (
        "sexual",
        "What was asked.",
        CannedReply.objects.last().words,
    )


def test_refusal_without_a_word_to_the_client_is_asked_for_again() -> None:
    booking = treated(status=Status.REQUESTED)
    page = f"/admin/care/refusal/add/?booking={booking.pk}"
    shown = text(browser_of(booking.therapist.user).post(page, {"ground": "other", "canned": "", "words": ""}))
    assert "Please choose what the client is told." in shown
    assert Refusal.objects.count() == 0


def test_another_therapists_booking_is_not_refused() -> None:
    page = f"/admin/care/refusal/add/?booking={treated(status=Status.REQUESTED).pk}"
    assert browser_of(make_therapist().user).get(page).status_code == 403


def test_restriction_is_made_and_ended_with_reasons() -> None:
    client, browser = make_client(), browser_of(make_owner())
    browser.post("/admin/clients/restriction/add/", {"client": client.pk, "kind": "approval", "why": "To look first."})
    made = Restriction.objects.get()
    page = f"/admin/clients/restriction/{made.pk}/change/"
    assert "To look first." in text(browser.get(page))
    browser.post(page, {"why": "It is well."})
    made.refresh_from_db()
    assert made.until and made.lifted_why == "It is well."


@pytest.mark.parametrize(("answer", "blocks"), [("same", 2), ("different", 1)])
def test_therapist_answers_whether_it_is_the_same_person(answer: str, blocks: int) -> None:
    blocked = make_client(phone="07700 900123")
    make_incident(blocked, consequence="block")
    lookalikes.notice(make_client(phone="+44 7700 900123"), timezone.now())
    alike = LookAlike.objects.get()
    browser, page = browser_of(make_therapist().user), f"/admin/clients/lookalike/{alike.pk}/change/"
    assert "The same person: block" in text(browser.get(page))
    browser.post(page, {answer: "1"})
    assert Restriction.objects.filter(kind="block").count() == blocks
    assert "The same person: block" not in text(browser.get(page))


def queries(browser: Browser, path: str) -> int:
    browser.get(path)
    with CaptureQueriesContext(connection) as seen:
        assert browser.get(path).status_code == 200
    return len(seen)


LISTS = [
    "care/boundarysheet",
    "care/conversation",
    "care/incident",
    "care/refusal",
    "clients/restriction",
    "clients/lookalike",
]


def one_more() -> None:
    make_sheet(), make_conversation(), make_refusal()
    resembles = make_incident(consequence="warn").client
    LookAlike.objects.create(client=make_client(), resembles=resembles, by="phone", noticed_at=timezone.now())


def test_lists_take_as_many_queries_with_one_row_as_with_three() -> None:
    browser = browser_of(make_owner())
    one_more()
    one = [queries(browser, f"/admin/{path}/") for path in LISTS]
    one_more(), one_more()
    assert [queries(browser, f"/admin/{path}/") for path in LISTS] == one


def test_what_an_incident_lacks_is_said_in_words_and_nothing_hidden_is_named() -> None:
    page = text(browser_of(make_owner()).post("/admin/care/incident/add/", {}))
    for sentence in ("Please choose the client.", "Please say what happened."):
        assert sentence in page
    assert "Booking:" not in page
