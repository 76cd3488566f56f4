"""Letters leave as Django would write them; providers by django-anymail."""

from __future__ import annotations

import email
import email.policy
from email.message import Message as Letter
from typing import Any

import pytest

from outbox import channels
from outbox.channels import NotNow, OutOfOrder, Refused
from outbox.channels.email import _failure, address
from outbox.models import Message
from outbox.registry import Attachment, Said
from outbox.tests.mail_server import mail_server

SAID = Said(
    "Reminder: Thursday 4 June 2026, 10:00",
    "Good day.\n.\nFrom here on\n" + "é" * 100 + "\n" + "x" * 1200 + "\n",
    "<p>Good day – “quoted”.</p>",
    "",
    (Attachment("session.ics", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "text/calendar; method=PUBLISH"),),
)


def test_letter_arrives_whole_at_a_real_server(settings: Any) -> None:
    with mail_server(settings) as server:
        settings.DEFAULT_FROM_EMAIL = "Stilles Wasser – Übung <hello@practice.example>"
        line = channels.line("email")
        line.open()
        line.send(Message(recipient="sam@example.com"), SAID)
        line.close()
    (letter,) = server.letters
    text, html = bodies(letter)
    assert (text, html) == (SAID.text, SAID.html)
    assert str(email.header.make_header(email.header.decode_header(letter["From"]))) == settings.DEFAULT_FROM_EMAIL
    assert [part.get_filename() for part in letter.walk() if part.get_filename()] == ["session.ics"]


def bodies(letter: Letter) -> list[str]:
    parts = [part for part in letter.walk() if part.get_content_type() in ("text/plain", "text/html")]
    return [part.get_payload(decode=True).decode().replace("\r\n", "\n") for part in parts]  # type: ignore[union-attr]


def test_sign_in_that_is_refused_and_a_server_that_cannot_encrypt_are_said(settings: Any) -> None:
    with mail_server(settings) as server:
        said = []
        server.rule = lambda talk, word, line: {"EHLO": "250-here\r\n250 AUTH PLAIN", "AUTH": "535 no"}.get(word)
        for change in ({"EMAIL_HOST_USER": "sam", "EMAIL_HOST_PASSWORD": "x"}, {"EMAIL_USE_TLS": True}):
            for name, value in change.items():
                setattr(settings, name, value)
            with pytest.raises(OutOfOrder) as caught:
                channels.line("email").open()
            said.append(caught.value.words)
    assert said == [
        "The mail server does not accept the practice's sign-in.",
        "The mail server does not offer what the settings ask of it.",
    ]


def test_address_is_taken_as_it_is_or_refused() -> None:
    assert [address(each) for each in ("sam@example.com ", "sam+x@exämple.com")] == [
        "sam@example.com",
        "sam+x@exämple.com",
    ]
    for bad in ("", "Sam <sam@example.com>", "sam@", "a@b.c\n"):
        with pytest.raises(Refused):
            address(bad)


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        (401, OutOfOrder, "The mail provider does not accept the practice's key."),
        (422, Refused, "The mail provider refused it (code 422)."),
        (429, OutOfOrder, "The mail provider could not be reached."),
        (500, OutOfOrder, "The mail provider could not be reached."),
    ],
)
def test_what_a_provider_says_becomes_plain_words(status: int, kind: type[Exception], words: str) -> None:
    import requests
    from anymail.exceptions import AnymailRequestsAPIError

    answer = requests.Response()
    answer.status_code = status
    failure = _failure(AnymailRequestsAPIError("no", response=answer))
    assert (type(failure), failure.words) == (kind, words)
    assert not isinstance(failure, NotNow)


def test_provider_gets_the_letter_and_says_what_it_is_called(settings: Any) -> None:
    settings.EMAIL_BACKEND = "anymail.backends.test.EmailBackend"
    line = channels.line("email")
    line.open()
    assert line.send(Message(recipient="sam@example.com"), SAID) == "0"
    line.close()
