"""Keeps who treats whom: a therapist treats a client while a request, a booking or a session between them stands.

The writer of care relations. The verbs call `keep` in the transaction of the change it follows from.
"""

from __future__ import annotations

import datetime as dt

from django.db.models import Exists, OuterRef, Q, QuerySet

from bookings.models import Booking, Status
from clients.models import CareRelation
from practice.prepared import insert_unless_there

TREATED = (Status.REQUESTED, Status.CONFIRMED, Status.COMPLETED, Status.NO_SHOW)


def keep(booking: Booking, now: dt.datetime) -> None:
    """After a booking came into another state, or to another therapist."""
    user_id = booking.therapist.user_id
    if booking.status in TREATED and user_id:
        insert_unless_there(CareRelation(client_id=booking.client_id, user_id=user_id, since=now))


def let_go(client_id: int, now: dt.datetime) -> None:
    """Ends what nothing of this client's rests on any more."""
    _resting_on_nothing().filter(client_id=client_id).update(until=now)


def settle(now: dt.datetime) -> None:
    """All at once, after many bookings came in or a therapist got an account."""
    pairs = Booking.objects.filter(status__in=TREATED, therapist__user__isnull=False)
    known = CareRelation.objects.filter(client=OuterRef("client"), user=OuterRef("therapist__user"), until=None)
    new = pairs.exclude(Exists(known)).order_by().values_list("client_id", "therapist__user_id").distinct()
    _open(list(new), now)
    _resting_on_nothing().update(until=now)


def _open(pairs: list[tuple[int, int]], now: dt.datetime) -> None:
    """The database keeps one open relation for each pair; one that is there stays as it is."""
    rows = [CareRelation(client_id=client, user_id=user, since=now) for client, user in pairs]
    CareRelation.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)


def _resting_on_nothing() -> QuerySet[CareRelation]:
    met = Q(status__in=TREATED) | Q(started_at__isnull=False)  # a session that was broken off was one all the same
    standing = Booking.objects.filter(met, client=OuterRef("client"), therapist__user=OuterRef("user"))
    return CareRelation.objects.filter(~Exists(standing), until=None)
