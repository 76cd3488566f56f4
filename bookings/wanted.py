"""Whether a message about a booking is still wanted, as the booking and its client stand when it is about to go out. Only
reads."""

from __future__ import annotations

import datetime as dt

from bookings import journey, kinds
from bookings.models import Booking, Status
from clients import reach
from outbox.models import Message
from outbox.registry import NotWanted
from practice import walltime
from practice.models import Practice

WHILE: dict[str, tuple[str, ...]] = {
    kinds.CONFIRMED: (Status.CONFIRMED,),
    kinds.APPROVED: (Status.CONFIRMED,),
    kinds.MOVED: (Status.CONFIRMED,),
    kinds.LENGTH_CHANGED: (Status.CONFIRMED,),
    kinds.REMINDER: (Status.CONFIRMED,),
    kinds.PREPARATION: (Status.CONFIRMED,),
    kinds.FORMS_MISSING: (Status.CONFIRMED,),
    kinds.AFTERCARE: (Status.COMPLETED,),
    kinds.REQUESTED: (Status.REQUESTED,),
    kinds.PROPOSED: (Status.REQUESTED,),
    kinds.WAITING: (Status.REQUESTED,),
    kinds.TO_ANSWER: (Status.REQUESTED, Status.CONFIRMED),
    kinds.TO_LOOK_AT: (Status.REQUESTED,),
    kinds.MOVE_REQUESTED: (Status.CONFIRMED,),
    kinds.MOVE_DECLINED: (Status.CONFIRMED,),
    kinds.DECLINED: (Status.DECLINED,),
    kinds.CANCELLED: (Status.CANCELLED,),
    kinds.EXPIRED: (Status.EXPIRED,),
    kinds.NOT_ANSWERED: (Status.EXPIRED, Status.CONFIRMED),
}
OF_ANY_VERSION = frozenset({kinds.AFTERCARE, kinds.FORMS_MISSING})
AHEAD = frozenset({kinds.REMINDER, kinds.PREPARATION, kinds.FORMS_MISSING})

NOTHING_LEFT = "Nothing is left to fill in."


def is_wanted(message: Message, booking: Booking, now: dt.datetime) -> bool:
    """The booking is still as the message tells it: the same version, in a state that it speaks of. Raises NotWanted where
    the client wants no such message."""
    if booking.status not in WHILE[message.kind]:
        return False
    if message.kind not in OF_ANY_VERSION and booking.version != message.version:
        return False
    if message.kind in AHEAD and (booking.starts_at <= now or booking.checked_in_at is not None):
        return False
    if message.kind in kinds.TO_THERAPIST:
        return True
    reach.require_wanted(booking.client, kinds.group_of(message.kind), message, now)
    if message.kind == kinds.FORMS_MISSING:
        _require_missing(booking, now)
    return True


def _require_missing(booking: Booking, now: dt.datetime) -> None:
    today = walltime.local_date(now, Practice.objects.current().zone)
    if not journey.to_fill_in(booking.client, booking.session_type, today):
        raise NotWanted(NOTHING_LEFT)
