"""Another length of the same session: its price, its history, its message, and every reason why not."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from accounts.models import User
from bookings import lengthening, lifecycle, notices, undoing
from bookings.errors import Conflict, NotGiven, NotOffered, ReasonNeeded, SlotTaken
from bookings.messages import say
from bookings.models import Booking, BookingChange, SessionType
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
LENGTHS = {60: "70.00", 90: "95.00", 120: "120.00"}


def hour(client: Client, kind: SessionType, start: str = TEN) -> Wish:
    return Wish(client, kind.lengths.select_related("session_type").get(minutes=60), at(start))


def booked(start: str = TEN, **offer: object) -> tuple[Booking, User]:
    """Sixty minutes that the practice entered, of a session that can also last 90 or 120."""
    kind, therapist = make_session_type(lengths=LENGTHS), make_therapist_at_work()
    make_offer(therapist, kind, **offer)
    client = make_client_with_account()
    return lifecycle.book(hour(client, kind, start), by=therapist.user, now=NOW), therapist.user


def test_longer_booking_keeps_its_start_and_gets_that_lengths_price() -> None:
    booking, therapist = booked()

    lengthening.lengthen(booking, 90, by=therapist, now=NOW)

    kept = Booking.objects.get()
    assert (kept.starts_at, kept.ends_at, kept.minutes, kept.price) == (
        at(TEN),
        at("2026-06-04 11:30"),
        90,
        Decimal("95.00"),
    )
    change = BookingChange.objects.latest("pk")
    assert (change.what, change.details) == ("length_changed", {"minutes": [60, 90], "price": ["70.00", "95.00"]})


def test_shorter_booking_frees_the_end_of_its_time() -> None:
    booking, therapist = booked()
    longer = lengthening.lengthen(booking, 120, by=therapist, now=NOW)

    lengthening.lengthen(longer, 60, by=therapist, now=NOW)

    again = hour(make_client_with_account(), booking.session_type, "2026-06-04 11:00")
    assert lifecycle.book(again, by=therapist, now=NOW).starts_at == at("2026-06-04 11:00")


def test_fees_come_to_no_more_than_the_price_of_a_shorter_session_and_come_back_with_it() -> None:
    booking, therapist = booked()
    lengthening.lengthen(booking, 120, by=therapist, now=NOW)
    Booking.objects.update(late_fee="90.00", is_late=True)
    booking.refresh_from_db()

    shorter = lengthening.lengthen(booking, 60, by=therapist, now=NOW)
    assert (shorter.price, shorter.late_fee) == (Decimal("70.00"), Decimal("70.00"))
    assert BookingChange.objects.latest("pk").details["late_fee"] == ["90.00", "70.00"]

    back = undoing.undo(shorter, by=therapist, now=NOW)
    assert (back.price, back.late_fee) == (Decimal("120.00"), Decimal("90.00"))


def test_the_therapists_own_price_counts() -> None:
    booking, therapist = booked(prices={90: "99.00"})
    assert lengthening.lengthen(booking, 90, by=therapist, now=NOW).price == Decimal("99.00")


def test_client_who_knows_of_the_booking_is_told_what_changed() -> None:
    booking, therapist = booked()
    Message.objects.filter(kind=notices.CONFIRMED).update(state=State.SENT, sent_at=NOW)

    changed = lengthening.lengthen(booking, 90, by=therapist, now=NOW)

    assert [kind for kind, state in messages(changed) if kind in notices.STANDING and state == "planned"] == [
        notices.LENGTH_CHANGED
    ]
    letter = say(Message.objects.get(kind=notices.LENGTH_CHANGED), NOW)
    assert letter.subject == "Now 90 minutes: Thursday 4 June 2026, 10:00"
    assert "The length of your session has changed: it now takes 90 minutes, until 11:30." in letter.text
    assert "moved" not in letter.text and "The price is £95." in letter.text


def test_length_that_is_not_offered_is_refused_with_the_two_nearest() -> None:
    booking, therapist = booked()
    with pytest.raises(NotGiven, match="can last 90 or 120 minutes instead, not 100"):
        lengthening.lengthen(booking, 100, by=therapist, now=NOW)


def test_the_length_it_has_is_no_change() -> None:
    booking, therapist = booked()
    with pytest.raises(NotGiven, match="can last 90 or 120 minutes instead, not 60"):
        lengthening.lengthen(booking, 60, by=therapist, now=NOW)


def test_time_of_the_next_booking_is_never_taken_even_with_a_reason() -> None:
    booking, therapist = booked()
    make_booking(therapist=booking.therapist, starts_at=at("2026-06-04 11:00"))
    with pytest.raises(SlotTaken):
        lengthening.lengthen(booking, 90, by=therapist, now=NOW, override=True, why="They asked")
    assert Booking.objects.get(pk=booking.pk).minutes == 60


def test_end_outside_the_hours_asks_for_a_reason_that_is_kept() -> None:
    booking, therapist = booked("2026-06-04 17:00")
    with pytest.raises(NotOffered):
        lengthening.lengthen(booking, 90, by=therapist, now=NOW)
    with pytest.raises(ReasonNeeded):
        lengthening.lengthen(booking, 90, by=therapist, now=NOW, override=True)

    lengthening.lengthen(booking, 90, by=therapist, now=NOW, override=True, why="They asked")

    change = BookingChange.objects.latest("pk")
    assert (change.why, change.details["overridden"]) == ("They asked", ["outside_hours"])


def test_booking_stays_in_its_room_where_that_is_free() -> None:
    first, second = make_room(), make_room()
    kind, therapist = make_session_type(lengths=LENGTHS, rooms=[first, second]), make_therapist_at_work()
    make_offer(therapist, kind)
    booking = make_booking(session_type=kind, therapist=therapist, room=second, starts_at=at(TEN))
    assert lengthening.lengthen(booking, 90, by=therapist.user, now=NOW).room == second


def test_session_that_has_begun_and_an_old_reading_are_refused() -> None:
    booking, therapist = booked()
    old = Booking.objects.get()
    lengthening.lengthen(booking, 90, by=therapist, now=NOW)
    with pytest.raises(Conflict):
        lengthening.lengthen(old, 120, by=therapist, now=NOW)
    with pytest.raises(Conflict):
        lengthening.lengthen(Booking.objects.get(), 60, by=therapist, now=at(TEN) + dt.timedelta(minutes=1))
