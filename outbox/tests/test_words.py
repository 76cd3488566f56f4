"""Wording a message anew in the admin: what is refused, what is kept of it, previews, and back to the shipped words."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.html import escape

from accounts.models import Role
from accounts.tests.factories import make_front_desk, make_owner, make_user
from outbox import delivery, registry, wording
from outbox.models import Channel, Message, State, Wording
from outbox.wording import Words
from vault.models import Entry

pytestmark = pytest.mark.django_db
LIST = "/admin/outbox/wording/"
EDITOR = f"{LIST}of/booking_confirmed/email/"
SMS = f"{LIST}of/booking_confirmed/sms/"
GOOD = {"subject": "See you {{ when }}", "text": "Dear {{ client }},\r\n\r\n{{ facts }}\r\n\r\n{{ button }}"}


def owner() -> Any:
    made = Client()
    made.user = make_owner()
    made.force_login(made.user)
    return made


def errors_of(answer: Any) -> dict[str, list[str]]:
    return {field: list(found) for field, found in answer.context["form"].errors.items()}


def test_every_kind_is_in_the_list_and_can_be_opened_and_previewed() -> None:
    browser = owner()
    page = browser.get(LIST).content.decode()
    for kind in registry.kinds():
        assert escape(kind.title) in page
        for channel in wording.channels_of(kind):
            place = f"{LIST}of/{kind.name}/{channel}/"
            assert browser.get(place).status_code == 200
            assert browser.get(f"{place}preview/text/").status_code == 200
            if channel == Channel.EMAIL:
                assert "Our practice" in browser.get(f"{place}preview/letter/").content.decode()


def test_saved_words_are_the_practices_and_who_saved_them_is_told() -> None:
    browser = owner()
    answer = browser.post(EDITOR, GOOD, follow=True)
    assert "has your words from now on" in answer.content.decode()

    own = Wording.objects.get()
    assert (own.kind, own.channel, own.subject, own.changed_by) == (
        "booking_confirmed", "email", "See you {{ when }}", browser.user,
    )  # fmt: skip
    assert own.text == "Dear {{ client }},\n\n{{ facts }}\n\n{{ button }}"
    entry = Entry.objects.get(kind="wording.changed")
    assert (entry.actor_id, entry.object) == (browser.user.pk, "outbox.wording:booking_confirmed:email")
    assert "yours, changed" in browser.get(LIST).content.decode()
    browser.post(EDITOR, GOOD | {"subject": "Again"})
    assert Wording.objects.get().subject == "Again"


def test_shipped_words_are_taken_back_when_it_is_confirmed() -> None:
    browser = owner()
    browser.post(EDITOR, GOOD)
    assert "Your booking is confirmed." in browser.get(f"{EDITOR}shipped/").content.decode()
    assert Wording.objects.exists()
    for _ in range(2):
        browser.post(f"{EDITOR}shipped/")
    assert not Wording.objects.exists()
    assert Entry.objects.filter(kind="wording.taken_back").count() == 1


@pytest.mark.parametrize(
    ("place", "typed", "errors"),
    [
        (
            EDITOR,
            GOOD | {"text": "{{ facts }} {{ wen }}"},
            {"text": ["There is no placeholder “{{ wen }}” in this message. Did you mean {{ when }}?"]},
        ),
        (EDITOR, GOOD | {"subject": "{{ facts }}"}, {"subject": ["There is no placeholder “{{ facts }}” in this message."]}),
        (
            EDITOR,
            GOOD | {"text": "Hello"},
            {
                "text": [
                    "Please keep {{ facts }} (a box with time, session, therapist and address) somewhere in the text: "
                    "without it the message is of no use."
                ]
            },
        ),
        (EDITOR, {}, {"subject": ["This field is required."], "text": ["This field is required."]}),
        (SMS, {"text": "{{ facts }}"}, {"text": ["There is no placeholder “{{ facts }}” in this message."]}),
        (SMS, {"text": "long " * 100}, {"text": ["This would be sent as 4 parts. Please keep it to 3."]}),
    ],
)  # fmt: skip
def test_words_that_cannot_be_used_are_refused_with_a_sentence_beside_the_field(
    place: str, typed: dict[str, str], errors: dict[str, list[str]]
) -> None:
    assert errors_of(owner().post(place, typed)) == errors
    assert not Wording.objects.exists()


def test_line_break_in_a_subject_becomes_a_space() -> None:
    owner().post(EDITOR, GOOD | {"subject": "See you\r\nBcc: all@example.com"})
    assert Wording.objects.get().subject == "See you Bcc: all@example.com"


def test_preview_shows_what_is_typed_and_keeps_nothing() -> None:
    browser = owner()
    letter = browser.post(f"{EDITOR}preview/letter/", GOOD | {"text": "Dear <b>{{ client }}</b> {{ facts }}"})
    assert "Dear &lt;b&gt;Robin Vale&lt;/b&gt;" in letter.content.decode()
    assert "default-src 'none'" in letter.headers["Content-Security-Policy"]
    assert letter.headers["X-Frame-Options"] == "SAMEORIGIN"
    text = browser.post(f"{EDITOR}preview/text/", GOOD).content.decode()
    assert "See you Thursday 4 June 2026, 10:00" in text
    faulty = browser.post(f"{EDITOR}preview/letter/", GOOD | {"text": "{{ wen }}"}).content.decode()
    assert "There is no placeholder" in faulty
    assert "sent as 1 part." in browser.post(f"{SMS}preview/text/", {"text": "Hello"}).content.decode()
    assert not Wording.objects.exists()


def test_what_is_no_kind_channel_or_form_is_not_there() -> None:
    browser = owner()
    for place in (
        "of/nothing/email/", "of/booking_confirmed/pigeon/", "of/ledger_head/sms/", "of/wording_test/email/",
        "of/booking_confirmed/email/preview/song/", "of/booking_confirmed/sms/preview/letter/",
    ):  # fmt: skip
        assert browser.get(LIST + place).status_code == 404, place


def test_test_is_sent_to_whoever_asks_for_it() -> None:
    browser = owner()
    answer = browser.post(f"{LIST}of/booking_confirmed/test/send/", follow=True)
    assert f"on its way to {browser.user.email}" in answer.content.decode()
    message = Message.objects.get()
    assert (message.kind, message.recipient, message.about) == (
        "wording_test", browser.user.email, "wording:booking_confirmed",
    )  # fmt: skip


def test_test_of_a_text_message_goes_to_the_number_that_is_given(settings: Any, capsys: Any) -> None:
    settings.SMS_URL = "console:"
    browser = owner()

    answer = browser.post(f"{LIST}of/booking_confirmed/test/send/", {"number": "+44 7700 900123"}, follow=True)

    assert "on its way to +447700900123" in answer.content.decode()
    delivery.sweep(timezone.now)
    message = Message.objects.get()
    assert (message.channel, message.recipient, message.state) == ("sms", "+447700900123", State.SENT)
    assert message.text.startswith("Test: ") and message.text.strip() in capsys.readouterr().out


@pytest.mark.parametrize(
    ("url", "number", "sentence"),
    [
        ("console:", "07700 900123", "That is not a telephone number with its country"),
        ("console:", "+447700900123, +447700900124", "That is not a telephone number with its country"),
        ("console:", "", "Please give the number that the test goes to."),
        ("", "+447700900123", "Text messages are not set up"),
    ],
)
def test_test_of_a_text_message_that_can_go_nowhere_says_why(
    settings: Any, url: str, number: str, sentence: str
) -> None:
    settings.SMS_URL = url
    answer = owner().post(f"{LIST}of/booking_confirmed/test/send/", {"number": number}, follow=True)
    assert sentence in answer.content.decode()
    assert Message.objects.count() == 0


def test_words_that_cannot_be_filled_in_any_more_are_pointed_out() -> None:
    browser = owner()
    browser.post(EDITOR, GOOD)
    Wording.objects.update(text="{{ gone_since }}")
    assert "cannot be filled in any more" in browser.get(LIST).content.decode()
    kind = registry.named("booking_confirmed")
    assert kind is not None and wording.current(kind, Channel.EMAIL) != Words("See you {{ when }}", "{{ gone_since }}")


@pytest.mark.parametrize("make", [make_front_desk, lambda: make_user(role=Role.THERAPIST)])
def test_words_are_the_owners_to_change(make: Any) -> None:
    browser = Client()
    browser.force_login(make())
    assert browser.post(EDITOR, GOOD).status_code == 403
    assert not Wording.objects.exists()
