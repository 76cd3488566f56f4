"""Breaking a booking off: the practice refuses a session that is confirmed, or ends one that is running.

One verb of a booking's life; the grounds are recorded by whoever calls it, in the same transaction, and never stand here.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.db import transaction

from accounts.models import User
from bookings import changes, notices, rules
from bookings.changes import Act
from bookings.errors import Conflict
from bookings.models import Booking, Status, Way
from practice.models import Practice


@transaction.atomic
def break_off(booking: Booking, *, by: User, now: dt.datetime, has_fee: bool) -> Booking:
    """The booking is cancelled, the client is told in neutral words, and its time is free again. With a fee, the whole
    price is due once the session has begun, and before that what was agreed for a late cancellation, beside what is due
    for a late move and with it never more than the price. Without one nothing is due. Raises Conflict."""
    if booking.status != Status.CONFIRMED or booking.ended_at:
        raise Conflict
    percent = 100 if booking.started_at else booking.late_fee_percent
    owed = booking.late_fee
    fee = owed + rules.fee_added(booking.price, owed, percent) if has_fee else Decimal(0)
    ended: dict[str, Any] = {"ended_at": now} if booking.started_at else {}
    changed = changes.change(
        booking,
        Status.CANCELLED,
        "broken_off",
        Act(by, now, Way.STAFF),
        cancelled_at=now,
        answer_by_at=None,
        late_fee=fee,
        is_late=False,
        **ended,
    )
    changes.withdraw_questions(changed)
    notices.announce(changed, notices.CANCELLED, practice=Practice.objects.current(), now=now)
    return changed
