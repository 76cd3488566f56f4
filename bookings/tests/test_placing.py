"""What a verb of a booking's life does when the database breaks off: it tries once more from what it was given."""

from __future__ import annotations

import pytest
from django.db import OperationalError

from bookings.errors import Busy
from bookings.models import Booking, Status
from bookings.placing import taking_time
from bookings.tests.factories import make_booking

pytestmark = pytest.mark.django_db


def test_second_try_is_given_the_booking_as_it_was_read() -> None:
    seen = []

    @taking_time
    def verb(booking: Booking) -> Booking:
        seen.append((booking.status, booking.version))
        booking.status, booking.version = Status.CANCELLED, booking.version + 1
        if len(seen) == 1:
            raise OperationalError("deadlock detected")
        return booking

    booking = verb(make_booking())

    assert seen == [(Status.CONFIRMED, 1), (Status.CONFIRMED, 1)]
    assert (booking.status, booking.version) == (Status.CANCELLED, 2)


def test_database_that_gives_up_twice_is_said_to_be_busy() -> None:
    tries = []

    @taking_time
    def verb() -> None:
        tries.append("once")
        raise OperationalError("database is locked")

    with pytest.raises(Busy):
        verb()
    assert len(tries) == 2
