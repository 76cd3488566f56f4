"""The diary over real rows: what it loads, and that a day, a month, soonest and the explanation agree."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from bookings import diary
from bookings.availability import Reason
from bookings.diary import Ask
from bookings.models import SessionType, Status
from bookings.tests.factories import (
    NOW,
    at,
    make_booking,
    make_closure,
    make_date_hours,
    make_room,
    make_session_type,
    make_therapist_at_work,
    make_time_off,
)
from practice.models import Practice

pytestmark = pytest.mark.django_db

DAY = dt.date(2026, 6, 4)


def ask(session_type: SessionType, **overrides: Any) -> Ask:
    return Ask(Practice.objects.current(), session_type, 60, NOW, **overrides)


def clock(starts: list[diary.Slot]) -> list[str]:
    zone = Practice.objects.current().zone
    return [f"{slot.starts_at.astimezone(zone):%H:%M}" for slot in starts]


def free_on(session_type: SessionType, on: dt.date = DAY, **overrides: Any) -> list[str]:
    return clock(diary.free(ask(session_type, **overrides), diary.therapists_for(session_type), on, on))


def short_day(**overrides: Any) -> Any:
    """Open 10:00 to 13:00; sixty minutes on a quarter-hour grid."""
    return make_therapist_at_work(opens="10:00", closes="13:00", **overrides)


def test_free_day_offers_every_start_on_the_grid() -> None:
    kind = make_session_type(therapists=[short_day()])

    assert free_on(kind) == ["10:00", "10:15", "10:30", "10:45", "11:00", "11:15", "11:30", "11:45", "12:00"]


def test_booking_takes_its_time_with_its_buffers() -> None:
    therapist = short_day()
    kind = make_session_type(therapists=[therapist], buffer_after_minutes=15)
    make_booking(session_type=kind, therapist=therapist, starts_at=at("2026-06-04 11:15"), minutes=30)

    assert free_on(kind) == ["10:00", "12:00"]


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.DECLINED, Status.EXPIRED])
def test_booking_that_is_over_blocks_nothing(status: Status) -> None:
    therapist = short_day()
    kind = make_session_type(therapists=[therapist])
    make_booking(session_type=kind, therapist=therapist, starts_at=at("2026-06-04 11:00"), status=status)

    assert len(free_on(kind)) == 9


def test_hold_blocks_until_it_runs_out() -> None:
    therapist = short_day()
    kind = make_session_type(therapists=[therapist])
    make_booking(
        session_type=kind, therapist=therapist, starts_at=at("2026-06-04 11:00"), status=Status.HELD, created_at=NOW
    )

    assert free_on(kind) == ["10:00", "12:00"]
    later = Ask(Practice.objects.current(), kind, 60, NOW + dt.timedelta(minutes=10))
    assert len(diary.free(later, [therapist], DAY, DAY)) == 9


def test_booking_that_is_moved_is_left_out() -> None:
    therapist = short_day()
    kind = make_session_type(therapists=[therapist])
    booking = make_booking(session_type=kind, therapist=therapist, starts_at=at("2026-06-04 11:00"))

    assert len(free_on(kind, moving=booking)) == 9


def test_room_shared_with_another_therapist_blocks() -> None:
    garden = make_room()
    kind = make_session_type(rooms=[garden], therapists=[short_day()])
    make_booking(session_type=make_session_type(rooms=[garden]), starts_at=at("2026-06-04 11:00"))

    assert free_on(kind) == ["10:00", "12:00"]


def test_date_hours_time_off_and_closures_are_asked() -> None:
    therapist = short_day()
    garden = make_room()
    kind = make_session_type(rooms=[garden], therapists=[therapist])
    make_date_hours(therapist, dt.date(2026, 6, 5))
    make_time_off(therapist, at("2026-06-06 10:00"), at("2026-06-06 12:00"))
    make_closure(at("2026-06-07 11:00"), at("2026-06-07 13:00"))
    make_closure(at("2026-06-08 00:00"), at("2026-06-09 00:00"), room=garden)

    days = {day: free_on(kind, dt.date(2026, 6, day)) for day in (5, 6, 7, 8)}

    assert days == {5: [], 6: ["12:00"], 7: ["10:00"], 8: []}


def test_any_therapist_is_the_union_in_their_order() -> None:
    kind = make_session_type(rooms=[])
    late = make_therapist_at_work(opens="11:00", closes="13:00", offers=[kind], order=2)
    early = make_therapist_at_work(opens="10:00", closes="12:00", offers=[kind], order=1)

    slots = diary.free(ask(kind), diary.therapists_for(kind), DAY, DAY)

    who = dict(zip(clock(slots), (slot.therapists for slot in slots), strict=True))
    assert who["10:00"] == (early,)
    assert who["11:00"] == (early, late)
    assert who["12:00"] == (late,)


def test_month_is_the_sum_of_its_days_and_soonest_begins_it() -> None:
    therapist = short_day(weekdays=[0, 3])
    kind = make_session_type(therapists=[therapist])
    make_booking(session_type=kind, therapist=therapist, starts_at=at("2026-06-04 10:00"))
    june = [dt.date(2026, 6, day) for day in range(1, 31)]

    month = diary.free(ask(kind), [therapist], june[0], june[-1])
    days = [slot for on in june for slot in diary.free(ask(kind), [therapist], on, on)]

    assert month == days
    assert diary.soonest(ask(kind), [therapist], NOW, 5) == month[:5]
    assert (
        diary.soonest(ask(kind), [therapist], at("2026-06-11 11:20"), 2)
        == [slot for slot in month if slot.starts_at > at("2026-06-11 11:20")][:2]
    )


def test_soonest_looks_to_the_horizon_and_no_further() -> None:
    therapist = make_therapist_at_work(weekdays=[])
    kind = make_session_type(therapists=[therapist])
    make_date_hours(therapist, dt.date(2026, 8, 30), opens="10:00", closes="11:00")
    make_date_hours(therapist, dt.date(2026, 8, 31), opens="10:00", closes="11:00")

    assert clock(diary.soonest(ask(kind), [therapist], NOW, 5)) == ["10:00"]


def test_nearest_gives_the_three_closest_in_order_of_time() -> None:
    therapist = short_day()
    kind = make_session_type(therapists=[therapist])
    make_booking(session_type=kind, therapist=therapist, starts_at=at("2026-06-04 11:00"))

    near = diary.nearest(ask(kind), [therapist], at("2026-06-04 11:00"), 3)

    assert [slot.starts_at for slot in near] == [at("2026-06-03 12:00"), at("2026-06-04 10:00"), at("2026-06-04 12:00")]


def test_explanation_and_offer_are_the_same_answer() -> None:
    therapist = short_day(max_sessions_per_day=1)
    kind = make_session_type(therapists=[therapist])
    make_booking(session_type=kind, therapist=therapist, starts_at=at("2026-06-04 11:00"))

    offered = set(free_on(kind)) | set(free_on(kind, dt.date(2026, 6, 5)))
    explained = {
        f"{hour}:{minute}"
        for hour in ("10", "11", "12")
        for minute in ("00", "15", "30", "45")
        if not diary.explain(ask(kind), therapist, at(f"2026-06-05 {hour}:{minute}"))
    }

    assert explained == offered
    assert diary.explain(ask(kind), therapist, at("2026-06-04 11:20")) == [
        Reason.OFF_GRID,
        Reason.THERAPIST_TAKEN,
        Reason.ROOM_TAKEN,
        Reason.DAY_SESSIONS_FULL,
    ]


def test_month_takes_three_queries_for_one_therapist_and_for_many(django_assert_num_queries: Any) -> None:
    """Rooms, hours with absences, bookings; the practice and who gives it are two more."""
    kind = make_session_type()
    for _ in range(3):
        therapist = make_therapist_at_work(offers=[kind])
        make_booking(session_type=kind, therapist=therapist, room=None)
    month = (dt.date(2026, 6, 1), dt.date(2026, 6, 30))

    with django_assert_num_queries(4):
        diary.free(ask(kind), [therapist], *month)
    with django_assert_num_queries(5):
        diary.free(ask(kind), diary.therapists_for(kind), *month)
