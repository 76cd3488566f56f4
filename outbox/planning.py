"""Plans messages and takes them back, in the transaction of what caused them. Never sends."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from copy import copy

from django.db import transaction
from django.db.models import Count, Q

from accounts.models import User
from outbox import nudge
from outbox.models import Channel, Heartbeat, Message, MessageQuerySet, State
from practice.prepared import insert

DUE_BEFORE_RESTORE = "It was due before a backup was restored, and may have been sent then."
RESTORE = "restore"
"""The heartbeat that says when a backup was last put back."""
BATCH = 500
NO_MOMENTS: Mapping[str, dt.datetime] = {}
NO_ADDRESS: dict[str, str] = {
    Channel.EMAIL: "There is no e-mail address.",
    Channel.SMS: "There is no telephone number.",
}


def draft(
    kind: str,
    *,
    recipient: str,
    whom: str,
    about: str,
    key: str,
    due_at: dt.datetime,
    expires_at: dt.datetime,
    now: dt.datetime,
    channel: str = Channel.EMAIL,
) -> Message:
    """An unsaved message to `whom` (“client:17”, “user:3”); the caller adds user and version where there are any."""
    return Message(
        kind=kind,
        channel=channel,
        recipient=recipient,
        whom=whom,
        about=about,
        key=key,
        due_at=due_at,
        expires_at=expires_at,
        created_at=now,
    )


def not_to_go(message: Message, state: State, why: str) -> Message:
    """The message as one that does not go out, with the reason that the practice's people read."""
    message.state, message.last_error = state, why
    return message


def by(message: Message, channel: str, address: str) -> Message:
    """The same message over one channel; each has a key of its own."""
    made = copy(message)
    made.channel, made.recipient, made.message_id = channel, address, uuid.uuid4()
    made.key = message.key if channel == Channel.EMAIL else f"{message.key}:{channel}"
    return made


def to_user(message: Message, user: User) -> Message:
    """The same message to one of several people of the practice; each has a key of their own."""
    made = copy(message)
    made.user, made.whom, made.recipient, made.message_id = user, f"user:{user.pk}", user.email, uuid.uuid4()
    made.key = f"{message.key}:{user.pk}"
    return made


def plan(messages: Sequence[Message]) -> None:
    """Saves the rows, and wakes the worker once the transaction is kept. What is to go out and has no address is kept as
    failed, so that somebody sees it."""
    rows = [
        message if message.recipient or message.state != State.PLANNED else _unaddressed(message)
        for message in messages
    ]
    for first in range(0, len(rows), BATCH):
        insert(*rows[first : first + BATCH])
    if any(row.state == State.PLANNED for row in rows):
        transaction.on_commit(nudge.send)


def plan_once(
    messages: Sequence[Message],
    *,
    was_due_at: dt.datetime | None = None,
    moments: Mapping[str, dt.datetime] = NO_MOMENTS,
) -> list[Message]:
    """Plans those whose key is new, and gives them; however many do the same at the same moment, each is planned once.

    What was due (by `was_due_at`, or by its own moment where `moments` has one for its key, else by itself) before a backup
    was put back is kept as expired.
    """
    known = set(Message.objects.filter(key__in=[message.key for message in messages]).values_list("key", flat=True))
    fresh = [message for message in messages if message.recipient and message.key not in known]
    restored_at = _restored_at() if fresh else None
    for message in fresh:
        due_at = was_due_at or moments.get(message.key, message.due_at)
        if restored_at is not None and due_at <= restored_at:
            not_to_go(message, State.EXPIRED, DUE_BEFORE_RESTORE)
    Message.objects.bulk_create(fresh, ignore_conflicts=True)
    if fresh:
        transaction.on_commit(nudge.send)
    return fresh


def _unaddressed(message: Message) -> Message:
    return not_to_go(message, State.FAILED, NO_ADDRESS[message.channel])


def cancel(about: str, *, kinds: Sequence[str] = (), but_not: Sequence[str] = ()) -> int:
    """Takes back what is planned about something and has not gone out; one being sent is asked once more before it goes."""
    planned = Message.objects.filter(about=about, state__in=(State.PLANNED, State.RETRYING))
    if kinds:
        planned = planned.filter(kind__in=kinds)
    return planned.filter(~Q(kind__in=but_not)).update(state=State.CANCELLED)


def due_before(at: dt.datetime) -> dict[str, int]:
    """What has not gone out and was due up to that moment, by kind."""
    counted = _due_before(at).order_by("kind").values_list("kind").annotate(Count("pk"))
    return dict(counted)


def expire_due_before(at: dt.datetime) -> int:
    """After a restore: whether it was sent, the restored rows do not know. What comes to be planned later and was due
    before that moment is not sent either."""
    Heartbeat.objects.update_or_create(name=RESTORE, defaults={"finished_at": at})
    return _due_before(at).update(state=State.EXPIRED, last_error=DUE_BEFORE_RESTORE)


def expire_if_restored(about: str, kinds: Sequence[str], was_due_at: dt.datetime | None) -> None:
    """Of what has just been planned about something because a moment passed: nothing goes out where that moment lies before
    a restore."""
    restored_at = _restored_at()
    if restored_at is not None and was_due_at is not None and was_due_at <= restored_at:
        planned = Message.objects.filter(about=about, kind__in=kinds, state=State.PLANNED)
        planned.update(state=State.EXPIRED, last_error=DUE_BEFORE_RESTORE)


def _restored_at() -> dt.datetime | None:
    return Heartbeat.objects.filter(name=RESTORE).values_list("finished_at", flat=True).first()


def _due_before(at: dt.datetime) -> MessageQuerySet:
    return Message.objects.open().filter(due_at__lte=at)
