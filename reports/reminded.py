"""Which sessions their client was reminded of: the one answer wherever a report asks it. Only reads."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import CharField, Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Cast, Concat

from bookings import kinds
from outbox.log import FACT_KEPT
from outbox.models import Message, State

AHEAD = dt.timedelta(days=31)
"""No reminder is sent longer than this before its session; what is older than messages are kept, less this, is not told."""


def reminded(bookings: QuerySet[Any]) -> QuerySet[Any]:
    """Those of which at least one reminder left before they began and did not come back, in whatever way it went."""
    name = Concat(Value("booking:"), Cast(OuterRef("pk"), CharField(max_length=30)))
    sent = Message.objects.filter(kind=kinds.REMINDER, state=State.SENT, about=name, sent_at__lt=OuterRef("starts_at"))
    return bookings.filter(Exists(sent))


def known_from(today: dt.date) -> dt.date:
    """The first day of whose sessions every reminder is still on record: messages are kept for two years."""
    return today - FACT_KEPT + AHEAD
