"""Plans messages and takes them back, in the transaction of what caused them. Never sends."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q

from outbox import nudge
from outbox.models import Message, State
from practice.prepared import insert


def draft(
    kind: str, *, recipient: str, about: str, key: str, due_at: dt.datetime, expires_at: dt.datetime, now: dt.datetime
) -> Message:
    """An unsaved message; the caller adds user and version where there are any."""
    return Message(
        kind=kind, recipient=recipient, about=about, key=key, due_at=due_at, expires_at=expires_at, created_at=now
    )


def plan(messages: Sequence[Message]) -> None:
    """Saves the rows that have an address, and wakes the worker once the transaction is kept."""
    rows = [message for message in messages if message.recipient]
    if rows:
        insert(*rows)
        transaction.on_commit(nudge.send)


def cancel(about: str, *, kinds: Sequence[str] = (), but_not: Sequence[str] = ()) -> int:
    """Takes back what is planned about something and has not gone out; one being sent is asked once more before it goes."""
    planned = Message.objects.filter(about=about, state__in=(State.PLANNED, State.RETRYING))
    if kinds:
        planned = planned.filter(kind__in=kinds)
    return planned.filter(~Q(kind__in=but_not)).update(state=State.CANCELLED)
