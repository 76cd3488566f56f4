"""Taking the last change of a booking back while nobody outside has heard of it: a move, another length, a new booking,
a cancelling.

A verb of a booking's life like those of `lifecycle`. The message that would have told of the change is taken back with it.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.db.models import Q

from accounts.models import User
from bookings import changes, kinds, lifecycle, moves, notices, placing
from bookings.changes import Act
from bookings.errors import Conflict
from bookings.models import Answer, Booking, BookingChange, MoveRequest, Room, Status, Therapist, Way
from bookings.placing import POLICY, taking_time
from outbox.models import Message, State
from practice import walltime
from practice.models import Practice

PUT_BACK = frozenset({"moved", "room_changed", "length_changed"})
UNDOABLE = PUT_BACK | {"booked", "cancelled"}
TURNED = ("therapist", "room", "minutes", "price", "late_fee")
"""What a line of history has as it was and as it became."""


def last_change(booking: Booking) -> BookingChange | None:
    return booking.changes.order_by("-pk").first()


def undo(booking: Booking, *, by: User, now: dt.datetime) -> Booking:
    """Takes back what `by` did last with it. Raises Conflict where somebody else did something since or its message has
    gone out, SlotTaken where the time it had is taken by now, and what the verbs raise."""
    last = last_change(booking)
    if last is None or last.what not in UNDOABLE or last.by_id != by.pk:
        raise Conflict
    if last.what == "cancelled":
        return lifecycle.undo_cancel(booking, by=by, now=now)
    if not is_unheard(booking, last.at, now):
        raise Conflict(
            "The client has been told already, so it cannot be undone unseen. Please change it once more instead."
        )
    if last.what == "booked":
        return lifecycle.cancel(booking, by=by, now=now, via=Way.STAFF, why="Undone just after it was booked.")
    return _put_back(booking, last, by=by, now=now)


def may_undo(booking: Booking, user: User, now: dt.datetime) -> bool:
    """Whether this user can still take back, unseen, what they did last with it."""
    last = last_change(booking)
    if last is None or last.what not in UNDOABLE or last.by_id != user.pk:
        return False
    return last.what != "cancelled" and is_unheard(booking, last.at, now)


def is_unheard(booking: Booking, changed_at: dt.datetime, now: dt.datetime) -> bool:
    """Whether the message about its last change has not gone out; one being sent counts as gone. Where there is none to
    go, for as long as one would have waited."""
    about = Message.objects.filter(about=notices.about(booking), version=booking.version, kind__in=kinds.STANDING)
    if about.filter(Q(sent_at__isnull=False) | Q(state=State.SENDING)).exists():
        return False
    if about.filter(state__in=(State.PLANNED, State.RETRYING)).exists():
        return True
    return now < changed_at + notices.grace()


@taking_time
def _put_back(booking: Booking, last: BookingChange, *, by: User, now: dt.datetime) -> Booking:
    said = last.details
    start = dt.datetime.fromisoformat(said["from"]) if "from" in said else booking.starts_at
    if booking.started_at or start <= now:
        raise Conflict("The time it had has passed by now.")
    therapist = Therapist.objects.get(slug=said["therapist"][0]) if "therapist" in said else booking.therapist
    room = Room.objects.filter(slug=said["room"][0]).first() if "room" in said else booking.room
    minutes = int(said["minutes"][0]) if "minutes" in said else booking.minutes
    practice = Practice.objects.current()
    place = moves.find_place(
        booking, start, therapist, practice, by, now, POLICY, rooms=placing.first_in(room), minutes=minutes
    )
    changed = changes.change(
        booking,
        booking.status,
        "move_undone",
        Act(by, now, Way.STAFF),
        details={name: _turned(said, name) for name in TURNED if name in said}
        | ({"from": said["to"], "to": said["from"]} if "from" in said else {})
        | _ask_again(booking, said, now),
        therapist=place.therapist,
        room=place.room,
        minutes=minutes,
        price=Decimal(said["price"][0]) if "price" in said else booking.price,
        late_fee=Decimal(said["late_fee"][0]) if "late_fee" in said else booking.late_fee,
        session_on=walltime.local_date(start, practice.zone),
        answer_by_at=changes.answer_by(booking.status, start, practice, now),
        **placing.times(booking.session_type, minutes, start),
    )
    notices.announce(changed, *_kinds(changed), practice=practice, now=now)
    return changed


def _ask_again(booking: Booking, said: dict[str, Any], now: dt.datetime) -> dict[str, Any]:
    """What the client had asked for waits again, unless the time to answer it is over."""
    if "in_place_of" not in said:
        return {}
    asked = dt.datetime.fromisoformat(said["in_place_of"])
    withdrawn = MoveRequest.objects.filter(booking=booking, answer=Answer.WITHDRAWN, starts_at=asked)
    wish = withdrawn.filter(answer_by_at__gt=now).order_by("-pk").first()
    if wish is None:
        return {}
    MoveRequest.objects.filter(pk=wish.pk).update(answer=Answer.OPEN)
    return {"asked_for": said["in_place_of"]}


def _turned(said: dict[str, Any], name: str) -> list[Any]:
    return list(reversed(said[name]))


def _kinds(booking: Booking) -> list[str]:
    return [kinds.MOVED] if booking.status == Status.CONFIRMED else [kinds.REQUESTED]
