"""Faults that the database must refuse, each as a booking that may stand and the change that spoils it; and every way of
writing a change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db import connection

from bookings.constraints import ADULT, DAYS, INSTANTS, LONGEST, ROOM_OVERLAP, THERAPIST_OVERLAP
from bookings.models import Booking, Status
from bookings.tests.factories import at, make_booking, make_session_type
from clients.tests.factories import make_client

Changes = dict[str, Any]
HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)
TEN = "2026-06-04 10:00"


def hour_from(text: str) -> Changes:
    start = at(text)
    return {"starts_at": start, "ends_at": start + HOUR, "busy_from_at": start, "busy_until_at": start + HOUR}


def therapist_has_two() -> tuple[Booking, Changes]:
    first = make_booking()
    return make_booking(), {"therapist_id": first.therapist_id}


def therapist_has_two_by_a_minute() -> tuple[Booking, Changes]:
    first = make_booking()
    return make_booking(therapist=first.therapist, starts_at=at("2026-06-04 14:00")), hour_from("2026-06-04 10:59")


def buffer_meets_session() -> tuple[Booking, Changes]:
    first = make_booking(session_type=make_session_type(buffer_after_minutes=15))
    return make_booking(therapist=first.therapist, starts_at=at("2026-06-04 14:00")), hour_from("2026-06-04 11:14")


def one_lies_inside_the_other() -> tuple[Booking, Changes]:
    first = make_booking(minutes=240)
    return make_booking(therapist=first.therapist, starts_at=at("2026-06-04 15:00")), hour_from("2026-06-04 12:00")


def cancelled_comes_back_over_another() -> tuple[Booking, Changes]:
    first = make_booking()
    return make_booking(therapist=first.therapist, status=Status.CANCELLED), {"status": Status.CONFIRMED}


def room_has_two() -> tuple[Booking, Changes]:
    first = make_booking()
    return make_booking(), {"room_id": first.room_id}


def lasts_over_a_day() -> tuple[Booking, Changes]:
    booking = make_booking(busy_until_at=at(TEN) + DAY)
    return booking, {"busy_until_at": at(TEN) + DAY + dt.timedelta(seconds=1)}


def starts_between_seconds() -> tuple[Booking, Changes]:
    part = dt.timedelta(microseconds=1)
    return make_booking(), {name: moment + part for name, moment in hour_from(TEN).items()}


def minutes_do_not_fit() -> tuple[Booking, Changes]:
    return make_booking(), {"minutes": 61}


def day_is_another_one() -> tuple[Booking, Changes]:
    return make_booking(), {"session_on": dt.date(2026, 6, 6)}


def booked_on_another_day() -> tuple[Booking, Changes]:
    return make_booking(), {"booked_on": dt.date(2026, 6, 3)}


def client_is_under_age() -> tuple[Booking, Changes]:
    return make_booking(), {"client_id": make_client(date_of_birth=dt.date(2008, 6, 2)).pk}


def client_came_of_age_only_afterwards() -> tuple[Booking, Changes]:
    """Entered on the birthday, about a session the day before."""
    booking = make_booking(
        client=make_client(date_of_birth=dt.date(2008, 6, 1)), starts_at=at("2026-06-01 10:00"), status=Status.COMPLETED
    )
    return booking, {"session_on": dt.date(2026, 5, 31)}


def client_was_not_of_age_when_booking() -> tuple[Booking, Changes]:
    booking = make_booking(client=make_client(date_of_birth=dt.date(2008, 6, 1)))
    return booking, {"booked_on": dt.date(2026, 5, 31)}


def client_born_on_29_february() -> tuple[Booking, Changes]:
    created_at = dt.datetime(2026, 3, 1, 9, tzinfo=dt.UTC)
    booking = make_booking(client=make_client(date_of_birth=dt.date(2008, 2, 29)), created_at=created_at)
    return booking, {"booked_on": dt.date(2026, 2, 28)}


def cancelled_of_a_minor_comes_back() -> tuple[Booking, Changes]:
    minor = make_client(date_of_birth=dt.date(2010, 1, 1))
    return make_booking(client=minor, status=Status.CANCELLED), {"status": Status.REQUESTED}


FAULTS: list[tuple[str, Callable[[], tuple[Booking, Changes]]]] = [
    (THERAPIST_OVERLAP, therapist_has_two),
    (THERAPIST_OVERLAP, therapist_has_two_by_a_minute),
    (THERAPIST_OVERLAP, buffer_meets_session),
    (THERAPIST_OVERLAP, one_lies_inside_the_other),
    (THERAPIST_OVERLAP, cancelled_comes_back_over_another),
    (ROOM_OVERLAP, room_has_two),
    (LONGEST, lasts_over_a_day),
    (INSTANTS, starts_between_seconds),
    (INSTANTS, minutes_do_not_fit),
    (DAYS, day_is_another_one),
    (DAYS, booked_on_another_day),
    (ADULT, client_is_under_age),
    (ADULT, client_came_of_age_only_afterwards),
    (ADULT, client_was_not_of_age_when_booking),
    (ADULT, client_born_on_29_february),
    (ADULT, cancelled_of_a_minor_comes_back),
]


# Each way of writing a row


def by_save(booking: Booking, changes: Changes) -> None:
    changed(booking, changes).save()


def by_bulk_create(booking: Booking, changes: Changes) -> None:
    Booking.objects.filter(pk=booking.pk).delete()
    Booking.objects.bulk_create([changed(booking, changes | {"pk": None})])


def by_bulk_update(booking: Booking, changes: Changes) -> None:
    Booking.objects.bulk_update([changed(booking, changes)], list(changes))


def by_update(booking: Booking, changes: Changes) -> None:
    Booking.objects.filter(pk=booking.pk).update(**changes)


def by_sql_insert(booking: Booking, changes: Changes) -> None:
    """The row taken out and put back with other values, in SQL alone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM bookings_booking WHERE id = %s", [booking.pk])
        row = dict(zip((column[0] for column in cursor.description), cursor.fetchone(), strict=True)) | changes
        cursor.execute("DELETE FROM bookings_booking WHERE id = %s", [booking.pk])
        places = ", ".join(["%s"] * len(row))
        values = [as_stored(value) for value in row.values()]
        cursor.execute(f"INSERT INTO bookings_booking ({', '.join(row)}) VALUES ({places})", values)


def by_sql_update(booking: Booking, changes: Changes) -> None:
    assigned = ", ".join(f"{name} = %s" for name in changes)
    with connection.cursor() as cursor:
        values = [as_stored(value) for value in changes.values()]
        cursor.execute(f"UPDATE bookings_booking SET {assigned} WHERE id = %s", [*values, booking.pk])


WAYS = [by_save, by_bulk_create, by_bulk_update, by_update, by_sql_insert, by_sql_update]


def changed(booking: Booking, changes: Changes) -> Booking:
    for name, value in changes.items():
        setattr(booking, name, value)
    return booking


def as_stored(value: Any) -> Any:
    """As Django hands it to the driver."""
    if isinstance(value, dt.datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, dt.date):
        return connection.ops.adapt_datefield_value(value)
    return value
