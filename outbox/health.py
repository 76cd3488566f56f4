"""How the outbox is doing: when a sweep last finished, and how long the oldest due message has waited."""

from __future__ import annotations

import datetime as dt

from outbox.models import Heartbeat, Message

SWEEP_LATE_AFTER = dt.timedelta(minutes=5)
MESSAGE_LATE_AFTER = dt.timedelta(minutes=10)


def last_sweep_at() -> dt.datetime | None:
    return Heartbeat.objects.filter(name="sweep").values_list("finished_at", flat=True).first()


def oldest_due_at(now: dt.datetime) -> dt.datetime | None:
    return Message.objects.open().filter(due_at__lte=now).order_by("due_at").values_list("due_at", flat=True).first()
