"""What a booking comes to, for the pages that show it among other things."""

from __future__ import annotations

from typing import Any

from django import template

from bookings import mailing, owing
from bookings.admin import checkout
from bookings.models import Booking

register = template.Library()


@register.simple_tag(takes_context=True)
def checkout_of(context: Any, booking: Booking) -> dict[str, Any] | None:
    """Its account and its lines; None for those who take no money for it."""
    if not checkout.may_take_money(booking, context["user"]):
        return None
    return {
        "account": owing.account_of(booking),
        "lines": checkout.lines_of(booking),
        "why_not_mailed": mailing.why_not(booking.client),
    }


@register.simple_tag(takes_context=True)
def takes_money(context: Any, booking: Booking) -> bool:
    """Whether there is something to do at check-out, for this member of staff."""
    return booking.status in checkout.CHECKED_OUT and checkout.may_take_money(booking, context["user"])
