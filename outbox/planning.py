"""Plans messages and takes them back, in the transaction of what caused them. Never sends."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q

from outbox import nudge
from outbox.models import Channel, Message, State
from practice.prepared import insert

NO_ADDRESS = {Channel.EMAIL: "There is no e-mail address.", Channel.SMS: "There is no telephone number."}


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


def plan(messages: Sequence[Message]) -> None:
    """Saves the rows, and wakes the worker once the transaction is kept. What is to go out and has no address is kept as
    failed, so that somebody sees it."""
    rows = [
        message if message.recipient or message.state != State.PLANNED else _unaddressed(message)
        for message in messages
    ]
    if rows:
        insert(*rows)
    if any(row.state == State.PLANNED for row in rows):
        transaction.on_commit(nudge.send)


def _unaddressed(message: Message) -> Message:
    return not_to_go(message, State.FAILED, NO_ADDRESS[message.channel])


def cancel(about: str, *, kinds: Sequence[str] = (), but_not: Sequence[str] = ()) -> int:
    """Takes back what is planned about something and has not gone out; one being sent is asked once more before it goes."""
    planned = Message.objects.filter(about=about, state__in=(State.PLANNED, State.RETRYING))
    if kinds:
        planned = planned.filter(kind__in=kinds)
    return planned.filter(~Q(kind__in=but_not)).update(state=State.CANCELLED)
