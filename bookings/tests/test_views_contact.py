"""The page on which a client chooses what they get and how."""

from __future__ import annotations

import pytest
from django.test import Client as Browser

from bookings import lifecycle, notices
from bookings.tests.factories import NOW
from bookings.tests.test_lifecycle import make_offer_of_one, user_of, wish
from clients import reach
from clients.models import Client
from clients.tests.factories import make_client_with_account
from outbox.models import Message, State
from practice.models import Practice
from vault.models import Entry

pytestmark = pytest.mark.django_db

PAGE = "/my/contact/"
NUMBER = "+44 7700 900123"


@pytest.fixture
def me(client: Browser, settings: object) -> Client:
    settings.SMS_URL = "console:"
    Practice.objects.create(name="Still Water")
    found = make_client_with_account()
    client.force_login(user_of(found))
    return found


def test_page_shows_what_is_chosen_now(client: Browser, me: Client) -> None:
    page = client.get(PAGE).content.decode()
    assert me.email in page
    assert page.count('value="email" class="form-check-input" checked') + page.count("checked") >= 5
    assert "Your mobile number" in page


def test_choices_are_kept_with_the_number_and_the_day_they_agreed_to_texts(client: Browser, me: Client) -> None:
    said = {"booking": ["email"], "reminder": ["email", "sms"], "message": ["sms"], "phone": NUMBER, "texts": "on"}

    assert client.post(PAGE, said).status_code == 302

    me.refresh_from_db()
    assert me.reached_by == {
        "booking": ["email"],
        "reminder": ["email", "sms"],
        "care": [],
        "forms": [],
        "message": ["sms"],
    }
    assert (me.phone, me.texts_number, me.texts_agreed_at is not None) == (NUMBER, NUMBER, True)
    assert f"You agreed to text messages at {NUMBER}" in client.get(PAGE).content.decode()
    assert list(Entry.objects.order_by("seq").values_list("kind", flat=True))[-2:] == [
        "client.contact_chosen",
        "client.texts_agreed",
    ]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"reminder": ["sms"]}, "Please give the number for text messages."),
        ({"reminder": ["sms"], "phone": NUMBER}, "Please tick that we may, or choose no text messages."),
        ({"phone": "call me", "texts": "on"}, "That does not look like a telephone number."),
    ],
)
def test_texts_need_a_number_and_a_yes(client: Browser, me: Client, said: dict[str, object], words: str) -> None:
    page = client.post(PAGE, said)
    assert (page.status_code, words in page.content.decode()) == (422, True)
    me.refresh_from_db()
    assert me.reached_by is None


def test_hours_for_text_messages_are_kept_and_taken_back(client: Browser, me: Client, settings: object) -> None:
    said = {"reminder": ["sms"], "phone": NUMBER, "texts": "on"}
    kept = []
    for hours in (["09:00", "18:00"], ["", "18:00"], ["09:00", ""], ["", ""]):
        client.post(PAGE, said | dict(zip(("texts_from", "texts_until"), hours, strict=True)))
        me.refresh_from_db()
        kept.append(reach.hours(me))
    assert kept == [["09:00", "18:00"], ["00:00", "18:00"], ["09:00", "24:00"], []]

    client.post(PAGE, said | {"texts_from": "09:00", "texts_until": "18:00"})
    assert 'value="18:00" selected' in client.get(PAGE).content.decode()
    settings.SMS_URL = ""
    client.post(PAGE, {"booking": ["email"]})
    me.refresh_from_db()
    assert reach.hours(me) == ["09:00", "18:00"]


@pytest.mark.parametrize(("begins", "ends"), [("18:00", "09:00"), ("09:00", "09:00")])
def test_hours_that_end_before_they_begin_are_refused(client: Browser, me: Client, begins: str, ends: str) -> None:
    page = client.post(PAGE, {"texts_from": begins, "texts_until": ends})
    assert (page.status_code, "Please choose a time after the first one." in page.content.decode()) == (422, True)


def test_texts_are_not_offered_where_the_practice_cannot_send_them(
    client: Browser, me: Client, settings: object
) -> None:
    settings.SMS_URL = ""
    page = client.get(PAGE).content.decode()
    assert "text message" not in page.lower().replace("text messages at", "")


def test_planned_reminders_follow_the_choice(client: Browser, me: Client) -> None:
    session_type, _ = make_offer_of_one()
    booking = lifecycle.book(wish(me, session_type), by=user_of(me), now=NOW)
    Message.objects.filter(about=notices.about(booking)).update(due_at=booking.starts_at)

    client.post(PAGE, {"booking": ["email"]})

    assert reach.ways(Client.objects.get(pk=me.pk), reach.REMINDER, notices.REMINDER) == []


def test_client_says_send_me_nothing_and_takes_it_back(client: Browser, me: Client) -> None:
    assert client.post(PAGE + "refuse/").status_code == 302
    page = client.get(PAGE).content.decode()
    assert "we do not write to you" in page and "Write to me again" in page
    me.refresh_from_db()
    assert reach.ways(me, reach.BOOKING, notices.CONFIRMED) == []

    client.post(PAGE + "allow/")

    me.refresh_from_db()
    assert reach.ways(me, reach.BOOKING, notices.CONFIRMED) == [("email", me.email)]


def test_looking_changes_nothing(client: Browser, me: Client) -> None:
    client.get(PAGE), client.get(PAGE + "refuse/"), client.get(PAGE + "allow/")
    me.refresh_from_db()
    assert (me.reached_by, me.contact_refused_at, Message.objects.filter(state=State.CANCELLED).count()) == (
        None,
        None,
        0,
    )


def test_a_number_to_call_is_kept_also_where_no_text_messages_are_sent(client: Browser, me: Client, settings) -> None:
    settings.SMS_URL = ""
    page = client.get(PAGE).content.decode()
    assert "Your telephone number" in page
    assert "text message" not in page

    client.post(PAGE, {"booking": ["email"], "phone": NUMBER})

    me.refresh_from_db()
    assert (me.phone, me.texts_agreed_at) == (NUMBER, None)
