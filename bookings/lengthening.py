"""Giving a booking another length of its session type, from the same start.

A verb of a booking's life like those of `lifecycle` and `moves`; both guards hold as for a move.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from accounts.models import User
from bookings import changes, moves, placing
from bookings.availability import Reason
from bookings.changes import Act
from bookings.errors import Conflict, NotGiven, ReasonNeeded
from bookings.models import Booking, Length, OfferPrice, Status, Therapist, Way
from bookings.placing import JUDGED_AT_THE_HOLD, POLICY, taking_time
from practice.models import Practice

ABOUT_THE_START = JUDGED_AT_THE_HOLD | {Reason.OFF_GRID}
"""What says nothing about a booking that keeps its start."""


@taking_time
def lengthen(
    booking: Booking, minutes: int, *, by: User, now: dt.datetime, override: bool = False, why: str = ""
) -> Booking:
    """Gives a booking another length of its session type, from the same start; its price becomes that length's, the other
    terms stay as agreed, and fees that it owes come to no more than that price. Raises Conflict, NotGiven, SlotTaken,
    NotOffered, ReasonNeeded."""
    if booking.status not in (Status.CONFIRMED, Status.REQUESTED) or booking.started_at or booking.starts_at <= now:
        raise Conflict
    if override and not why.strip():
        raise ReasonNeeded
    act, practice = Act(by, now, Way.STAFF, why), Practice.objects.current()
    length = _length_of(booking, minutes)
    moves.check_ready(booking, act, practice)
    start, ignoring = booking.starts_at, POLICY if override else ABOUT_THE_START
    rooms = placing.first_in(booking.room)
    place = moves.find_place(
        booking, start, booking.therapist, practice, by, now, ignoring, rooms=rooms, minutes=length.minutes
    )
    price = price_with(booking.therapist, length)
    details: dict[str, list[Any]] = {
        "minutes": [booking.minutes, length.minutes],
        "price": [str(booking.price), str(price)],
    }
    fee = min(booking.late_fee, price)
    if fee != booking.late_fee:
        details["late_fee"] = [str(booking.late_fee), str(fee)]
    changed = changes.change(
        booking,
        booking.status,
        "length_changed",
        act,
        details=details | moves.room_change(booking, place) | (changes.overridden(place) if override else {}),
        minutes=length.minutes,
        price=price,
        late_fee=fee,
        room=place.room,
        **placing.times(booking.session_type, length.minutes, start),
    )
    moves.announce_place(changed, practice, act)
    return changed


def _length_of(booking: Booking, minutes: int) -> Length:
    """Raises NotGiven with the two lengths nearest to it."""
    offered = {length.minutes: length for length in Length.objects.filter(session_type=booking.session_type)}
    if minutes in offered and minutes != booking.minutes:
        return offered[minutes]
    nearest = sorted(sorted(offered.keys() - {booking.minutes}, key=lambda each: abs(each - minutes))[:2])
    if not nearest:
        raise NotGiven("minutes", f"“{booking.session_type}” is given in one length alone.")
    said = " or ".join(str(each) for each in nearest)
    raise NotGiven("minutes", f"“{booking.session_type}” can last {said} minutes instead, not {minutes}.")


def price_with(therapist: Therapist, length: Length) -> Decimal:
    """The therapist's own price for it, where there is one."""
    own = OfferPrice.objects.filter(offer__therapist=therapist, length=length).values_list("price", flat=True).first()
    return length.price if own is None else own
