"""A restored backup sends nothing, and what was due before it is expired rather than sent."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from outbox import delivery, planning
from outbox.models import Heartbeat, Message, State
from outbox.tests.factories import NOW, make_message, register_greeting
from practice.tests.factories import make_practice

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


def resume(*words: str) -> None:
    call_command("resume_sending", "--restored-at", "2026-06-01T09:00", *words)  # 8:00 UTC


@pytest.fixture(autouse=True)
def restored_backup() -> list[Message]:
    make_practice()
    register_greeting()
    return [
        make_message(due_at=NOW - HOUR),
        make_message(due_at=NOW, state=State.RETRYING),
        make_message(due_at=NOW - HOUR, state=State.SENDING, lease_until_at=NOW - HOUR),
        make_message(due_at=NOW + HOUR),
        make_message(due_at=NOW - HOUR, state=State.SENT),
    ]


def states() -> list[str]:
    return list(Message.objects.order_by("pk").values_list("state", flat=True))


def test_nothing_is_swept_while_sending_is_off(settings: Any, mailoutbox: list[Any]) -> None:
    settings.RESTORED = True
    before = states()

    assert delivery.sweep(lambda: NOW + 2 * HOUR) == 0
    assert (mailoutbox, states(), Heartbeat.objects.count()) == ([], before, 0)


def test_first_it_only_counts(capsys: pytest.CaptureFixture[str]) -> None:
    before = states()

    resume()

    assert states() == before
    assert capsys.readouterr().out.splitlines() == [
        "     3  greeting",
        "3 messages would be marked as expired: due up to Monday 1 June 2026, 09:00. With --yes they are.",
    ]


def test_what_was_due_before_is_expired_and_only_the_rest_is_sent(mailoutbox: list[Any]) -> None:
    resume("--yes")

    assert states() == [State.EXPIRED, State.EXPIRED, State.EXPIRED, State.PLANNED, State.SENT]
    assert Message.objects.order_by("pk")[0].last_error == planning.DUE_BEFORE_RESTORE
    assert delivery.sweep(lambda: NOW + 2 * HOUR) == 1
    assert len(mailoutbox) == 1


@pytest.mark.parametrize("moment", ["yesterday", "2999-01-01T00:00"])
def test_moment_that_is_none_or_still_to_come_is_refused(moment: str) -> None:
    with pytest.raises(CommandError):
        call_command("resume_sending", "--restored-at", moment)
