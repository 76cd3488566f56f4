from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given

from bookings import kinds
from bookings.models import Booking
from outbox import retention
from outbox.models import Message, State
from outbox.tests.factories import make_message
from reports import reminded
from reports.tests.generated import NOW, SEEDS, SLOWLY, generated

pytestmark = pytest.mark.django_db


@SLOWLY
@given(SEEDS)
def test_a_session_is_reminded_of_by_a_reminder_that_left_before_it_and_did_not_come_back(seed: int) -> None:
    with generated(seed):
        slowly = {
            booking.pk
            for booking in Booking.objects.all()
            for message in Message.objects.filter(about=f"booking:{booking.pk}", kind=kinds.REMINDER)
            if message.state == State.SENT and message.sent_at and message.sent_at < booking.starts_at
        }

        assert set(reminded.reminded(Booking.objects.all()).values_list("pk", flat=True)) == slowly


def test_reminders_of_the_days_that_are_told_of_are_still_kept() -> None:
    first = reminded.known_from(NOW.date())
    earliest = dt.datetime.combine(first, dt.time(), dt.UTC) - reminded.AHEAD
    made = make_message(due_at=earliest, expires_at=earliest, sent_at=earliest, state=State.SENT)

    retention.forget(dt.datetime.combine(NOW.date(), dt.time(), dt.UTC))

    assert Message.objects.filter(pk=made.pk).exists()
