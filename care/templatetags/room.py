"""What the page of a booking offers of this app, to those who may: the sheet, a refusal, an incident, the thread, a warning."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils import timezone

from bookings.models import Booking
from bookings.permissions import may_answer
from bookings.unanswered import unanswered
from bookings.views import back, visit
from care.models import BoundarySheet, Conversation
from care.notes import may_be_written
from care.refusals import ending_of
from care.sheets import may_be_filled
from clients.errors import Declined
from clients.models import Restriction

register = template.Library()


@register.inclusion_tag("admin/care/_links.html", takes_context=True)
def care_links(context: Any, booking: Booking) -> dict[str, Any]:
    user = context["request"].user
    if not may_answer(booking, user):
        return {}
    return {
        "booking": booking,
        "may_note": may_be_written(booking),
        "may_fill": hasattr(booking, "sheet") or may_be_filled(booking),
        "may_refuse": _may_refuse(booking),
        "conversation": Conversation.objects.for_user(user)
        .filter(client=booking.client_id, therapist=booking.therapist_id)
        .first(),
    }


@register.inclusion_tag("admin/care/_warnings.html", takes_context=True)
def care_warnings(context: Any, booking: Booking) -> dict[str, Any]:
    """That a restriction stands, to who answers the booking; why is on its own page."""
    if not may_answer(booking, context["request"].user):
        return {}
    return {"restrictions": Restriction.objects.filter(client=booking.client_id, until=None)}


@register.inclusion_tag("admin/today/_door.html", takes_context=True)
def care_at_the_door(context: Any, booking: Booking) -> dict[str, Any]:
    """What is gone through at the door besides the form: what is asked of each visit, and the sheet, for who fills it in."""
    user = context["request"].user
    lacking = unanswered([booking])
    sheet = BoundarySheet.objects.filter(booking=booking).first() if may_answer(booking, user) else None
    return {
        "booking": booking,
        "is_asked": bool(visit.asked_at(booking, timezone.localdate())) or bool(lacking),
        "is_answered": not lacking,
        "may_fill": may_answer(booking, user) and may_be_filled(booking),
        "sheet": sheet,
        "back": back.kept(context["request"]),
    }


def _may_refuse(booking: Booking) -> bool:
    try:
        ending_of(booking)
    except Declined:
        return False
    return True
