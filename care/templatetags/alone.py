"""What a page of the practice's side says of a session's cover, to its therapist and the owner."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils import timezone

from bookings.models import Booking
from care import cover

register = template.Library()


@register.inclusion_tag("admin/care/_cover.html", takes_context=True)
def care_cover(context: Any, booking: Booking) -> dict[str, Any]:
    user = context["request"].user
    is_own = booking.therapist.user_id == user.pk
    if not (is_own or user.is_owner):
        return {}
    return {"state": cover.state_of(booking, timezone.now()), "is_own": is_own}
