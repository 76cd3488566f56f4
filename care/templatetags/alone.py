"""What a page of the practice's side says of a session's cover, to its therapist and the owner."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils import timezone

from bookings.models import Booking
from care import standing
from care.standing import Standing

register = template.Library()


@register.inclusion_tag("admin/care/_cover.html", takes_context=True)
def care_cover(context: Any, booking: Booking) -> dict[str, Any]:
    if not standing.may_see(booking, context["request"].user):
        return {}
    return said(context, booking, standing.state_of(booking, timezone.now()))


@register.inclusion_tag("admin/care/_cover.html", takes_context=True, name="care_cover_said")
def said(context: Any, booking: Booking, state: Standing | None) -> dict[str, Any]:
    """The same, where it was asked before for many at once."""
    return {"state": state, "is_own": booking.therapist.user_id == context["request"].user.pk}
