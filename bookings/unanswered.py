"""“Has anything changed?”: which of the forms that are asked before each visit are still open, for one booking and for many.

The one answer to it; what follows from it is decided in `visits`. Only reads.
"""

from __future__ import annotations

from collections.abc import Collection

from bookings.models import Booking
from clients.models import Asked, Questionnaire, Submission, VersionState


def unanswered(bookings: Collection[Booking]) -> dict[int, list[str]]:
    """The slugs of what is open, by the booking's key; two queries. Sessions that are not hands-on ask nothing, and what was
    answered of another booking counts for that one alone."""
    hands_on = [booking for booking in bookings if booking.session_type.is_hands_on]
    asked = Questionnaire.objects.filter(asked=Asked.VISIT, versions__state=VersionState.PUBLISHED).distinct()
    forms = list(asked.values_list("pk", "slug", "for_kind"))
    signed = Submission.objects.filter(about__in=[_about(each) for each in hands_on], signed_at__isnull=False)
    done = set(signed.values_list("about", "client", "version__questionnaire"))
    found: dict[int, list[str]] = {}
    for booking in hands_on:
        kinds, mine = ("", booking.session_type.kind), (_about(booking), booking.client_id)
        if still := [slug for pk, slug, kind in forms if kind in kinds and (*mine, pk) not in done]:
            found[booking.pk] = still
    return found


def _about(booking: Booking) -> str:
    return f"booking:{booking.pk}"
