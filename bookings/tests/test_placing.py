"""What a verb of a booking's life does when the database breaks off: it tries once more from what it was given."""

from __future__ import annotations

import pytest
from django.db import OperationalError, connection, transaction

from bookings import lifecycle, placing
from bookings.errors import Busy
from bookings.models import Booking, SessionType, Status
from bookings.placing import Wish, taking_time
from bookings.tests.factories import NOW, at, make_booking, make_session_type, make_therapist_at_work
from clients.tests.factories import make_client_with_account

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


@pytest.mark.django_db(transaction=True)
def test_booking_is_made_while_a_migration_changes_what_was_prepared() -> None:
    session_type = make_session_type()
    make_therapist_at_work(offers=[session_type])
    book(session_type, "2026-06-04 10:00")

    widen_names_of_rooms(200)
    assert book(session_type, "2026-06-04 14:00").status == Status.CONFIRMED

    widen_names_of_rooms(120)
    if connection.vendor == "postgresql":  # a single try would not do
        with pytest.raises(OperationalError), transaction.atomic():
            placing.lock_rooms(session_type)


def book(session_type: SessionType, start: str) -> Booking:
    client = make_client_with_account()
    length = session_type.lengths.select_related("session_type").get()
    return lifecycle.book(Wish(client, length, at(start)), by=client.user, now=NOW)


def widen_names_of_rooms(characters: int) -> None:
    """SQLite, which keeps no plan, knows no lengths either."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE bookings_room ALTER COLUMN name TYPE varchar({characters})")
