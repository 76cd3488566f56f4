"""Plans the mails that say a message is waiting, and nothing of what it says."""

from __future__ import annotations

import datetime as dt

from care.models import Line
from outbox import planning

TO_CLIENT = "message_waiting"
TO_THERAPIST = "message_to_therapist"
KINDS = (TO_CLIENT, TO_THERAPIST)
KEEP_TRYING = dt.timedelta(days=3)


def announce(line: Line, now: dt.datetime) -> None:
    """To the one who did not write it; a mail about an earlier line that has not gone out is not needed any more."""
    conversation = line.conversation
    about, kind = f"conversation:{conversation.pk}", TO_THERAPIST if line.is_clients else TO_CLIENT
    person = conversation.therapist.user if line.is_clients else conversation.client
    planning.cancel(about, kinds=[kind])
    message = planning.draft(
        kind,
        recipient=person.email if person else "",
        whom=f"user:{person.pk}" if line.is_clients and person else f"client:{conversation.client_id}",
        about=about,
        key=f"{kind}:{line.pk}",
        due_at=now,
        expires_at=now + KEEP_TRYING,
        now=now,
    )
    message.user_id = conversation.therapist.user_id if line.is_clients else conversation.client.user_id
    planning.plan([message])
