"""Which clients a report on care is about: those whose care its reader answers for. Only reads."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet

from bookings.models import Booking, Status
from clients import permissions
from clients.models import Client
from reports.asking import Asked

STANDS = (Status.REQUESTED, Status.CONFIRMED, Status.COMPLETED, Status.NO_SHOW)


def clients(asked: Asked) -> QuerySet[Client]:
    """Narrowed by therapist, those with a booking with them that stands or stood; the front desk none. In no order."""
    found = permissions.in_care_of(asked.by).order_by()
    if not asked.filters.therapists:
        return found
    wanted = [each.pk for each in asked.filters.therapists]
    met = Booking.objects.filter(client=OuterRef("pk"), therapist__in=wanted, status__in=STANDS)
    return found.filter(Exists(met.order_by()))


def is_narrowed_otherwise(asked: Asked) -> bool:
    """By what says nothing of a client: a session type or a room."""
    return bool(asked.filters.session_types or asked.filters.rooms)


NOT_NARROWED = "These numbers are about clients, so they cannot be narrowed by session type or room."
