"""Plans the mails that say a message is waiting, and nothing of what it says."""

from __future__ import annotations

import datetime as dt

from bookings.permissions import who_answers
from care.models import Conversation, Line
from clients import reach
from outbox import planning
from outbox.models import Message

TO_CLIENT = "message_waiting"
TO_THERAPIST = "message_to_therapist"
KINDS = (TO_CLIENT, TO_THERAPIST)
KEEP_TRYING = dt.timedelta(days=3)


def announce(line: Line, now: dt.datetime) -> None:
    """To the one who did not write it; a mail about an earlier line that has not gone out is not needed any more."""
    conversation = line.conversation
    about, kind = f"conversation:{conversation.pk}", TO_THERAPIST if line.is_clients else TO_CLIENT
    planning.cancel(about, kinds=[kind])
    message = planning.draft(
        kind,
        recipient="",
        whom="",
        about=about,
        key=f"{kind}:{line.pk}",
        due_at=now,
        expires_at=now + KEEP_TRYING,
        now=now,
    )
    to_whom = _to_therapist if line.is_clients else _to_client
    planning.plan(to_whom(message, conversation))


def _to_therapist(message: Message, conversation: Conversation) -> list[Message]:
    return [planning.to_user(message, user) for user in who_answers(conversation.therapist)]


def _to_client(message: Message, conversation: Conversation) -> list[Message]:
    """By each way the client chose for it."""
    client = conversation.client
    message.user_id, message.whom = client.user_id, f"client:{client.pk}"
    return [planning.by(message, way.channel, way.address) for way in reach.ways(client, reach.WAITING, message.kind)]
