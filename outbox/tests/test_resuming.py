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


def draft(key: str, due_at: dt.datetime) -> Message:
    return planning.draft(
        "greeting",
        recipient="sam@example.com",
        whom="client:1",
        about="booking:9",
        key=key,
        due_at=due_at,
        expires_at=NOW + 9 * HOUR,
        now=NOW + HOUR,
    )


def test_what_is_planned_after_a_restore_and_was_due_before_it_is_kept_as_expired() -> None:
    before, same, after = draft("before", NOW - HOUR), draft("same", NOW), draft("after", NOW + HOUR)
    planning.plan_once([before, same])
    Message.objects.filter(about="booking:9").delete()
    resume("--yes")

    planning.plan_once([draft("before", NOW - HOUR), draft("same", NOW), after])
    planning.plan_once([draft("late", NOW + HOUR)], was_due_at=NOW - HOUR)

    rows = Message.objects.filter(about="booking:9").order_by("pk").values_list("key", "state")
    assert list(rows) == [
        ("before", State.EXPIRED),
        ("same", State.EXPIRED),
        ("after", State.PLANNED),
        ("late", State.EXPIRED),
    ]


def test_without_a_restore_what_was_due_before_is_planned() -> None:
    (row,) = planning.plan_once([draft("before", NOW - HOUR)], was_due_at=NOW - HOUR)
    assert row.state == State.PLANNED
