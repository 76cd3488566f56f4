"""What staff did last is taken back while nobody outside has heard of it."""

from __future__ import annotations

import datetime as dt

import pytest

from accounts.models import User
from bookings import lengthening, lifecycle, moves, notices, undoing
from bookings.errors import Conflict, SlotTaken
from bookings.models import Answer, Booking, MoveRequest, SessionType, Status, Way
from bookings.placing import Wish
from bookings.tests.factories import (
    NOW,
    at,
    make_booking,
    make_offer,
    make_room,
    make_session_type,
    make_therapist_at_work,
)
from bookings.tests.test_lifecycle import TEN, messages
from clients.models import Client
from clients.tests.factories import make_client_with_account
from outbox.models import Message, State

pytestmark = pytest.mark.django_db
FRIDAY = "2026-06-05 15:00"


def hour(client: Client, kind: SessionType, start: str = TEN) -> Wish:
    return Wish(client, kind.lengths.select_related("session_type").get(minutes=60), at(start))


def booked() -> tuple[Booking, User]:
    kind, therapist = make_session_type(lengths={60: "70.00", 90: "95.00"}), make_therapist_at_work()
    make_offer(therapist, kind)
    return lifecycle.book(hour(make_client_with_account(), kind, TEN), by=therapist.user, now=NOW), therapist.user


def told(booking: Booking) -> None:
    """All that was planned for now has gone out."""
    Message.objects.filter(about=notices.about(booking), kind__in=notices.STANDING, state=State.PLANNED).update(
        state=State.SENT, sent_at=NOW
    )


def standing(booking: Booking) -> list[str]:
    """What the client is still to hear of how it stands."""
    return [kind for kind, state in messages(booking) if kind in notices.STANDING and state == State.PLANNED]


def test_booking_that_was_just_made_is_taken_back_without_a_word() -> None:
    booking, therapist = booked()
    assert undoing.undo(booking, by=therapist, now=NOW).status == Status.CANCELLED
    assert standing(booking) == []


def test_move_that_nobody_heard_of_is_taken_back_without_a_word() -> None:
    booking, therapist = booked()
    told(booking)
    moves.reschedule(booking, at(FRIDAY), by=therapist, now=NOW, via=Way.STAFF)
    assert standing(booking) == [notices.MOVED]

    back = undoing.undo(booking, by=therapist, now=NOW)

    assert (back.starts_at, back.session_on, standing(booking)) == (at(TEN), dt.date(2026, 6, 4), [])


def wished(booking: Booking) -> MoveRequest:
    """The client asked for Saturday, and has been told that this waits."""
    SessionType.objects.update(approval="always")
    booking = Booking.objects.select_related("client__user", "session_type", "therapist").get(pk=booking.pk)
    moves.reschedule(booking, at("2026-06-06 15:00"), by=booking.client.user, now=NOW)
    told(booking)
    return MoveRequest.objects.get()


def test_wish_for_another_time_that_a_move_withdrew_waits_again_when_the_move_is_undone() -> None:
    booking, therapist = booked()
    told(booking)
    wish = wished(booking)
    booking.refresh_from_db()
    moves.reschedule(booking, at(FRIDAY), by=therapist, now=NOW, via=Way.STAFF)
    wish.refresh_from_db()
    assert wish.answer == Answer.WITHDRAWN

    undoing.undo(booking, by=therapist, now=NOW)

    wish.refresh_from_db()
    assert (wish.answer, standing(booking)) == (Answer.OPEN, [])
    assert moves.approve_move(wish, by=therapist, now=NOW).starts_at == at("2026-06-06 15:00")


def test_wish_whose_time_to_be_answered_is_over_stays_withdrawn() -> None:
    booking, therapist = booked()
    told(booking)
    wish = wished(booking)
    booking.refresh_from_db()
    moves.reschedule(booking, at(FRIDAY), by=therapist, now=NOW, via=Way.STAFF)
    MoveRequest.objects.update(answer_by_at=NOW)
    undoing.undo(booking, by=therapist, now=NOW)
    wish.refresh_from_db()
    assert (wish.answer, standing(booking)) == (Answer.WITHDRAWN, [notices.MOVE_DECLINED])


def test_therapist_room_length_and_price_come_back_too() -> None:
    rooms = [make_room(), make_room()]
    kind = make_session_type(lengths={60: "70.00", 90: "95.00"}, rooms=rooms)
    mara, jonas = make_therapist_at_work(offers=[kind]), make_therapist_at_work(offers=[kind])
    booking = make_booking(session_type=kind, therapist=mara, room=rooms[1], starts_at=at(TEN))
    as_it_was = (mara, rooms[1], 60, booking.price)

    moves.reschedule(booking, at(TEN), by=mara.user, now=NOW, therapist=jonas, room=rooms[0], via=Way.STAFF)
    moved = undoing.undo(booking, by=mara.user, now=NOW)
    assert (moved.therapist, moved.room, moved.minutes, moved.price) == as_it_was

    moves.reschedule(booking, at(TEN), by=mara.user, now=NOW, room=rooms[0], via=Way.STAFF)
    in_its_room = undoing.undo(booking, by=mara.user, now=NOW)
    assert (in_its_room.therapist, in_its_room.room, in_its_room.minutes, in_its_room.price) == as_it_was

    lengthening.lengthen(booking, 90, by=mara.user, now=NOW)
    shorter = undoing.undo(booking, by=mara.user, now=NOW)
    assert (shorter.therapist, shorter.room, shorter.minutes, shorter.price) == as_it_was
    assert shorter.ends_at == at("2026-06-04 11:00")


def test_cancelling_is_taken_back() -> None:
    booking, therapist = booked()
    lifecycle.cancel(booking, by=therapist, now=NOW, via=Way.STAFF)
    assert undoing.undo(booking, by=therapist, now=NOW).status == Status.CONFIRMED


def test_what_the_client_was_told_stays() -> None:
    booking, therapist = booked()
    told(booking)
    with pytest.raises(Conflict, match="has been told already"):
        undoing.undo(booking, by=therapist, now=NOW)
    assert Booking.objects.get().status == Status.CONFIRMED


def test_change_without_a_message_can_be_taken_back_as_long_as_one_would_have_waited() -> None:
    booking, therapist = booked()
    booking = make_booking(session_type=booking.session_type, therapist=booking.therapist, starts_at=at(FRIDAY))
    Message.objects.all().delete()
    moves.reschedule(booking, at("2026-06-05 16:00"), by=therapist, now=NOW, via=Way.STAFF)
    Message.objects.all().delete()
    with pytest.raises(Conflict):
        undoing.undo(booking, by=therapist, now=NOW + notices.grace())
    assert undoing.undo(booking, by=therapist, now=NOW).starts_at == at(FRIDAY)


def test_what_somebody_else_did_is_not_mine_to_undo() -> None:
    booking, therapist = booked()
    moves.reschedule(booking, at(FRIDAY), by=booking.client.user, now=NOW)
    with pytest.raises(Conflict):
        undoing.undo(booking, by=therapist, now=NOW)


def test_time_that_was_taken_meanwhile_is_not_taken_back() -> None:
    booking, therapist = booked()
    moves.reschedule(booking, at(FRIDAY), by=therapist, now=NOW, via=Way.STAFF)
    lifecycle.book(hour(make_client_with_account(), booking.session_type, TEN), by=therapist, now=NOW)
    with pytest.raises(SlotTaken):
        undoing.undo(booking, by=therapist, now=NOW)
    assert Booking.objects.get(pk=booking.pk).starts_at == at(FRIDAY)


def test_undoing_is_itself_not_undone() -> None:
    booking, therapist = booked()
    moves.reschedule(booking, at(FRIDAY), by=therapist, now=NOW, via=Way.STAFF)
    undoing.undo(booking, by=therapist, now=NOW)
    with pytest.raises(Conflict):
        undoing.undo(booking, by=therapist, now=NOW)
