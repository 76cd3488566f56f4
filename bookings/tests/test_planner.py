"""What the calendar shows of a range of dates."""

from __future__ import annotations

import datetime as dt

import pytest

from accounts.tests.factories import make_front_desk, make_owner
from bookings import planner
from bookings.models import Kind, Status
from bookings.planner import Plan, Stretch
from bookings.tests.factories import (
    NOW,
    at,
    make_booking,
    make_closure,
    make_date_hours,
    make_room,
    make_session_type,
    make_therapist,
    make_therapist_at_work,
    make_time_off,
    make_weekly_hours,
)
from clients.tests.factories import make_client, make_document, make_published

pytestmark = pytest.mark.django_db
THURSDAY = dt.date(2026, 6, 4)


def planned(first: dt.date = THURSDAY, last: dt.date = THURSDAY, user: object = None) -> Plan:
    return planner.of(user or make_owner(), first, last, NOW)


def test_what_keeps_its_time_is_shown_and_what_is_over_is_not() -> None:
    shown = [
        make_booking(starts_at=at("2026-06-04 09:00"), status=status)
        for status in (Status.CONFIRMED, Status.REQUESTED, Status.COMPLETED, Status.NO_SHOW)
    ]
    held = make_booking(
        starts_at=at("2026-06-04 10:00"), status=Status.HELD, hold_ends_at=NOW + dt.timedelta(minutes=9)
    )
    make_booking(starts_at=at("2026-06-04 10:00"), status=Status.HELD, hold_ends_at=NOW)
    for status in (Status.CANCELLED, Status.DECLINED, Status.EXPIRED):
        make_booking(starts_at=at("2026-06-04 09:00"), status=status)
    make_booking(starts_at=at("2026-06-05 09:00"))
    assert [each.booking for each in planned().sessions] == [*shown, held]


def test_session_whose_buffer_alone_reaches_into_the_day_is_shown() -> None:
    kind = make_session_type(buffer_after_minutes=30)
    late = make_booking(session_type=kind, starts_at=at("2026-06-03 22:45"))
    assert [each.booking for each in planned().sessions] == [late]


def test_first_visit_and_forms_are_told_for_what_is_to_come_alone() -> None:
    make_published(NOW, make_document(slug="treatment"))
    kind = make_session_type(requires_consents=["treatment"])
    known = make_client()
    make_booking(client=known, starts_at=at("2026-05-01 10:00"), status=Status.COMPLETED)
    again = make_booking(client=known, session_type=kind, starts_at=at("2026-06-04 10:00"))
    new = make_booking(session_type=make_session_type(kind=Kind.CONSULTATION), starts_at=at("2026-06-04 11:00"))
    over = make_booking(starts_at=at("2026-06-04 12:00"), status=Status.COMPLETED)
    assert [(each.booking, each.is_first, each.is_complete) for each in planned().sessions] == [
        (again, False, False),
        (new, True, True),
        (over, False, None),
    ]


def test_therapist_may_move_their_own_sessions_and_the_front_desk_everybodys() -> None:
    booking, other = make_booking(), make_booking(starts_at=at("2026-06-04 11:00"))
    begun = make_booking(starts_at=at("2026-06-04 12:00"), started_at=NOW)
    own = planned(user=booking.therapist.user)
    assert [(each.booking, each.may_move) for each in own.sessions] == [(booking, True), (other, False), (begun, False)]
    assert [each.may_move for each in planned(user=make_front_desk()).sessions] == [True, True, False]


def test_hours_are_those_that_bookings_are_judged_by() -> None:
    mara = make_therapist_at_work(opens="09:00", closes="12:00")
    make_weekly_hours(mara, weekday=3, opens="12:00", closes="14:00")
    jonas = make_therapist_at_work()
    make_date_hours(jonas, THURSDAY, opens="16:00", closes="20:00")
    assert planned().stretches == [
        Stretch("hours", at("2026-06-04 09:00"), at("2026-06-04 14:00"), therapist=mara.pk),
        Stretch("hours", at("2026-06-04 16:00"), at("2026-06-04 20:00"), therapist=jonas.pk),
    ]


def test_hours_past_midnight_reach_into_the_next_day() -> None:
    mara = make_therapist()
    make_weekly_hours(mara, weekday=2, opens="20:00", closes="24:00")
    make_weekly_hours(mara, weekday=3, opens="00:00", closes="02:00")
    assert planned().stretches == [Stretch("hours", at("2026-06-03 20:00"), at("2026-06-04 02:00"), therapist=mara.pk)]


def test_time_off_and_closures_stand_in_their_columns() -> None:
    mara, room = make_therapist(), make_room()
    make_time_off(mara, at("2026-06-04 10:00"), at("2026-06-05 10:00"))
    make_closure(at("2026-06-04 11:00"), at("2026-06-04 12:00"), room=room)
    make_closure(at("2026-06-04 13:00"), at("2026-06-04 14:00"))
    make_closure(at("2026-06-05 13:00"), at("2026-06-05 14:00"))
    assert planned().stretches == [
        Stretch("away", at("2026-06-04 10:00"), at("2026-06-05 10:00"), therapist=mara.pk),
        Stretch("closed", at("2026-06-04 11:00"), at("2026-06-04 12:00"), room=room.pk),
        Stretch("closed", at("2026-06-04 13:00"), at("2026-06-04 14:00")),
    ]


def test_therapist_who_stopped_has_a_column_where_they_have_a_session() -> None:
    active, gone = make_therapist(), make_therapist(active=False)
    assert planned().therapists == [active]
    make_booking(therapist=gone)
    assert planned().therapists == [active, gone]


def test_fuller_range_asks_no_more_queries(django_assert_num_queries) -> None:
    owner, mara = make_owner(), make_therapist_at_work()
    make_booking(therapist=mara)
    with django_assert_num_queries(14) as first:
        planned(user=owner)
    for hour in range(12, 18):
        make_booking(therapist=mara if hour % 2 else make_therapist_at_work(), starts_at=at(f"2026-06-04 {hour}:00"))
        make_time_off(mara, at(f"2026-06-{hour} 10:00"), at(f"2026-06-{hour} 11:00"))
    with django_assert_num_queries(len(first)):
        planned(dt.date(2026, 6, 1), dt.date(2026, 6, 30), user=owner)
