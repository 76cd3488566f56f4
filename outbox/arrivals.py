"""What the providers say later: that a message arrived, or came back. Saying it twice changes nothing."""

from __future__ import annotations

import datetime as dt

from outbox.models import Message, MessageQuerySet, State

CAME_BACK = {
    "bounced": "It came back: the address does not take it.",
    "rejected": "The mail provider did not pass it on to this address.",
    "failed": "The mail provider could not send it.",
}


def delivered(channel: str, provider_id: str, at: dt.datetime) -> bool:
    """Whether that is news. What came back stays so."""
    return bool(_sent(channel, provider_id).filter(delivered_at=None).update(delivered_at=at))


def came_back(channel: str, provider_id: str, words: str) -> bool:
    return bool(_sent(channel, provider_id).update(state=State.BOUNCED, last_error=words[:300]))


def _sent(channel: str, provider_id: str) -> MessageQuerySet:
    if not provider_id:
        return Message.objects.none()
    return Message.objects.filter(channel=channel, provider_id=provider_id, state=State.SENT)
