"""Moving a booking: the same booking, its old time free and its new one taken in one step."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from bookings import expiry, lifecycle, moves, notices, visits
from bookings.errors import Conflict, Late, NotGiven, NotOffered, Passed, SlotTaken
from bookings.models import Answer, Booking, BookingChange, MoveRequest, Proposal, Status, Way
from bookings.tests.factories import NOW, at, make_booking, make_room, make_session_type, make_therapist_at_work
from bookings.tests.test_lifecycle import TEN, make_offer_of_one, messages, user_of, wish
from clients.models import Client
from clients.tests.factories import make_client_with_account

pytestmark = pytest.mark.django_db


def booked(start: str = TEN, **session_type: object) -> tuple[Booking, Client]:
    """A client's booking of a session type of its own; approved by its therapist where that is asked."""
    kind, therapist = make_offer_of_one(**session_type)
    client = make_client_with_account()
    booking = lifecycle.book(wish(client, kind, start), by=user_of(client), now=NOW)
    if booking.status == Status.REQUESTED:
        booking = lifecycle.approve(booking, by=therapist.user, now=NOW)
    return booking, client


def test_moved_booking_is_the_same_one_at_its_new_time() -> None:
    booking, client = booked()
    price = booking.price
    booking.session_type.lengths.update(price="99.00")

    moved = moves.reschedule(booking, at("2026-06-05 15:00"), by=user_of(client), now=NOW)

    moved.refresh_from_db()
    assert (moved.pk, moved.starts_at, moved.session_on, moved.price) == (
        booking.pk,
        at("2026-06-05 15:00"),
        dt.date(2026, 6, 5),
        price,
    )
    change = BookingChange.objects.filter(booking=moved).latest("pk")
    assert (change.what, change.details) == (
        "moved",
        {"from": at(TEN).isoformat(), "to": at("2026-06-05 15:00").isoformat()},
    )
    assert messages(moved)[-3:] == [(notices.MOVED, "planned"), *[(notices.REMINDER, "planned")] * 2]


def test_booking_may_move_into_its_own_old_time() -> None:
    booking, client = booked()

    moved = moves.reschedule(booking, at("2026-06-04 10:30"), by=user_of(client), now=NOW)

    assert moved.starts_at == at("2026-06-04 10:30")


def test_old_time_is_free_after_the_move_and_the_new_one_is_not() -> None:
    booking, client = booked()
    kind = booking.session_type
    moves.reschedule(booking, at("2026-06-05 15:00"), by=user_of(client), now=NOW)

    assert lifecycle.book(wish(client, kind), by=user_of(client), now=NOW).status == Status.CONFIRMED
    other = make_client_with_account()
    with pytest.raises(SlotTaken):
        lifecycle.book(wish(other, kind, "2026-06-05 15:00"), by=user_of(other), now=NOW)


def test_refused_move_leaves_the_booking_where_it_was() -> None:
    booking, client = booked()
    other = make_client_with_account()
    lifecycle.book(wish(other, booking.session_type, "2026-06-05 15:00"), by=user_of(other), now=NOW)

    with pytest.raises(SlotTaken):
        moves.reschedule(booking, at("2026-06-05 15:00"), by=user_of(client), now=NOW)
    with pytest.raises(NotOffered):
        moves.reschedule(booking, at("2026-06-05 23:00"), by=user_of(client), now=NOW)

    kept = Booking.objects.get(pk=booking.pk)
    assert (kept.starts_at, kept.version, kept.status) == (at(TEN), booking.version, Status.CONFIRMED)


def test_move_to_another_therapist_who_gives_the_session() -> None:
    booking, client = booked()
    other = make_therapist_at_work(offers=[booking.session_type])

    moved = moves.reschedule(booking, booking.starts_at, by=user_of(client), now=NOW, therapist=other)

    assert moved.therapist == other
    with pytest.raises(NotGiven):
        moves.reschedule(moved, booking.starts_at, by=user_of(client), now=NOW, therapist=make_therapist_at_work())


def test_no_reason_leads_back_into_the_past() -> None:
    booking, _ = booked()
    reason = {"override": True, "why": "As agreed."}
    with pytest.raises(Passed, match="That time has passed already"):
        moves.reschedule(booking, NOW, by=booking.therapist.user, now=NOW, via=Way.STAFF, **reason)
    assert Booking.objects.get().starts_at == at(TEN)


def in_the_second_room() -> Booking:
    """Both rooms are free, and the session is booked in the one that comes second."""
    kind = make_session_type(rooms=[make_room(), make_room()])
    return make_booking(
        session_type=kind,
        therapist=make_therapist_at_work(offers=[kind]),
        room=kind.room_choices.order_by("order")[1].room,
        starts_at=at(TEN),
    )


def test_staff_who_name_no_room_leave_the_booking_in_its_own() -> None:
    booking = in_the_second_room()
    own = booking.room

    moved = moves.reschedule(booking, at("2026-06-05 15:00"), by=booking.therapist.user, now=NOW, via=Way.STAFF)

    assert (moved.room, BookingChange.objects.latest("pk").details.keys()) == (own, {"from", "to"})


def test_where_its_own_room_is_taken_the_first_free_one_is_used() -> None:
    booking = in_the_second_room()
    make_booking(room=booking.room, starts_at=at("2026-06-05 15:00"))

    moved = moves.reschedule(booking, at("2026-06-05 15:00"), by=booking.therapist.user, now=NOW, via=Way.STAFF)

    assert moved.room == moved.session_type.room_choices.order_by("order")[0].room


def test_late_move_shows_its_fee_first_and_records_it_once_accepted() -> None:
    booking, client = booked()
    inside = at("2026-06-03 10:01")
    start = at("2026-06-04 16:00")

    with pytest.raises(Late) as refusal:
        moves.reschedule(booking, start, by=user_of(client), now=inside)
    assert refusal.value.fee == Decimal("35.00")
    moved = moves.reschedule(booking, start, by=user_of(client), now=inside, accept_late=True)
    assert (moved.starts_at, moved.is_late, moved.late_fee) == (start, True, Decimal("35.00"))


def test_where_each_session_is_approved_a_clients_move_is_a_request_and_the_old_time_is_kept() -> None:
    booking, client = booked(approval="always")
    start = at("2026-06-05 15:00")

    asked = moves.reschedule(booking, start, by=user_of(client), now=NOW)

    request = MoveRequest.objects.get(booking=booking)
    assert (asked.starts_at, asked.status, request.starts_at, request.answer) == (
        at(TEN),
        Status.CONFIRMED,
        start,
        Answer.OPEN,
    )
    assert (notices.MOVE_REQUESTED, "planned") in messages(asked)
    moved = moves.approve_move(MoveRequest.objects.get(), by=booking.therapist.user, now=NOW)
    assert (moved.starts_at, moved.status) == (start, Status.CONFIRMED)


def test_declined_move_leaves_the_session_where_it_is_and_tells_the_client() -> None:
    booking, client = booked(approval="always")
    moves.reschedule(booking, at("2026-06-05 15:00"), by=user_of(client), now=NOW)

    kept = moves.decline_move(MoveRequest.objects.get(), by=booking.therapist.user, now=NOW)

    assert kept.starts_at == at(TEN)
    assert (notices.MOVE_DECLINED, "planned") in messages(kept)
    with pytest.raises(Conflict):
        moves.approve_move(MoveRequest.objects.get(), by=booking.therapist.user, now=NOW)


def test_unanswered_move_expires_and_the_session_stays() -> None:
    booking, client = booked(approval="always")
    moves.reschedule(booking, at("2026-06-05 15:00"), by=user_of(client), now=NOW)

    assert expiry.expire_due(NOW + dt.timedelta(hours=48)) == 1

    kept = Booking.objects.get(pk=booking.pk)
    assert (kept.starts_at, kept.status) == (at(TEN), Status.CONFIRMED)
    assert MoveRequest.objects.get().answer == Answer.WITHDRAWN


def test_therapist_proposes_other_times_and_the_client_takes_one() -> None:
    kind = make_session_type(approval="always")
    therapist = make_therapist_at_work(offers=[kind])
    client = make_client_with_account()
    asked = lifecycle.book(wish(client, kind), by=user_of(client), now=NOW)
    starts = [at("2026-06-05 15:00"), at("2026-06-08 11:00")]

    made = moves.propose(asked, starts, by=therapist.user, now=NOW)
    assert [each.starts_at for each in made] == starts
    assert (notices.PROPOSED, "planned") in messages(asked)

    chosen = Proposal.objects.select_related("booking").get(starts_at=starts[1])
    confirmed = moves.take_proposal(chosen, by=user_of(client), now=NOW)

    assert (confirmed.pk, confirmed.status, confirmed.starts_at) == (asked.pk, Status.CONFIRMED, starts[1])
    assert set(Proposal.objects.values_list("answer", flat=True)) == {Answer.TAKEN, Answer.WITHDRAWN}
    with pytest.raises(Conflict):
        moves.take_proposal(chosen, by=user_of(client), now=NOW)


def test_proposed_time_that_went_meanwhile_is_refused_and_the_request_stays() -> None:
    kind = make_session_type(approval="always")
    therapist = make_therapist_at_work(offers=[kind])
    client, other = make_client_with_account(), make_client_with_account()
    asked = lifecycle.book(wish(client, kind), by=user_of(client), now=NOW)
    moves.propose(asked, [at("2026-06-05 15:00")], by=therapist.user, now=NOW)
    lifecycle.book(wish(other, kind, "2026-06-05 15:00"), by=user_of(other), now=NOW)

    with pytest.raises(SlotTaken):
        moves.take_proposal(Proposal.objects.select_related("booking").get(), by=user_of(client), now=NOW)
    assert Proposal.objects.get().answer == Answer.OPEN


def test_time_that_has_passed_is_neither_proposed_nor_taken() -> None:
    kind = make_session_type(approval="always")
    therapist = make_therapist_at_work(offers=[kind])
    client = make_client_with_account()
    asked = lifecycle.book(wish(client, kind), by=user_of(client), now=NOW)

    with pytest.raises(NotOffered):
        moves.propose(asked, [at("2026-05-28 15:00")], by=therapist.user, now=NOW)

    moves.propose(asked, [at("2026-06-02 15:00")], by=therapist.user, now=NOW)
    with pytest.raises(NotOffered):
        moves.take_proposal(
            Proposal.objects.select_related("booking").get(), by=user_of(client), now=at("2026-06-02 15:01")
        )
    assert Proposal.objects.get().answer == Answer.OPEN


def test_nobody_moves_to_a_therapist_who_gives_no_sessions_any_more() -> None:
    booking, client = booked()
    left = make_therapist_at_work(offers=[booking.session_type], active=False)

    with pytest.raises(NotGiven):
        moves.reschedule(booking, at("2026-06-05 15:00"), by=user_of(client), now=NOW, therapist=left)


def test_moving_a_request_keeps_it_a_request() -> None:
    kind, _ = make_offer_of_one(approval="always")
    client = make_client_with_account()
    asked = lifecycle.book(wish(client, kind), by=user_of(client), now=NOW)

    moved = moves.reschedule(asked, at("2026-06-05 15:00"), by=user_of(client), now=NOW)

    assert (moved.status, moved.starts_at) == (Status.REQUESTED, at("2026-06-05 15:00"))


def test_started_or_past_booking_is_not_moved() -> None:
    booking, client = booked()

    with pytest.raises(Conflict):
        moves.reschedule(booking, at("2026-06-05 15:00"), by=user_of(client), now=at(TEN))


@pytest.mark.parametrize(("start", "is_here"), [("2026-06-04 15:00", True), ("2026-06-05 15:00", False)])
def test_who_was_checked_in_is_here_on_that_day_alone(start, is_here) -> None:
    kind = make_session_type()
    therapist = make_therapist_at_work(offers=[kind])
    booking = make_booking(session_type=kind, therapist=therapist, starts_at=at(TEN))
    now = booking.starts_at - dt.timedelta(minutes=10)
    visits.check_in(booking, by=therapist.user, now=now, identity_seen=True)
    why = {"override": True, "why": "The client would rather come then."}
    moved = moves.reschedule(booking, at(start), by=therapist.user, now=now, via=Way.STAFF, **why)
    moved.refresh_from_db()
    assert (moved.checked_in_at is not None) is is_here


def test_late_moves_cost_once_each_and_never_more_than_the_price_in_all() -> None:
    booking, client = booked()
    fees = []
    for hours in range(1, 4):
        with_fee = {"by": user_of(client), "now": at("2026-06-03 20:00")}
        start = at("2026-06-04 10:00") + dt.timedelta(hours=hours)
        try:
            moves.reschedule(booking, start, **with_fee)
        except Late as refusal:
            fees.append(refusal.fee)
            moves.reschedule(booking, start, **with_fee, accept_late=True)
    booking.refresh_from_db()
    assert (fees, booking.late_fee) == ([Decimal("35.00"), Decimal("35.00")], booking.price)


def test_late_move_that_is_approved_adds_no_more_than_is_left_to_the_price() -> None:
    booking, client = booked(approval="always")
    Booking.objects.filter(pk=booking.pk).update(is_late=True, late_fee=Decimal("50.00"))
    booking.refresh_from_db()
    now = at("2026-06-04 08:00")

    with pytest.raises(Late) as refusal:
        moves.reschedule(booking, at("2026-06-05 15:00"), by=user_of(client), now=now)
    moves.reschedule(booking, at("2026-06-05 15:00"), by=user_of(client), now=now, accept_late=True)
    moved = moves.approve_move(MoveRequest.objects.get(), by=booking.therapist.user, now=now)

    assert (refusal.value.fee, moved.late_fee) == (Decimal("20.00"), Decimal("70.00"))
