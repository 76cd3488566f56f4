"""The client's own pages: messages and the sheet of a session."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.tests.factories import make_owner
from bookings.models import Booking
from bookings.tests.factories import make_booking, make_session_type, make_therapist
from care import agreed, conversations, restricting, sheets
from care.models import BoundarySheet, Conversation, Line
from care.tests.factories import BACK, agree, make_conversation, make_sheet
from clients.models import Client
from clients.tests.factories import make_client_with_account

pytestmark = pytest.mark.django_db


def browser_of(client: Client) -> Browser:
    browser = Browser()
    browser.force_login(client.user)
    return browser


def text(response: Any) -> str:
    return response.content.decode()


def test_client_writes_and_reads_the_answer() -> None:
    client, therapist = make_client_with_account(), make_therapist(name="Mara")
    browser, page = browser_of(client), f"/my/messages/{therapist.slug}/"
    assert "Nothing written yet" in text(browser.get("/my/messages/"))
    assert browser.post(page, {"words": "Please leave my left knee out."}).status_code == 302
    conversations.reply(Conversation.objects.get(), "Of course, I will.", by=therapist.user, now=timezone.now())
    shown = text(browser.get(page))
    assert "Please leave my left knee out." in shown and "Of course, I will." in shown


def test_empty_message_is_asked_for_again() -> None:
    therapist = make_therapist()
    response = browser_of(make_client_with_account()).post(f"/my/messages/{therapist.slug}/", {"words": "  "})
    assert response.status_code == 200
    assert "Please write something first." in text(response)
    assert Conversation.objects.count() == 0


def test_very_long_message_is_kept_for_shortening_and_not_written() -> None:
    therapist = make_therapist()
    response = browser_of(make_client_with_account()).post(f"/my/messages/{therapist.slug}/", {"words": "x" * 10_000})
    assert response.status_code == 200
    assert "x" * 10_000 in text(response)
    assert Line.objects.count() == 0


def test_what_is_written_is_shown_as_text_and_never_as_markup() -> None:
    talk = make_conversation("<script>alert(1)</script>")
    shown = text(browser_of(talk.client).get(f"/my/messages/{talk.therapist.slug}/"))
    assert "<script>alert" not in shown and "&lt;script&gt;" in shown


def test_closed_conversation_is_read_and_no_longer_written_in() -> None:
    talk = make_conversation("My knee.")
    conversations.close(talk, by=talk.therapist.user, now=timezone.now())
    browser, page = browser_of(talk.client), f"/my/messages/{talk.therapist.slug}/"
    shown = text(browser.get(page))
    assert "My knee." in shown and "This conversation is closed." in shown and "<textarea" not in shown
    assert browser.post(page, {"words": "But"}).status_code == 200
    assert Line.objects.count() == 1


def test_blocked_client_is_told_that_messages_are_not_possible_and_no_more() -> None:
    client, therapist = make_client_with_account(), make_therapist()
    restricting.restrict(client, "block", why="What happened.", by=make_owner(), now=timezone.now())
    shown = text(browser_of(client).post(f"/my/messages/{therapist.slug}/", {"words": "Hello"}))
    assert "We are sorry: messages are not possible." in shown and "What happened." not in shown


def test_thread_of_somebody_else_is_never_shown() -> None:
    talk = make_conversation("My knee.")
    assert "My knee." not in text(browser_of(make_client_with_account()).get(f"/my/messages/{talk.therapist.slug}/"))


@pytest.mark.parametrize("therapist", [{"user": None}, {"active": False}])
def test_therapist_who_cannot_read_is_not_written_to(therapist: dict[str, Any]) -> None:
    found = make_therapist(**therapist)
    assert browser_of(make_client_with_account()).get(f"/my/messages/{found.slug}/").status_code == 404


def queries(browser: Browser, path: str) -> int:
    browser.get(path)
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert browser.get(path).status_code == 200
    return len(seen)


def test_list_and_thread_take_as_many_queries_with_one_row_as_with_three() -> None:
    talk = make_conversation("One.")
    browser, page = browser_of(talk.client), f"/my/messages/{talk.therapist.slug}/"
    one = queries(browser, "/my/messages/"), queries(browser, page)
    conversations.write(talk.client, talk.therapist, "Two.", by=talk.client.user, now=timezone.now())
    conversations.write(talk.client, talk.therapist, "Three.", by=talk.client.user, now=timezone.now())
    make_conversation(client=talk.client), make_conversation(client=talk.client)
    assert (queries(browser, "/my/messages/"), queries(browser, page)) == one


# The sheet


def ahead(**overrides: Any) -> Booking:
    starts_at = timezone.now().replace(second=0, microsecond=0) + dt.timedelta(days=3)
    return make_booking(**({"client": make_client_with_account(), "starts_at": starts_at} | overrides))


FILLED = {
    "areas": BACK,
    "covering": "2",
    "pressure": "1",
    "slower_word": "amber",
    "stop_word": "red",
    "wishes": "Warm oil.",
}


def test_client_fills_the_sheet_in_ahead_and_finds_it_again() -> None:
    booking = ahead()
    browser, page = browser_of(booking.client), f"/my/{booking.ref}/sheet/"
    assert "Your boundary sheet" in text(browser.get(f"/my/{booking.ref}/"))
    assert browser.post(page, FILLED).headers["Location"] == f"/my/{booking.ref}/"
    sheet = BoundarySheet.objects.get()
    assert (sheet.area_keys, sheet.covering, sheet.pressure) == (agreed.keys(agreed.bits(BACK)), 2, 1)
    assert (sheet.slower_word, sheet.stop_word, sheet.wishes, sheet.filled_by) == (
        "amber",
        "red",
        "Warm oil.",
        "client",
    )
    assert 'value="amber"' in text(browser.get(page))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"areas": []}, "Please choose at least one area."),
        ({"areas": ["moon"]}, "moon is not one of the available choices"),
        ({"covering": "9"}, "Please choose one of these."),
        ({"pressure": ""}, "Please choose one."),
        ({"stop_word": ""}, "Please choose a word for “stop”."),
        ({"stop_word": "x" * 10_000}, "at most 60 characters"),
    ],
)
def test_what_is_missing_or_unknown_is_said_and_nothing_is_written(changes: dict[str, Any], said: str) -> None:
    booking = ahead()
    response = browser_of(booking.client).post(f"/my/{booking.ref}/sheet/", FILLED | changes)
    assert response.status_code == 200
    assert said in text(response)
    assert BoundarySheet.objects.count() == 0


def test_locked_sheet_is_read_and_an_old_tab_cannot_change_it() -> None:
    sheet = make_sheet(locked=True)
    browser, page = browser_of(sheet.booking.client), f"/my/{sheet.booking.ref}/sheet/"
    shown = text(browser.get(page))
    assert "This was agreed when the session started." in shown and "<form class=" not in shown
    browser.post(page, FILLED)
    sheet.refresh_from_db()
    assert sheet.pressure == 2


def test_sheet_gone_through_together_is_only_read() -> None:
    booking = ahead()
    sheets.save(booking, agree(), by=make_owner(), now=timezone.now())
    shown = text(browser_of(booking.client).get(f"/my/{booking.ref}/sheet/"))
    assert "You have gone through this together with your therapist." in shown and "<form class=" not in shown


def test_sheet_of_a_session_without_touch_is_not_there() -> None:
    booking = ahead(session_type=make_session_type(kind="consultation", rooms=[]))
    assert browser_of(booking.client).get(f"/my/{booking.ref}/sheet/").status_code == 404
