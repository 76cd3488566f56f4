"""Who comes for the first time: a client who has had no session here before this one. Only reads.

A consultation is talked, often from afar: who has had nothing else is still new.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Min

from bookings.models import Booking, Kind, Status


def first_timers(bookings: Iterable[Booking]) -> set[int]:
    """The keys of those bookings whose client has completed no session here that began before it, in one query."""
    bookings = list(bookings)
    met = Booking.objects.filter(client__in={booking.client_id for booking in bookings}, status=Status.COMPLETED)
    first_began = dict(
        met.exclude(session_type__kind=Kind.CONSULTATION)
        .order_by()
        .values_list("client")
        .annotate(first=Min("starts_at"))
    )
    return {
        booking.pk for booking in bookings if booking.starts_at <= first_began.get(booking.client_id, booking.starts_at)
    }
