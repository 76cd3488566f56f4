"""Planning once, whoever else plans the same at the same moment; and by which channel."""

from __future__ import annotations

import datetime as dt
from copy import copy

import pytest
from django.db import IntegrityError, transaction

from outbox import planning
from outbox.models import Message, State

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 6, 1, 8, 0, tzinfo=dt.UTC)


def draft(key: str = "therapist:1:2026-06-02") -> Message:
    return planning.draft(
        "greeting",
        recipient="mara@example.com",
        whom="user:1",
        about="evening:1",
        key=key,
        due_at=NOW,
        expires_at=NOW + dt.timedelta(hours=1),
        now=NOW,
    )


def test_message_with_a_key_that_is_there_is_not_planned_again() -> None:
    planning.plan_once([draft()])
    assert planning.plan_once([draft(), draft("another")])[0].key == "another"
    assert Message.objects.count() == 2


def test_key_that_came_in_between_the_look_and_the_writing_is_planned_once() -> None:
    """Two beats at once: neither sees the other's row when it looks."""
    one = draft()
    planning.plan_once([one, copy(draft())])
    assert Message.objects.count() == 1

    with pytest.raises(IntegrityError), transaction.atomic():
        planning.plan([draft()])  # the unique key is what keeps it


def test_each_channel_has_a_row_and_an_identity_of_its_own() -> None:
    mail, text = planning.by(draft(), "email", "sam@example.com"), planning.by(draft(), "sms", "+447700900123")
    planning.plan([mail, text])
    assert list(Message.objects.order_by("pk").values_list("channel", "recipient", "key")) == [
        ("email", "sam@example.com", "therapist:1:2026-06-02"),
        ("sms", "+447700900123", "therapist:1:2026-06-02:sms"),
    ]
    assert mail.message_id != text.message_id


def test_thousands_of_rows_are_planned_in_pieces_that_any_database_takes() -> None:
    planning.plan([draft(f"key:{number}") for number in range(1501)])
    assert Message.objects.filter(state=State.PLANNED).count() == 1501
