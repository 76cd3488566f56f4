"""Reminders of notes that are not signed: daily, numbered, without a name, and no longer once all is signed."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core import mail

from bookings.tests.factories import at
from care import notes, reminding
from care.notes import Written
from care.tests.factories import make_note, make_signed_note, make_visit
from outbox import delivery
from outbox.models import Message, State
from practice.tests.factories import make_practice

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def practice() -> Any:
    return make_practice()


def pass_day(day: int, hour: str = "10:00") -> None:
    """The worker's round on that day of June."""
    now = at(f"2026-06-{day:02} {hour}")
    reminding.plan(now)
    delivery.sweep(lambda: now)


def test_reminders_are_numbered_and_stop_when_the_note_is_signed() -> None:
    booking = make_visit(starts_at=at("2026-06-02 10:00"))
    for day in (3, 4, 4, 5):
        pass_day(day)
    letters = [(each.to, each.subject) for each in mail.outbox]
    to = [booking.therapist.user.email]
    # The first one day after the end at 11:00, so not on the 3rd at 10:00.
    assert letters == [(to, "Notes to sign, reminder 1: one note"), (to, "Notes to sign, reminder 2: one note")]
    notes.sign(booking, Written(done="Back."), seen=0, by=booking.therapist.user, now=at("2026-06-05 12:00"))
    pass_day(6)
    assert len(mail.outbox) == 2


def test_reminder_says_when_and_nothing_of_whom() -> None:
    booking = make_visit(starts_at=at("2026-06-02 10:00"))
    make_note(booking, done="Ylang oil, slowly.")
    pass_day(4)
    [letter] = mail.outbox
    assert "Tuesday 2 June 2026, 10:00" in letter.body
    assert booking.client.name not in letter.body + letter.subject
    assert "Ylang" not in letter.body


def test_what_is_signed_before_the_letter_leaves_is_not_reminded_of() -> None:
    booking = make_visit(starts_at=at("2026-06-02 10:00"))
    now = at("2026-06-04 10:00")
    reminding.plan(now)
    make_signed_note(booking, now=now)
    delivery.sweep(lambda: now + dt.timedelta(minutes=1))
    assert mail.outbox == []
    assert Message.objects.get().state == State.CANCELLED


@pytest.mark.parametrize("hour", ["03:00", "08:59", "20:00", "23:59"])
def test_nobody_is_reminded_at_night(hour: str) -> None:
    make_visit(starts_at=at("2026-06-01 10:00"))
    pass_day(4, hour)
    assert Message.objects.count() == 0


def test_two_rounds_at_once_plan_one_letter() -> None:
    make_visit(starts_at=at("2026-06-01 10:00"))
    for _ in range(2):
        reminding.plan(at("2026-06-04 10:00"))
    assert Message.objects.count() == 1
