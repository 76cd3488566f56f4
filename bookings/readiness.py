"""What is still missing for this client, this session type, this day: one question with one answer.

Only reads. Asked when booking, approving and moving, on every way in.
"""

from __future__ import annotations

import datetime as dt

from bookings.errors import UnderAge
from bookings.models import Approval, Booking, SessionType, Status
from bookings.rules import is_adult
from clients.models import Client

APPROVED_ONCE = (Status.CONFIRMED, Status.COMPLETED)


def check_physics(client: Client, on: dt.date) -> None:
    """What nobody can override. `on` is the practice's date of the booking. Raises UnderAge."""
    if not is_adult(client.date_of_birth, on):
        raise UnderAge


def needs_approval(client: Client, session_type: SessionType) -> bool:
    """Whether the therapist looks at this booking before it is confirmed."""
    if session_type.approval == Approval.FIRST:
        known = Booking.objects.filter(client=client, session_type=session_type, status__in=APPROVED_ONCE)
        return not known.exists()
    return session_type.approval == Approval.ALWAYS
