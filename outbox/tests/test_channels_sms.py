"""Text messages, against a real server that speaks as Twilio does."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

import pytest

from outbox import channels, delivery
from outbox.channels import Refused
from outbox.models import Message, State
from outbox.tests.factories import NOW, make_message, register_greeting

pytestmark = pytest.mark.django_db
NUMBER = "+447700900123"


class Provider(ThreadingHTTPServer):
    daemon_threads = True
    answer: tuple[int, Any] = (201, {"sid": "SM1", "status": "queued"})
    delay = 0.0

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Call)
        self.calls: list[tuple[str, str, dict[str, str]]] = []

    def handle_error(self, request: Any, client_address: Any) -> None:
        """The caller did not wait for the answer."""


class Call(BaseHTTPRequestHandler):
    server: Provider
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        who = base64.b64decode(self.headers["Authorization"].removeprefix("Basic ")).decode()
        self.server.calls.append((self.path, who, dict(parse_qsl(body))))
        time.sleep(self.server.delay)
        status, said = self.server.answer
        content = said.encode() if isinstance(said, str) else json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def provider(settings: Any) -> Iterator[Provider]:
    with Provider() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        settings.SMS_URL = f"twilio://AC1:secret@+441632960000?api=http://127.0.0.1:{server.server_address[1]}"
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(autouse=True)
def greeting() -> None:
    register_greeting()


def send(**overrides: Any) -> Message:
    message = make_message(**({"channel": "sms", "recipient": NUMBER} | overrides))
    delivery.sweep(lambda: NOW)
    message.refresh_from_db()
    return message


def test_text_message_goes_to_the_provider_and_keeps_what_it_is_called_there(provider: Provider) -> None:
    message = send(recipient="+44 7700 900123")

    assert provider.calls == [
        (
            "/2010-04-01/Accounts/AC1/Messages.json",
            "AC1:secret",
            {
                "To": NUMBER,
                "From": "+441632960000",
                "Body": "Good day.",
                "StatusCallback": "http://testserver/hooks/sms/",
            },
        )
    ]
    assert (message.state, message.provider_id) == (State.SENT, "SM1")


@pytest.mark.parametrize(
    ("status", "said", "state", "words"),
    [
        (400, {"code": 21211}, State.FAILED, "The text message provider refused it (code 21211)."),
        (400, {"code": 21610}, State.FAILED, "The text message provider refused it (code 21610)."),
        (400, {"code": 21606}, State.RETRYING, "The provider refused the practice's sender (code 21606)."),
        (401, {"code": 20003}, State.RETRYING, "The text message provider does not accept the practice's key."),
        (429, {"code": 20429}, State.RETRYING, "The provider asked for patience (code 429)."),
        (503, "<html>busy", State.RETRYING, "The text message provider could not be reached."),
    ],
)
def test_what_the_provider_says_becomes_plain_words(
    provider: Provider, status: int, said: Any, state: State, words: str
) -> None:
    provider.answer = (status, said)

    message = send()

    assert (message.state, message.last_error) == (state, words)


def test_provider_that_does_not_answer_is_left_and_asked_again_later(provider: Provider, settings: Any) -> None:
    settings.EMAIL_TIMEOUT, settings.SEND_TIMEOUT = 0.1, 0.3
    provider.delay = 0.5

    message = send()

    assert (message.state, message.last_error) == (State.RETRYING, "The text message provider could not be reached.")


@pytest.mark.parametrize("number", ["07700 900123", "+44 12", "call me", "+447700900123, +447700900124"])
def test_number_that_is_none_fails_in_plain_words(provider: Provider, number: str) -> None:
    message = send(recipient=number)

    assert (message.state, provider.calls) == (State.FAILED, [])
    assert message.last_error == "That is not a telephone number with its country, like +44 20 7946 0018."


def test_text_messages_that_are_not_set_up_wait_and_say_so(settings: Any) -> None:
    settings.SMS_URL = ""

    message = send()

    assert (message.state, message.last_error) == (State.RETRYING, "Text messages are not set up (SMS_URL).")


def test_console_shows_the_text_and_its_length(settings: Any, capsys: pytest.CaptureFixture[str]) -> None:
    settings.SMS_URL = "console:"

    message = send()

    assert message.state == State.SENT
    assert "Text message to +447700900123 (1 in length):\nGood day." in capsys.readouterr().out


def test_numbers_are_written_in_one_form() -> None:
    assert channels.address("sms", " +44 (0)7700 900123 ") == NUMBER
    with pytest.raises(Refused):
        channels.address("sms", "")
