"""Refusing as a recorded act: a request is declined, a booking cancelled, a running session ended; never a silent deletion.

The client reads the neutral reply; the ground and the therapist's own words stay sealed with the practice.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from accounts.models import User
from bookings import breaking, lifecycle
from bookings.models import Booking, Status
from care import conversations
from care.errors import NoFeeForThis, NotToRefuse, ReplyNeeded
from care.models import Ending, Ground, Refusal
from vault import ledger

FREE = frozenset({Ground.HEALTH, Ground.NOT_READY})
"""Grounds that never cost a client anything."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The ground, what the client is told, the therapist's own words, and whether the fee comes due."""

    ground: str
    reply: str
    words: str = ""
    has_fee: bool = False


@transaction.atomic
def refuse(booking: Booking, refused: Refused, *, by: User, now: dt.datetime) -> Refusal:
    """Raises NotToRefuse, NoFeeForThis, ReplyNeeded, and what the verbs of the booking raise."""
    if not refused.reply.strip():
        raise ReplyNeeded
    if refused.has_fee and refused.ground in FREE:
        raise NoFeeForThis
    ending = ending_of(booking)
    if ending == Ending.DECLINED:
        lifecycle.decline(booking, by=by, now=now)
    else:
        breaking.break_off(booking, by=by, now=now, has_fee=refused.has_fee)
    reply = refused.reply.strip()
    conversations.say_last_word(booking.client, booking.therapist, reply, by=by, now=now)
    made = Refusal.objects.create(
        booking=booking,
        ending=ending,
        ground=refused.ground,
        words=refused.words.strip(),
        reply=reply,
        has_fee=refused.has_fee and ending != Ending.DECLINED,
        at=now,
        by=by,
    )
    ledger.append(
        "refusal.recorded",
        actor_id=by.pk,
        subject=booking.client.vault_subject(),
        object=f"care.refusal:{made.pk}",
        details={"booking": booking.pk, "ending": str(ending)},
        now=now,
    )
    return made


def ending_of(booking: Booking) -> Ending:
    """What refusing means for a booking as it stands. Raises NotToRefuse."""
    if booking.status == Status.REQUESTED:
        return Ending.DECLINED
    if booking.status != Status.CONFIRMED or booking.ended_at:
        raise NotToRefuse
    return Ending.ENDED if booking.started_at else Ending.CANCELLED
