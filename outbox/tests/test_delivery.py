"""Sending over a real SMTP server on loopback that can refuse, hang and vanish."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from typing import Any

import pytest

from outbox import claims, delivery, health, planning
from outbox.models import Heartbeat, Message, State
from outbox.registry import Said
from outbox.tests.factories import NOW, make_message, register_greeting
from outbox.tests.mail_server import MailServer, Talk, mail_server

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def server(settings: Any) -> Iterator[MailServer]:
    with mail_server(settings) as server:
        yield server


@pytest.fixture(autouse=True)
def greeting() -> None:
    register_greeting()


def answer(word: str, said: str, *, to: str = "") -> Any:
    """A rule: this answer to this command, or only where the command names this address."""
    return lambda talk, asked, line: said if asked == word and to in line else None


def NO_RULE(talk: Talk, word: str, line: str) -> None:  # noqa: N802
    return None


def sweep(now: dt.datetime = NOW) -> int:
    return delivery.sweep(lambda: now)


def states() -> dict[str, str]:
    return dict(Message.objects.values_list("recipient", "state"))


def test_due_message_is_sent_once_and_what_it_said_is_kept(server: MailServer) -> None:
    message = make_message()

    assert (sweep(), sweep()) == (1, 0)

    message.refresh_from_db()
    assert server.to() == [message.recipient]
    assert server.letters[0]["Message-ID"].startswith(f"<{message.message_id}@")
    assert (message.state, message.attempts, message.sent_at, message.subject, message.text) == (
        State.SENT,
        1,
        NOW,
        "Hello",
        "Good day.\n",
    )


def test_message_waits_until_it_is_due(server: MailServer) -> None:
    make_message(due_at=NOW + MINUTE)

    assert (sweep(), sweep(NOW + MINUTE)) == (0, 1)


def test_message_past_its_expiry_is_never_sent(server: MailServer) -> None:
    message = make_message(expires_at=NOW)

    sweep()

    assert (server.to(), states()) == ([], {message.recipient: State.EXPIRED})


def test_message_no_longer_wanted_is_taken_back_at_the_last_moment(server: MailServer) -> None:
    message = make_message(about="gone")

    sweep()

    assert (server.to(), states()) == ([], {message.recipient: State.CANCELLED})


def test_address_refused_for_good_fails_and_the_rest_goes_out(server: MailServer) -> None:
    refused, fine = make_message(), make_message()
    server.rule = answer("RCPT", "550 No such mailbox", to=refused.recipient)

    sweep()

    refused.refresh_from_db()
    assert states() == {refused.recipient: State.FAILED, fine.recipient: State.SENT}
    assert refused.last_error == "The mail server refused it (code 550)."


def test_address_refused_for_now_is_tried_again_later_with_the_same_message_id(server: MailServer) -> None:
    message = make_message()
    server.rule = answer("RCPT", "450 Try later", to=message.recipient)
    sweep()
    message.refresh_from_db()
    assert (message.state, message.attempts) == (State.RETRYING, 1)
    assert claims.SHORTEST_WAIT <= message.due_at - NOW <= claims.FIRST_WAIT
    assert message.last_error == "The mail server did not take it yet (code 450)."

    server.rule = NO_RULE
    sweep(NOW + MINUTE)

    message.refresh_from_db()
    assert (message.state, message.attempts, message.last_error) == (State.SENT, 2, "")
    assert server.letters[0]["Message-ID"].startswith(f"<{message.message_id}@")


def test_mail_server_that_is_down_costs_one_attempt_and_no_turn(server: MailServer, settings: Any) -> None:
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    messages = [make_message(due_at=NOW - number * MINUTE) for number in range(60)]
    for _ in range(3):
        assert sweep() == 0
    waiting = set(Message.objects.values_list("state", "last_error", "attempts"))
    assert waiting == {(State.RETRYING, "The mail server could not be reached.", 0)}
    assert health.oldest_due_at(NOW) == messages[-1].due_at

    settings.EMAIL_PORT = port
    sweep()

    assert server.to() == [message.recipient for message in reversed(messages)]
    assert set(Message.objects.values_list("state", "last_error", "attempts")) == {(State.SENT, "", 1)}


def test_mail_server_that_takes_the_call_and_then_falls_silent_ends_the_round(
    server: MailServer, settings: Any
) -> None:
    settings.EMAIL_TIMEOUT = 0.2
    server.rule = lambda talk, word, line: talk.wait() if word == "MAIL" else None
    for _ in range(20):
        make_message()

    sweep()

    assert server.connections == delivery.ENOUGH
    tried = Message.objects.filter(attempts=1)
    assert set(tried.values_list("state", "last_error")) == {(State.RETRYING, "The mail server could not be reached.")}
    assert (tried.count(), Message.objects.filter(state=State.PLANNED, attempts=0).count()) == (3, 17)


def test_mail_server_that_hangs_keeps_no_text_message_from_leaving(server: MailServer, settings: Any) -> None:
    settings.EMAIL_TIMEOUT, settings.SMS_URL = 0.2, "console:"
    server.rule = lambda talk, word, line: talk.wait() if word == "MAIL" else None
    for _ in range(30):
        make_message()
    text = make_message(channel="sms", recipient="+447700900123")

    rounds = 0
    while states()[text.recipient] == State.PLANNED and rounds < 40:
        rounds += 1
        delivery.sweep(lambda: NOW, seconds=0.1)

    assert states()[text.recipient] == State.SENT


def test_letter_at_which_the_server_hangs_up_each_time_holds_up_nobody(server: MailServer) -> None:
    bad, *fine = [make_message() for _ in range(10)]
    server.rule = lambda talk, word, line: talk.hang_up() if word == "RCPT" and bad.recipient in line else None

    sweep()

    assert states() == {bad.recipient: State.RETRYING} | {each.recipient: State.SENT for each in fine}


def test_server_that_hangs_up_after_each_third_letter_is_called_again_at_once(server: MailServer) -> None:
    server.rule = lambda talk, word, line: talk.hang_up() if word == "MAIL" and talk.sent == 3 else None
    messages = [make_message() for _ in range(10)]

    sweep()

    assert server.to() == [message.recipient for message in messages]
    assert server.connections == 4
    assert set(Message.objects.values_list("state", "attempts")) == {(State.SENT, 1)}


def test_one_connection_serves_a_whole_round(server: MailServer) -> None:
    for _ in range(60):
        make_message()

    assert sweep() == 60
    assert (server.connections, len(server.letters)) == (1, 60)


def test_server_that_hangs_up_once_it_has_the_letter_is_asked_later_since_it_may_have_kept_it(
    server: MailServer,
) -> None:
    message = make_message()
    server.rule = lambda talk, word, line: talk.hang_up() if word == "LETTER" else None

    sweep()

    message.refresh_from_db()
    assert (message.state, message.attempts, server.connections) == (State.RETRYING, 1, 1)


@pytest.mark.parametrize("stage", ["CONNECT", "EHLO", "MAIL", "LETTER"])
def test_server_that_drips_is_left_when_the_whole_send_takes_too_long(
    server: MailServer, settings: Any, stage: str
) -> None:
    settings.SEND_TIMEOUT = 0.4
    server.rule = lambda talk, word, line: talk.drip(0.05) if word == stage else None
    message = make_message()
    began = time.monotonic()

    sweep()

    assert time.monotonic() - began < 3
    message.refresh_from_db()
    assert (message.state, message.last_error) == (State.RETRYING, "The mail server could not be reached.")


def test_refused_sign_in_and_refused_sender_are_said_and_cost_nobody_a_message(server: MailServer) -> None:
    message = make_message()
    said = []
    for rule in (answer("CONNECT", "554 not you"), answer("MAIL", "550 not from you")):
        server.rule = rule
        sweep(NOW + MINUTE * len(said))
        message.refresh_from_db()
        said.append((message.state, message.last_error))
    assert said == [
        (State.RETRYING, "The mail server is closed to us (code 554)."),
        (State.RETRYING, "The mail server does not accept messages from the practice's address."),
    ]


def test_round_ends_when_its_time_is_over_and_gives_back_what_it_took(server: MailServer) -> None:
    server.rule = lambda talk, word, line: time.sleep(0.05) if word == "LETTER" else None
    for _ in range(20):
        make_message()

    done = delivery.sweep(lambda: NOW, seconds=0.3)

    assert 0 < done < 20
    assert Message.objects.filter(state=State.SENT).count() == done
    assert Message.objects.filter(state=State.PLANNED, attempts=0, lease_until_at=None).count() == 20 - done


def test_nothing_due_before_a_session_is_sent_after_it_began(server: MailServer) -> None:
    """The clock passes the expiry while the batch is being sent."""
    first, second = make_message(), make_message(expires_at=NOW + MINUTE)

    delivery.sweep(lambda: NOW + MINUTE if server.letters else NOW)

    assert states() == {first.recipient: State.SENT, second.recipient: State.EXPIRED}


def test_what_is_cancelled_while_the_batch_goes_out_is_asked_about_anew(server: MailServer) -> None:
    gone: set[str] = set()
    register_greeting(
        still_wanted=lambda row, now: not row.loaded,
        load=lambda rows: [setattr(row, "loaded", row.about in gone) for row in rows],
    )
    first, second = make_message(about="booking:1"), make_message(about="booking:2")

    def rule(talk: Talk, word: str, line: str) -> None:
        if word == "LETTER":
            gone.add("booking:2")
            time.sleep(delivery.FRESH_SECONDS)

    server.rule = rule
    sweep()

    assert states() == {first.recipient: State.SENT, second.recipient: State.CANCELLED}


def test_letter_is_written_of_what_is_so_when_it_leaves(server: MailServer) -> None:
    """It is written ahead with its batch, of what was fetched for that, and anew once that is too old."""
    places = {"booking:1": "Garden room", "booking:2": "Garden room"}
    register_greeting(
        load=lambda rows: [setattr(row, "loaded", places[row.about]) for row in rows],
        say=lambda row, now: Said("Hello", row.loaded, "", row.loaded),
    )
    make_message(about="booking:1"), make_message(about="booking:2")

    def rule(talk: Talk, word: str, line: str) -> None:
        if word == "LETTER":
            places["booking:2"] = "River room"
            time.sleep(delivery.FRESH_SECONDS)

    server.rule = rule
    sweep()

    assert [letter.get_payload().strip() for letter in server.letters] == ["Garden room", "River room"]


def test_letters_of_a_batch_are_written_once_each_in_one_go(
    server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "FRESH_SECONDS", 60)
    happened: list[str] = []

    def say(row: Message, now: dt.datetime) -> Said:
        happened.append("written")
        if row.about == "broken":
            raise LookupError("no such person")
        return Said("Hello", "Good day.", "", "Good day.")

    register_greeting(load=lambda rows: [setattr(row, "loaded", row) for row in rows], say=say)
    server.rule = lambda talk, word, line: happened.append("sent") if word == "LETTER" else None
    broken, *_ = make_message(about="broken"), make_message(), make_message()

    sweep()

    assert happened == ["written"] * 3 + ["written"] + ["sent"] * 2
    assert states()[broken.recipient] == State.RETRYING


def test_fetching_that_fails_for_a_batch_leaves_each_to_itself(server: MailServer) -> None:
    def fail(rows: Any) -> None:
        raise LookupError

    register_greeting(load=fail)
    message = make_message()

    sweep()

    assert states() == {message.recipient: State.SENT}


@pytest.mark.parametrize(
    ("recipient", "words"),
    [
        ("sam@example.com\r\nBcc: eve@example.com", "The e-mail address has a line break in it."),
        ("sam@example.com, eve@example.com", "There is more than one e-mail address in the field."),
        ("sam@example.com;eve@example.com", "There is more than one e-mail address in the field."),
        ("sam at example.com", "That is not an e-mail address."),
        (" ", "There is no e-mail address."),
    ],
)
def test_what_is_no_single_address_fails_in_plain_words_and_reaches_nobody(
    server: MailServer, recipient: str, words: str
) -> None:
    message, fine = make_message(recipient=recipient), make_message()

    sweep()

    message.refresh_from_db()
    assert (message.state, message.last_error, server.to()) == (State.FAILED, words, [fine.recipient])


def test_subject_with_a_line_break_is_refused_and_adds_no_header(server: MailServer) -> None:
    said = Said("Hello\nBcc: eve@example.com", "Good day.\n", "", "Good day.\n")
    register_greeting(say=lambda row, now: said)
    message = make_message()

    sweep()

    message.refresh_from_db()
    assert (message.state, server.letters) == (State.FAILED, [])


def test_message_that_cannot_be_written_holds_up_nobody(server: MailServer) -> None:
    broken, fine = make_message(about="broken"), make_message()

    sweep()

    assert states() == {broken.recipient: State.RETRYING, fine.recipient: State.SENT}


def test_finished_sweep_is_the_heartbeat(server: MailServer) -> None:
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
