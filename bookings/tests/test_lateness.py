"""What stands as late is a client's own late change, and nothing that the practice did."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from accounts.tests.factories import make_front_desk
from bookings import breaking, lifecycle, withdrawal
from bookings.changes import Act
from bookings.models import Booking, Status, Way
from bookings.tests.factories import NOW, make_booking
from clients.tests.factories import make_client_with_account
from practice.models import Practice
from practice.templatetags.office import told

pytestmark = pytest.mark.django_db

INSIDE = dt.timedelta(hours=2)


def moved_late() -> Booking:
    return make_booking(
        client=make_client_with_account(), starts_at=NOW + INSIDE, is_late=True, late_fee=Decimal("35.00")
    )


def read(booking: Booking) -> tuple[str, bool, Decimal]:
    booking.refresh_from_db()
    return booking.status, booking.is_late, booking.late_fee


def test_booking_that_was_moved_late_and_is_cancelled_by_the_practice_is_no_late_cancellation() -> None:
    booking, desk = moved_late(), make_front_desk()
    lifecycle.cancel(booking, by=desk, now=NOW, via=Way.STAFF)
    assert read(booking) == (Status.CANCELLED, False, 0)

    lifecycle.undo_cancel(booking, by=desk, now=NOW)
    assert read(booking) == (Status.CONFIRMED, True, 35)


def test_booking_that_is_released_is_no_late_cancellation() -> None:
    booking = moved_late()
    withdrawal.release(booking, Act(booking.client.user, NOW, Way.WEB), Practice.objects.current())
    assert read(booking) == (Status.CANCELLED, False, 0)


def test_session_that_the_practice_breaks_off_has_its_fee_and_is_no_late_cancellation() -> None:
    booking = make_booking(client=make_client_with_account())
    breaking.break_off(booking, by=booking.therapist.user, now=NOW, has_fee=True)
    assert read(booking) == (Status.CANCELLED, False, 35)


def test_history_says_where_the_practice_cancelled_on_the_clients_word() -> None:
    booking = moved_late()
    lifecycle.cancel(booking, by=make_front_desk(), now=NOW, via=Way.STAFF, clients_word=True)
    assert read(booking) == (Status.CANCELLED, True, 70)
    details = booking.changes.latest("pk").details
    assert details == {"owed_before": "35.00", "clients_word": True}
    assert told(details) == "owed before 35.00; on the client's word"
