"""What the database refuses, whoever writes the row; and that each guard is what refuses it."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2
import pytest
from django.db import IntegrityError, connection, transaction

from bookings import constraints
from bookings.constraints import ADULT, DAYS, HISTORY, INSTANTS, LONGEST, ROOM_OVERLAP, THERAPIST_OVERLAP
from bookings.models import BLOCKING, Booking, BookingChange, Status
from bookings.tests.factories import NOW, at, make_booking, make_room, make_session_type, make_therapist
from bookings.tests.racing import own_connection
from clients.tests.factories import make_client

pytestmark = pytest.mark.django_db

Changes = dict[str, Any]
HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)
TEN = "2026-06-04 10:00"


# Each fault: a booking that may stand, and the change that a guard must refuse


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


@contextmanager
def without(*guards: str) -> Iterator[None]:
    """Takes the guards away, and everything written meanwhile with them when they come back."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":  # it alters no table that still has a foreign key to look at
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        constraints.remove(connection, *guards)
        yield
        transaction.set_rollback(True)


def refused_by(act: Callable[[], object]) -> str:
    """The guard that refuses this; a test fails where none does."""
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        act()
    return constraints.broken_guard(refused.value)


def stored(booking: Booking, names: Changes) -> Changes:
    return Booking.objects.values(*names).get(ref=booking.ref)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("guard", "fault"), FAULTS)
def test_guard_refuses_every_way_of_writing_and_nothing_else_does(
    guard: str, fault: Callable[[], tuple[Booking, Changes]], way: Callable[[Booking, Changes], None]
) -> None:
    booking, changes = fault()

    assert refused_by(lambda: way(booking, changes)) == guard

    with without(guard):
        way(Booking.objects.get(ref=booking.ref), changes)
        assert stored(booking, changes) == changes
    assert refused_by(lambda: way(Booking.objects.get(ref=booking.ref), changes)) == guard


def test_many_rows_in_one_statement_are_refused_whole() -> None:
    first = make_booking()
    apart = [make_booking(starts_at=at(f"2026-06-04 {hour}:00")) for hour in (12, 13, 10)]

    assert refused_by(lambda: Booking.objects.update(therapist=first.therapist)) == THERAPIST_OVERLAP
    assert [Booking.objects.get(pk=each.pk).therapist for each in apart] == [each.therapist for each in apart]


def test_bookings_may_touch() -> None:
    session_type = make_session_type(buffer_before_minutes=5, buffer_after_minutes=10)
    first = make_booking(session_type=session_type)
    shared = {"session_type": session_type, "therapist": first.therapist, "room": first.room}

    make_booking(**shared, starts_at=first.busy_until_at + dt.timedelta(minutes=5))
    make_booking(**shared, starts_at=first.busy_from_at - dt.timedelta(minutes=70))

    assert Booking.objects.filter(therapist=first.therapist, room=first.room).count() == 3


def test_sessions_without_a_room_share_none() -> None:
    first = make_booking(room=None)

    assert make_booking(room=None).starts_at == first.starts_at


@pytest.mark.parametrize("free", sorted(set(Status) - set(BLOCKING)))
def test_what_has_ended_without_a_session_keeps_no_time(free: Status) -> None:
    gone = make_booking(status=free)

    make_booking(therapist=gone.therapist, room=gone.room)
    make_booking(therapist=gone.therapist, room=gone.room, status=free)

    assert Booking.objects.filter(therapist=gone.therapist).count() == 3


@pytest.mark.parametrize("status", BLOCKING)
def test_every_status_that_keeps_its_time_does_so_both_ways(status: Status) -> None:
    first = make_booking(status=status)
    other = make_booking(status=Status.CANCELLED, therapist=first.therapist, hold_ends_at=NOW)

    for blocking in BLOCKING:
        assert refused_by(lambda to=blocking: by_update(other, {"status": to})) == THERAPIST_OVERLAP


def test_hold_that_ran_out_blocks_only_until_it_is_moved_on() -> None:
    lapsed = make_booking(status=Status.HELD, hold_ends_at=NOW - HOUR)
    shared = {"therapist": lapsed.therapist, "room": lapsed.room}
    assert refused_by(lambda: make_booking(**shared)) in constraints.OVERLAPS

    Booking.objects.filter(pk=lapsed.pk).update(status=Status.EXPIRED)

    assert make_booking(**shared).starts_at == lapsed.starts_at


def test_client_may_book_on_the_day_of_coming_of_age() -> None:
    of_age = make_client(date_of_birth=dt.date(2008, 6, 1))
    leap_day = make_client(date_of_birth=dt.date(2008, 2, 29))

    assert make_booking(client=of_age).booked_on == dt.date(2026, 6, 1)
    on_first_of_march = make_booking(client=leap_day, created_at=dt.datetime(2026, 3, 1, 9, tzinfo=dt.UTC))
    assert on_first_of_march.booked_on == dt.date(2026, 3, 1)


def test_minor_may_stand_in_a_booking_that_will_not_take_place() -> None:
    minor = make_client(date_of_birth=dt.date(2010, 1, 1))

    assert make_booking(client=minor, status=Status.DECLINED).client == minor


def test_local_days_may_lie_beside_those_of_utc() -> None:
    booking = make_booking()

    for day in (dt.date(2026, 6, 3), dt.date(2026, 6, 5)):
        Booking.objects.filter(pk=booking.pk).update(session_on=day)

    assert stored(booking, {"session_on": day}) == {"session_on": day}


@pytest.mark.parametrize(
    "spelling", ["2026-06-04T09:00:00", "2026-06-04 09:00", "2026-06-04 09:00:00+00:00", "2026-06-04 09:00:00.000000"]
)
def test_sqlite_takes_one_spelling_of_an_instant(spelling: str) -> None:
    """Instants are compared as text there; PostgreSQL has a type for them and reads all of these alike."""
    booking = make_booking()
    names = ("starts_at", "busy_from_at")
    if connection.vendor == "sqlite":
        for name in names:
            assert refused_by(lambda column=name: by_sql_update(booking, {column: spelling})) == INSTANTS
    else:
        by_sql_update(booking, dict.fromkeys(names, spelling.removesuffix("+00:00") + "+00:00"))
        assert stored(booking, {"starts_at": ""}) == {"starts_at": booking.starts_at}


# History


def line_of_history() -> BookingChange:
    return BookingChange.objects.create(booking=make_booking(), at=NOW, via="web", what="booked", after="confirmed")


def rewrite_by_save(line: BookingChange) -> None:
    line.what = "other"
    line.save()


def rewrite_by_update(line: BookingChange) -> None:
    BookingChange.objects.update(what="other")


def rewrite_by_bulk_update(line: BookingChange) -> None:
    line.what = "other"
    BookingChange.objects.bulk_update([line], ["what"])


def rewrite_by_sql(line: BookingChange) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE bookings_bookingchange SET what = 'other' WHERE id = %s", [line.pk])


def rewrite_by_upsert(line: BookingChange) -> None:
    line.what = "other"
    BookingChange.objects.bulk_create([line], update_conflicts=True, update_fields=["what"], unique_fields=["id"])


def rewrite_by_replacement(line: BookingChange) -> None:
    """SQLite's INSERT OR REPLACE deletes without firing triggers on DELETE; PostgreSQL's nearest is delete and insert."""
    columns = "id, booking_id, at, via, what, before, after, details, why"
    values = "%s, booking_id, at, via, 'other', before, after, details, why"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("DELETE FROM bookings_bookingchange WHERE id = %s", [line.pk])
            line.save(force_insert=True)
            cursor.execute("UPDATE bookings_bookingchange SET what = 'other' WHERE id = %s", [line.pk])
        else:
            cursor.execute(
                f"INSERT OR REPLACE INTO bookings_bookingchange ({columns}) SELECT {values} FROM bookings_bookingchange",
                [line.pk],
            )


def remove_by_delete(line: BookingChange) -> None:
    line.delete()


def remove_by_queryset(line: BookingChange) -> None:
    BookingChange.objects.all().delete()


def remove_by_sql(line: BookingChange) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM bookings_bookingchange")


REWRITES = [
    rewrite_by_save,
    rewrite_by_update,
    rewrite_by_bulk_update,
    rewrite_by_sql,
    rewrite_by_upsert,
    rewrite_by_replacement,
]
REMOVALS = [remove_by_delete, remove_by_queryset, remove_by_sql]


@pytest.mark.parametrize(("way", "left"), [(way, ["other"]) for way in REWRITES] + [(way, []) for way in REMOVALS])
def test_history_is_only_added_to(way: Callable[[BookingChange], None], left: list[str]) -> None:
    line = line_of_history()

    assert refused_by(lambda: way(line)) == HISTORY

    with without(HISTORY):
        way(BookingChange.objects.get(pk=line.pk))
        assert list(BookingChange.objects.values_list("what", flat=True)) == left
    assert list(BookingChange.objects.values_list("what", flat=True)) == ["booked"]


# The guards themselves


def test_every_guard_stands_after_all_migrations() -> None:
    assert guards_in_the_database() == guards_expected()


def test_guards_stand_again_once_installed_anew() -> None:
    with without():
        assert guards_in_the_database() == set()
        constraints.install(connection)
        assert guards_in_the_database() == guards_expected()


def guards_expected() -> set[str]:
    if connection.vendor == "postgresql":
        return set(constraints.POSTGRESQL)
    names = {f"{name}_{when}" for name in constraints.SQLITE for when in ("insert", "update")}
    return names | {f"{HISTORY}_delete"}


def guards_in_the_database() -> set[str]:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT conname FROM pg_constraint WHERE convalidated AND conrelid = 'bookings_booking'::regclass "
                "UNION SELECT tgname FROM pg_trigger WHERE tgenabled = 'O' AND NOT tgisinternal"
            )
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        return {name for (name,) in cursor.fetchall()} & guards_named()


def guards_named() -> set[str]:
    """Other triggers and Django's own checks stand beside ours."""
    ends = ("", "_insert", "_update", "_delete")
    return {name + end for name in constraints.POSTGRESQL for end in ends}


@pytest.mark.django_db(transaction=True)
def test_a_program_of_its_own_is_refused_too() -> None:
    """No Django between: the plain driver, on a connection of its own, and a commit."""
    booking = make_booking(room=make_room(), therapist=make_therapist())
    place = "%s" if connection.vendor == "postgresql" else "?"
    columns = [field.column for field in Booking._meta.concrete_fields if not field.primary_key]
    values = [place if name == "ref" else name for name in columns]
    copy = f"INSERT INTO bookings_booking ({', '.join(columns)}) SELECT {', '.join(values)} FROM bookings_booking"

    with own_connection() as other:
        cursor = other.cursor()
        with pytest.raises((sqlite3.IntegrityError, psycopg2.IntegrityError)) as refused:
            cursor.execute(copy, ["b-copy"])
        other.rollback()
        assert constraints.broken_guard(refused.value) in constraints.OVERLAPS

        constraints.remove(connection, *constraints.OVERLAPS)
        try:
            cursor.execute(copy, ["b-copy"])
            other.commit()
            assert sorted(Booking.objects.values_list("ref", flat=True)) == sorted(["b-copy", booking.ref])
        finally:
            Booking.objects.filter(ref="b-copy").delete()
            constraints.install(connection, *constraints.OVERLAPS)
