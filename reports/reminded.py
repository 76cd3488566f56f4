"""Which sessions their client was reminded of, and how many of these were missed: the one answer wherever a report asks it.
Only reads."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import CharField, Count, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from bookings import kinds
from bookings.models import Status
from outbox.log import FACT_KEPT
from outbox.models import Message, State
from reports.asking import Asked, within

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


class Kept(NamedTuple):
    """Sessions whose client came, and those whose client did not."""

    came: int
    missed: int

    @property
    def share(self) -> Decimal | None:
        return Decimal(self.missed) / (self.came + self.missed) if self.came + self.missed else None


def kept(asked: Asked) -> tuple[Kept, Kept]:
    """Of the sessions that were reminded of, and of the others; of the days whose reminders are still on record."""
    known = asked.bookings().filter(within(asked.period), session_on__gte=known_from(asked.today))
    every, told = _kept(known), _kept(reminded(known))
    return told, Kept(every.came - told.came, every.missed - told.missed)


def _kept(bookings: QuerySet[Any]) -> Kept:
    counted = bookings.aggregate(
        came=Count("pk", filter=Q(status=Status.COMPLETED)), missed=Count("pk", filter=Q(status=Status.NO_SHOW))
    )
    return Kept(**counted)
