"""What the database refuses, whoever writes the row; and that each guard is what refuses it."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg2
import pytest
from django.db import IntegrityError, connection, transaction

from bookings import constraints
from bookings.constraints import HISTORY, INSTANTS, THERAPIST_OVERLAP
from bookings.models import BLOCKING, Booking, BookingChange, Status
from bookings.tests.factories import NOW, at, make_booking, make_room, make_session_type, make_therapist
from bookings.tests.faults import FAULTS, HOUR, WAYS, Changes, by_sql_update, by_update
from bookings.tests.racing import own_connection
from clients.tests.factories import make_client

pytestmark = pytest.mark.django_db


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
