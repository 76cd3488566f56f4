"""Refusing is a recorded act: what happens to the booking, what the client reads, what stays sealed."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from bookings import lifecycle
from bookings.errors import Conflict
from bookings.models import Booking, Status
from bookings.tests.factories import make_booking
from care.errors import NoFeeForThis, NotToRefuse, ReplyNeeded
from care.models import Line, Refusal
from care.tests.factories import NOW, make_refusal
from clients.models import CareRelation
from clients.tests.factories import make_client_with_account
from outbox.models import Message
from vault import trail

pytestmark = pytest.mark.django_db


def booked(**overrides: Any) -> Booking:
    return make_booking(**({"client": make_client_with_account()} | overrides))


def test_request_is_declined_in_neutral_words_and_costs_nothing() -> None:
    booking = booked(status=Status.REQUESTED)
    refusal = make_refusal(booking, ground="sexual", words="What they wrote.", has_fee=True)
    booking.refresh_from_db()
    assert (booking.status, booking.late_fee) == (Status.DECLINED, 0)
    assert (refusal.ending, refusal.ground, refusal.words, refusal.has_fee) == (
        "declined",
        "sexual",
        "What they wrote.",
        False,
    )
    assert [(line.words, line.is_clients) for line in Line.objects.all()] == [("We cannot offer you a session.", False)]
    kinds = set(Message.objects.filter(state="planned").values_list("kind", flat=True))
    assert kinds == {"booking_declined", "message_waiting"}
    assert [each.kind for each in trail.about(f"client:{booking.client_id}")] == ["refusal.recorded"]
    assert "What they wrote." not in str(list(booking.changes.values()))


@pytest.mark.parametrize(("has_fee", "fee"), [(True, Decimal("70.00")), (False, Decimal(0))])
def test_running_session_is_ended_with_the_whole_price_or_nothing(has_fee: bool, fee: Decimal) -> None:
    begun = NOW - dt.timedelta(minutes=10)
    booking = booked(starts_at=begun, started_at=begun, checked_in_at=begun)
    refusal = make_refusal(booking, ground="touching", has_fee=has_fee)
    booking.refresh_from_db()
    assert (refusal.ending, booking.status, booking.ended_at, booking.late_fee) == ("ended", Status.CANCELLED, NOW, fee)


def test_therapist_of_a_session_that_was_ended_still_reads_the_record() -> None:
    begun = NOW - dt.timedelta(minutes=10)
    booking = booked(starts_at=begun, started_at=begun, checked_in_at=begun)
    CareRelation.objects.create(client=booking.client, user=booking.therapist.user, since=begun)
    make_refusal(booking)
    assert CareRelation.objects.filter(client=booking.client, until=None).exists()


def test_confirmed_booking_is_cancelled_with_what_was_agreed_for_a_late_cancellation() -> None:
    booking = booked()
    refusal = make_refusal(booking, ground="intoxication", has_fee=True)
    booking.refresh_from_db()
    assert (refusal.ending, booking.status, booking.late_fee) == ("cancelled", Status.CANCELLED, Decimal("35.00"))


def test_client_cannot_take_a_refusal_back() -> None:
    booking = booked()
    lifecycle.cancel(booking, by=booking.client.user, now=NOW)
    lifecycle.undo_cancel(booking, by=booking.client.user, now=NOW)
    make_refusal(booking)
    booking.refresh_from_db()
    with pytest.raises(Conflict):
        lifecycle.undo_cancel(booking, by=booking.client.user, now=NOW)


@pytest.mark.parametrize("ground", ["health", "not_ready"])
def test_health_and_readiness_never_cost_a_fee(ground: str) -> None:
    booking = booked()
    with pytest.raises(NoFeeForThis):
        make_refusal(booking, ground=ground, has_fee=True)
    booking.refresh_from_db()
    assert (booking.status, Refusal.objects.count()) == (Status.CONFIRMED, 0)


def test_client_is_always_told_something() -> None:
    with pytest.raises(ReplyNeeded):
        make_refusal(booked(), reply="  ")


@pytest.mark.parametrize("status", [Status.COMPLETED, Status.CANCELLED, Status.HELD, Status.NO_SHOW])
def test_what_is_over_is_not_refused(status: str) -> None:
    with pytest.raises(NotToRefuse):
        make_refusal(booked(status=status))
