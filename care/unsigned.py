"""Which sessions still wait for a signed note, and since when. Only reads."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from accounts.models import Role, User
from bookings.models import Booking, Status
from care.models import NoteState

LATE_AFTER = dt.timedelta(hours=24)
"""After a session's end: from then on a note is a late entry, and one that is not signed is reminded of."""


def ended_at(booking: Booking) -> dt.datetime:
    return booking.ended_at or booking.ends_at


def waiting(user: User, now: dt.datetime) -> QuerySet[Booking]:
    """Sessions that took place and whose note is not signed, the oldest first: a therapist's own, for the owner all. What a
    practice file brought in from before (without the moment of its end) asks for none, unless a draft was begun."""
    found = Booking.objects.filter(status=Status.COMPLETED).exclude(note__state=NoteState.SIGNED)
    found = found.filter(Q(ended_at__isnull=False) | Q(note__isnull=False)).annotate(
        over_at=Coalesce("ended_at", "ends_at")
    )
    found = found.filter(over_at__lte=now).order_by("over_at", "pk")
    found = found.select_related("client", "therapist__user", "session_type", "note")
    return found.worked_by(user) if user.role in (Role.OWNER, Role.THERAPIST) else found.none()


def overdue(user: User, now: dt.datetime) -> QuerySet[Booking]:
    """Of these the therapist's own whose session ended more than a day ago."""
    return waiting(user, now - LATE_AFTER).filter(therapist__user_id=user.pk)
