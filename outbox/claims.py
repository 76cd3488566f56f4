"""Who has which message: takes rows for the time of a lease, and writes down what became of them.

A claim is one conditional update; only whoever holds the row may write its outcome. Knows nothing of sending.
"""

from __future__ import annotations

import datetime as dt
import functools
import random
from collections.abc import Sequence

from django.conf import settings
from django.db import connection
from django.db.models import F, Q

from outbox.models import Message, State

BATCH = 50
FIRST_WAIT = dt.timedelta(seconds=60)
LONGEST_WAIT = dt.timedelta(minutes=30)
SHORTEST_WAIT = dt.timedelta(seconds=1)

# The states stand in it as they stand in the index, or SQLite would not use it.
TAKE = """
WITH due AS MATERIALIZED (
    SELECT id FROM outbox_message
    WHERE state IN ('planned', 'sending', 'retrying') AND {which}
        AND channel = %(channel)s AND due_at <= %(now)s AND expires_at > %(now)s
    ORDER BY due_at, id LIMIT {limit} {locking}
)
UPDATE outbox_message
SET state = 'sending', lease_until_at = %(until)s, attempts = attempts + 1
WHERE id IN (SELECT id FROM due)
RETURNING {columns}
"""
WAITING = "state <> 'sending' AND taken_over = 0"
LEFT_BEHIND = "state <> 'sending' AND taken_over > 0"
STOPPED = "A worker stopped while it was sending this message."


def take(channel: str, now: dt.datetime) -> list[Message]:
    """A batch of what is due, the longest due first; else one row at which a worker stopped, alone, since it may be the
    cause."""
    return _take(WAITING, BATCH, channel, now) or _take(LEFT_BEHIND, 1, channel, now)


def _take(which: str, limit: int, channel: str, now: dt.datetime) -> list[Message]:
    values = {"channel": channel, "now": _stored(now), "until": _stored(now + lease())}
    found = list(Message.objects.raw(_statement(connection.vendor, which, limit), values))
    return sorted(found, key=lambda row: (row.due_at, row.pk))


def take_back(now: dt.datetime) -> int:
    """Rows whose lease ran out, or lies further ahead than any lease can since the clock was put back, wait again, for as
    long as a whole send takes: if it was the clock that moved, whoever sends one of them can still write it down."""
    over = Q(lease_until_at__lte=now) | Q(lease_until_at__gt=now + 2 * lease())
    return (
        Message.objects.open()
        .filter(over, state=State.SENDING)
        .update(
            state=State.RETRYING,
            due_at=now + dt.timedelta(seconds=settings.SEND_TIMEOUT),
            lease_until_at=None,
            taken_over=F("taken_over") + 1,
            last_error=STOPPED,
        )
    )


@functools.cache
def _statement(vendor: str, which: str, limit: int) -> str:
    columns = ", ".join(f'"{field.column}"' for field in Message._meta.concrete_fields)
    locking = "FOR UPDATE SKIP LOCKED" if vendor == "postgresql" else ""
    return TAKE.format(which=which, limit=limit, locking=locking, columns=columns)


def _stored(at: dt.datetime) -> object:
    return connection.ops.adapt_datetimefield_value(at)


def lease() -> dt.timedelta:
    return dt.timedelta(seconds=settings.CLAIM_LEASE)


def keep(rows: Sequence[Message], now: dt.datetime) -> list[Message]:
    """Those of these rows that are still ours, with a lease that lasts for a whole send: renewed where it would not."""
    soon = now + dt.timedelta(seconds=2 * settings.SEND_TIMEOUT)
    until = rows[0].lease_until_at
    if until is None or soon < until <= now + lease():
        return list(rows)
    mine = Message.objects.filter(pk__in=[row.pk for row in rows], state=State.SENDING, lease_until_at=until)
    mine.update(lease_until_at=now + lease())
    kept = set(Message.objects.filter(pk__in=[row.pk for row in rows], lease_until_at=now + lease()).values_list("pk"))
    for row in rows:
        row.lease_until_at = now + lease()
    return [row for row in rows if (row.pk,) in kept]


def record(message: Message, **fields: object) -> bool:
    """Writes what became of it; False where somebody else has the row by now."""
    held = Message.objects.filter(pk=message.pk, state__in=(State.SENDING, State.RETRYING), attempts=message.attempts)
    return bool(held.update(lease_until_at=None, **fields))


def give_back(rows: Sequence[Message]) -> None:
    """Rows that were not tried wait on as before."""
    for row in rows:
        record(row, state=State.RETRYING if row.last_error else State.PLANNED, attempts=row.attempts - 1)


def later(message: Message, words: str, now: dt.datetime) -> None:
    """To be tried again after a wait that doubles, anywhere within it, so that those who failed together part."""
    longest = min(FIRST_WAIT * 2 ** min(message.attempts - 1, 10), LONGEST_WAIT)
    wait = max(SHORTEST_WAIT, longest * random.random())
    record(message, state=State.RETRYING, due_at=now + wait, last_error=words)


def expire(now: dt.datetime) -> int:
    """What nobody is sending and nobody wants any more."""
    over = Message.objects.open().filter(expires_at__lte=now)
    return over.filter(~Q(state=State.SENDING) | Q(lease_until_at__lte=now)).update(state=State.EXPIRED)


def channels_due(now: dt.datetime) -> list[str]:
    due = Message.objects.open().filter(due_at__lte=now, expires_at__gt=now)
    return sorted(due.order_by().values_list("channel", flat=True).distinct())


def wait_for(channel: str, words: str, now: dt.datetime) -> None:
    """Says on each row that is due why it has not left. Their turn stays, so they go out in order later."""
    due = Message.objects.filter(state__in=(State.PLANNED, State.RETRYING), channel=channel, due_at__lte=now)
    due.exclude(state=State.RETRYING, last_error=words).update(state=State.RETRYING, last_error=words)
