"""What the desk does in one go: a booking for somebody who is written down at the same moment.

Both are kept, or neither; the rules are those of `records` and `lifecycle`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass

from django.db import transaction

from accounts.models import User
from bookings import elsewhere, lifecycle
from bookings.models import Booking, Length, Room, Therapist, Way
from bookings.placing import Wish
from bookings.walkin import Newcomer
from clients import records
from clients.models import Client
from practice.models import Practice


@dataclass(frozen=True, slots=True)
class Place:
    """What is to be booked, and where; no therapist or room means any."""

    length: Length
    starts_at: dt.datetime
    therapist: Therapist | None = None
    room: Room | None = None


@transaction.atomic
def book(
    who: Client | Newcomer, place: Place, *, by: User, now: dt.datetime, override: bool = False, why: str = ""
) -> Booking:
    """Raises what `lifecycle.book` raises; a newcomer is then not written down either, nor one who is written down twice."""
    client = records.enter(**asdict(who), now=now) if isinstance(who, Newcomer) else who
    wish = Wish(client, place.length, place.starts_at, place.therapist, room=place.room)
    made = lifecycle.book(wish, by=by, now=now, via=Way.STAFF, override=override, why=why)
    if isinstance(who, Newcomer):
        elsewhere.refuse_twin(made, by=by, practice=Practice.objects.current())
    return made
