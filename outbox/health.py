"""How the outbox is doing: when a round last finished, whether the clock still asks for rounds, how long the oldest due message
has waited. Only asks."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.db.models import QuerySet, Subquery

from outbox.models import Heartbeat, Message

SWEEP = "sweep"
"""Any round that was finished, whoever asked for it."""
TICK = "tick"
"""A round that the clock asked for: without those nothing leaves that nobody has just planned."""
WATCH = "watch"
"""Whoever tells the owners."""
SWEEP_LATE_AFTER = dt.timedelta(minutes=5)
MESSAGE_LATE_AFTER = dt.timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Health:
    now: dt.datetime
    is_off: bool
    swept_at: dt.datetime | None
    ticked_at: dt.datetime | None
    oldest_due_at: dt.datetime | None

    @property
    def sweeps(self) -> bool:
        return self._is_recent(self.swept_at)

    @property
    def ticks(self) -> bool:
        return self._is_recent(self.ticked_at)

    @property
    def leaves_in_time(self) -> bool:
        return self.oldest_due_at is None or self.oldest_due_at >= self.now - MESSAGE_LATE_AFTER

    @property
    def is_well(self) -> bool:
        return not self.is_off and self.sweeps and self.ticks and self.leaves_in_time

    def _is_recent(self, at: dt.datetime | None) -> bool:
        """Also not from a day that is still to come, as after a clock was put back."""
        return at is not None and abs(self.now - at) < SWEEP_LATE_AFTER


def look(now: dt.datetime) -> Health:
    """In one query, since every page of the practice's side asks."""
    oldest = Subquery(_oldest_first(now)[:1])
    rows = Heartbeat.objects.filter(name__in=(SWEEP, TICK)).values_list("name", "finished_at", oldest)
    beats = {name: (at, due_at) for name, at, due_at in rows}
    return Health(
        now=now,
        is_off=settings.RESTORED,
        swept_at=beats[SWEEP][0] if SWEEP in beats else None,
        ticked_at=beats[TICK][0] if TICK in beats else None,
        oldest_due_at=next(iter(beats.values()))[1] if beats else oldest_due_at(now),
    )


def oldest_due_at(now: dt.datetime) -> dt.datetime | None:
    return _oldest_first(now).first()


def _oldest_first(now: dt.datetime) -> QuerySet[Message, dt.datetime]:
    due = Message.objects.open().filter(due_at__lte=now, expires_at__gt=now)
    return due.order_by("due_at").values_list("due_at", flat=True)
