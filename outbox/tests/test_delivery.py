"""Sending over a real SMTP server on loopback that can refuse, delay and vanish."""

from __future__ import annotations

import datetime as dt
import email
import socket
from collections.abc import Iterator
from email.message import Message as Letter
from itertools import count
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from outbox import delivery, planning, registry
from outbox.models import Heartbeat, Message, State
from outbox.registry import Said

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 6, 1, 8, 0, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)
_number = count(1)


class Sink:
    """Keeps what it accepts; answers RCPT with `answers` for the addresses named there."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []
        self.answers: dict[str, str] = {}

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if address not in self.answers:
            envelope.rcpt_tos.append(address)
        return self.answers.get(address, "250 OK")

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.letters.append(email.message_from_bytes(envelope.content))
        return "250 OK"

    def to(self) -> list[str]:
        return [letter["To"] for letter in self.letters]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def sink(settings: Any) -> Iterator[Sink]:
    kept = Sink()
    server = Controller(kept, hostname="127.0.0.1", port=free_port())
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    yield kept
    server.stop()


@pytest.fixture(autouse=True)
def greeting() -> None:
    """A kind of message that is wanted unless its about says “gone”."""
    registry.register("greeting", lambda row, now: row.about != "gone", say_hello)


def say_hello(row: Message, now: dt.datetime) -> Said:
    if row.about == "broken":
        raise LookupError("no such person")
    return Said("Hello", "Good day.\n", "<p>Good day.</p>", "Good day.\n")


def make_message(**overrides: Any) -> Message:
    number = next(_number)
    fields = {
        "kind": "greeting", "recipient": f"sam{number}@example.com", "about": "booking:1", "key": f"greeting:{number}",
        "due_at": NOW, "expires_at": NOW + dt.timedelta(days=1), "created_at": NOW,
    }  # fmt: skip
    return Message.objects.create(**(fields | overrides))


def sweep(now: dt.datetime = NOW) -> int:
    return delivery.sweep(lambda: now)


def states() -> dict[str, str]:
    return dict(Message.objects.values_list("recipient", "state"))


def test_due_message_is_sent_once_and_what_it_said_is_kept(sink: Sink) -> None:
    message = make_message()

    assert (sweep(), sweep()) == (1, 0)

    message.refresh_from_db()
    assert sink.to() == [message.recipient]
    assert sink.letters[0]["Message-ID"].startswith(f"<{message.message_id}@")
    assert (message.state, message.attempts, message.sent_at, message.subject, message.text) == (
        State.SENT,
        1,
        NOW,
        "Hello",
        "Good day.\n",
    )


def test_message_waits_until_it_is_due(sink: Sink) -> None:
    make_message(due_at=NOW + MINUTE)

    assert (sweep(), sweep(NOW + MINUTE)) == (0, 1)


def test_message_past_its_expiry_is_never_sent(sink: Sink) -> None:
    message = make_message(expires_at=NOW)

    sweep()

    assert (sink.to(), states()) == ([], {message.recipient: State.EXPIRED})


def test_message_no_longer_wanted_is_taken_back_at_the_last_moment(sink: Sink) -> None:
    message = make_message(about="gone")

    sweep()

    assert (sink.to(), states()) == ([], {message.recipient: State.CANCELLED})


def test_address_refused_for_good_fails_and_the_rest_goes_out(sink: Sink) -> None:
    refused, fine = make_message(), make_message()
    sink.answers[refused.recipient] = "550 No such mailbox"

    sweep()

    refused.refresh_from_db()
    assert states() == {refused.recipient: State.FAILED, fine.recipient: State.SENT}
    assert refused.last_error == "The mail server refused it (code 550)."


def test_address_refused_for_now_is_tried_again_later_with_the_same_message_id(sink: Sink) -> None:
    message = make_message()
    sink.answers[message.recipient] = "450 Try later"
    sweep()
    message.refresh_from_db()
    assert (message.state, message.attempts) == (State.RETRYING, 1)
    assert dt.timedelta(seconds=20) < message.due_at - NOW < dt.timedelta(seconds=40)

    sink.answers.clear()
    sweep(NOW + MINUTE)

    message.refresh_from_db()
    assert (message.state, message.attempts, message.last_error) == (State.SENT, 2, "")
    assert sink.letters[0]["Message-ID"].startswith(f"<{message.message_id}@")


def test_mail_server_that_is_down_costs_time_and_no_message(sink: Sink, settings: Any) -> None:
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, free_port()
    for _ in range(3):
        make_message()
    sweep()
    assert set(states().values()) == {State.RETRYING}
    assert set(Message.objects.values_list("last_error", flat=True)) == {"The mail server could not be reached."}

    settings.EMAIL_PORT = port
    sweep(NOW + MINUTE)

    assert set(states().values()) == {State.SENT}
    assert len(sink.letters) == 3


def test_message_that_cannot_be_written_holds_up_nobody(sink: Sink) -> None:
    broken, fine = make_message(about="broken"), make_message()

    sweep()

    assert states() == {broken.recipient: State.RETRYING, fine.recipient: State.SENT}


def test_row_claimed_by_a_worker_that_died_is_taken_over_when_its_lease_ran_out(sink: Sink) -> None:
    message = make_message()
    assert delivery.claim(message.pk, NOW) is not None

    assert sweep(NOW + MINUTE) == 0
    assert sweep(NOW + delivery.LEASE) == 1
    assert sink.to() == [message.recipient]


def test_row_is_claimed_by_one_worker_only() -> None:
    message = make_message()

    claims = [delivery.claim(message.pk, NOW) for _ in range(3)]

    assert [claim is not None for claim in claims] == [True, False, False]


def test_finished_sweep_is_the_heartbeat(sink: Sink) -> None:
    sweep()

    assert Heartbeat.objects.get(name="sweep").finished_at == NOW


def test_planned_message_is_cancelled_by_what_it_is_about() -> None:
    make_message(), make_message(about="booking:2")

    assert planning.cancel("booking:1") == 1
    assert sorted(Message.objects.values_list("about", "state")) == [
        ("booking:1", State.CANCELLED),
        ("booking:2", State.PLANNED),
    ]


def test_message_without_an_address_is_kept_as_failed_so_that_somebody_sees_it() -> None:
    row = planning.draft(
        "greeting",
        recipient="",
        whom="client:1",
        about="booking:1",
        key="k",
        due_at=NOW,
        expires_at=NOW + MINUTE,
        now=NOW,
    )

    planning.plan([row])

    kept = Message.objects.get()
    assert (kept.whom, kept.state, kept.last_error) == ("client:1", State.FAILED, "There is no e-mail address.")
