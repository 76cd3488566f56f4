"""Forgets what was said after 90 days, and that it was said after two years, as the labels promise."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q

from outbox.log import FACT_KEPT
from outbox.models import OPEN, Message

TEXT_KEPT = dt.timedelta(days=90)
AT_ONCE = 2000
"""Rows in one statement, so that nobody waits long for the table."""


def forget(now: dt.datetime) -> tuple[int, int]:
    """Empties the words of old messages and removes the rows of very old ones; gives how many of each. Done again, it finds
    nothing."""
    closed = Message.objects.exclude(state__in=OPEN)
    old = closed.filter(sent_at__lt=now - TEXT_KEPT).exclude(Q(subject="") & Q(text=""))
    emptied = removed = 0
    while pks := list(old.values_list("pk", flat=True)[:AT_ONCE]):
        emptied += Message.objects.filter(pk__in=pks).update(subject="", text="")
    while pks := list(closed.filter(due_at__lt=now - FACT_KEPT).values_list("pk", flat=True)[:AT_ONCE]):
        removed += Message.objects.filter(pk__in=pks).delete()[0]
    return emptied, removed
