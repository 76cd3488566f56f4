"""A client is in one place at a time: whether another session of theirs meets a time that is wanted. Only reads.

Staff may set it aside with a reason, since two therapists can work together. A hold counts for nothing here: of several
times that a client keeps while they choose, they book one.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import QuerySet

from accounts.models import User
from bookings.errors import Elsewhere
from bookings.models import LONGEST_BUSY, Booking, Status
from clients.models import Client
from practice import words
from practice.models import Practice

STANDING = (Status.REQUESTED, Status.CONFIRMED)

# Goes on after what is asked of a client anyway: see `clients.facts`.
WITH_FACTS = f"""
UNION ALL SELECT DISTINCT 'elsewhere', '', '', CAST(NULL AS integer), CAST(NULL AS date) FROM bookings_booking b
  WHERE b.client_id BETWEEN %(client)s AND %(client)s AND b.status IN ({", ".join(f"'{each}'" for each in STANDING)})
  AND b.starts_at < %(ends_at)s AND b.ends_at > %(starts_at)s AND b.id <> %(itself)s
"""


class Then(NamedTuple):
    """The time that is wanted, and the key of the booking that is to have it, if that is there already."""

    starts_at: dt.datetime
    ends_at: dt.datetime
    itself: int = 0

    @classmethod
    def lasting(cls, minutes: int, starts_at: dt.datetime, itself: int = 0) -> Then:
        return cls(starts_at, starts_at + dt.timedelta(minutes=minutes), itself)

    def values(self) -> dict[str, Any]:
        """As the database keeps them."""
        adapt = connection.ops.adapt_datetimefield_value
        return {"starts_at": adapt(self.starts_at), "ends_at": adapt(self.ends_at), "itself": self.itself}


def sessions(client: Client, then: Then) -> QuerySet[Booking]:
    """Those of this client that meet it."""
    return _meeting(then).filter(client=client)


def _meeting(then: Then) -> QuerySet[Booking]:
    standing = Booking.objects.filter(status__in=STANDING).exclude(pk=then.itself).select_related("client", "therapist")
    since = then.starts_at - LONGEST_BUSY  # for the indexes by start
    return standing.filter(starts_at__gt=since, starts_at__lt=then.ends_at, ends_at__gt=then.starts_at)


def refuse(client: Client, then: Then, *, by: User | None, practice: Practice) -> None:
    """Raises Elsewhere with the session that is there, in words for whoever asks. For who has locked the client."""
    if met := sessions(client, then).first():
        raise Elsewhere(said(met, by=by, practice=practice))


def refuse_twin(booking: Booking, *, by: User, practice: Practice) -> None:
    """For what is sent twice: raises Elsewhere where somebody of that name and birthday, written down once more or not, has
    another session then. Asked once it is booked, so that of two at one moment the second sees the first."""
    then = Then(booking.starts_at, booking.ends_at, booking.pk)
    alike = {"client__name__iexact": booking.client.name, "client__date_of_birth": booking.client.date_of_birth}
    if met := _meeting(then).filter(**alike).first():
        raise Elsewhere(said(met, by=by, practice=practice))


def said(met: Booking, *, by: User | None, practice: Practice) -> str:
    hours = f"{words.moment(met.starts_at, practice.zone)} to {words.time(met.ends_at, practice.zone)}"
    if by is None or not by.is_staff:
        return f"You have a session at that time already: {hours}. Please choose another time, or move that one first."
    return f"{met.client} has a session at that time already: {hours} with {met.therapist}."
