"""Rows as whole numbers, alike on both databases."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from bookings import loading
from bookings.availability import DateHours, Taken, WeeklyHours
from bookings.loading import Rows, Shelf
from bookings.models import Kind, Status
from bookings.tests.factories import (
    NOW,
    at,
    make_booking,
    make_closure,
    make_date_hours,
    make_room,
    make_session_type,
    make_therapist,
    make_time_off,
    make_weekly_hours,
)

pytestmark = pytest.mark.django_db

DAY = dt.date(2026, 6, 4)
OPENS, CLOSES = dt.datetime(2026, 6, 3, 23, tzinfo=dt.UTC), dt.datetime(2026, 6, 4, 23, tzinfo=dt.UTC)
SPAN = (int(OPENS.timestamp()), int(CLOSES.timestamp()))
HOUR = 3600
TEN = int(dt.datetime(2026, 6, 4, 9, tzinfo=dt.UTC).timestamp())


def load(*, therapists: Any = (), rooms: Any = (), leaving_out: int | None = None) -> Rows:
    shelf = Shelf([each.pk for each in therapists], [each.pk for each in rooms], NOW, leaving_out)
    return loading.load(shelf, (DAY, DAY), SPAN)


def test_hours_are_those_that_are_valid_on_the_days() -> None:
    therapist = make_therapist()
    make_weekly_hours(therapist, weekday=3)
    make_weekly_hours(therapist, weekday=0, valid_from=DAY, valid_until=DAY)
    make_weekly_hours(therapist, valid_until=DAY - dt.timedelta(days=1))
    make_weekly_hours(therapist, valid_from=DAY + dt.timedelta(days=1))
    make_date_hours(therapist, DAY)
    make_date_hours(therapist, DAY + dt.timedelta(days=1))
    make_weekly_hours(make_therapist())

    rows = load(therapists=[therapist])

    expected = [WeeklyHours(3, 540, 1080), WeeklyHours(0, 540, 1080, DAY, DAY)]
    assert rows.weekly == {therapist.pk: expected} and rows.dated == {therapist.pk: [DateHours(DAY)]}


@pytest.mark.parametrize("micro", [1, 500_000, 999_999])
def test_parts_of_a_second_go_down_at_the_start_and_up_at_the_end(micro: int) -> None:
    therapist, room, part = make_therapist(), make_room(), dt.timedelta(microseconds=micro)
    span = (at("2026-06-04 10:00") + part, at("2026-06-04 11:00") + part)
    make_time_off(therapist, *span)
    make_closure(*span)
    make_closure(*span, room=room)

    rows = load(therapists=[therapist], rooms=[room])

    whole = [(TEN, TEN + HOUR + 1)]
    assert (rows.away, rows.closed, rows.room_closed) == ({therapist.pk: whole}, whole, {room.pk: whole})


def test_absences_that_only_touch_the_span_or_are_somebody_elses_stay_out() -> None:
    therapist, room = make_therapist(), make_room()
    make_time_off(therapist, OPENS - dt.timedelta(hours=1), OPENS)
    make_time_off(therapist, CLOSES, CLOSES + dt.timedelta(hours=1))
    make_time_off(make_therapist(), OPENS, CLOSES)
    make_closure(OPENS, CLOSES, room=make_room())

    assert load(therapists=[therapist], rooms=[room]) == Rows()


def test_bookings_count_for_their_therapist_and_for_their_room() -> None:
    talk = make_session_type(kind=Kind.CONSULTATION, buffer_after_minutes=15)
    mine = make_booking(session_type=talk)
    beside = make_booking(room=mine.room, starts_at=at("2026-06-04 12:00"))
    make_booking()
    make_booking(therapist=mine.therapist, room=mine.room, status=Status.CANCELLED)

    rows = load(therapists=[mine.therapist], rooms=[mine.room])

    busy = (TEN, TEN + HOUR + 900)
    assert rows.taken == {mine.therapist_id: [Taken(TEN, HOUR, *busy, False)]}
    assert sorted(rows.room_busy[mine.room_id]) == [busy, (TEN + 2 * HOUR, TEN + 3 * HOUR)]
    assert load(therapists=[mine.therapist], rooms=[mine.room], leaving_out=mine.pk).taken == {}
    assert beside.room_id == mine.room_id


def test_hold_that_ran_out_takes_no_time_and_is_named() -> None:
    lapsed = make_booking(status=Status.HELD, hold_ends_at=NOW)
    kept = make_booking(
        status=Status.HELD,
        hold_ends_at=NOW + dt.timedelta(microseconds=1),
        therapist=lapsed.therapist,
        room=None,
        starts_at=at("2026-06-04 12:00"),
    )

    rows = load(therapists=[lapsed.therapist])

    assert rows.lapsed == [lapsed.pk]
    assert [taken.starts for taken in rows.taken[kept.therapist_id]] == [TEN + 2 * HOUR]


def test_longest_booking_that_began_the_day_before_is_seen() -> None:
    booking = make_booking(
        starts_at=OPENS - dt.timedelta(hours=1),
        minutes=60,
        busy_from_at=OPENS + dt.timedelta(minutes=1) - dt.timedelta(hours=24),
        busy_until_at=OPENS + dt.timedelta(minutes=1),
    )

    assert len(load(therapists=[booking.therapist]).taken[booking.therapist_id]) == 1
