"""What was said to whom, and what became of it, in plain words, for those who may know. Only reads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from accounts.models import Role
from outbox import registry, sight
from outbox.models import Message, State

if TYPE_CHECKING:
    from accounts.models import User

FACT_KEPT = dt.timedelta(days=730)
"""24 months: so long it is known that something was said (`retention`)."""
NEUTRAL = frozenset({"booking", "reminder"})
"""Groups whose words the front desk may read: times and places, and nothing about anybody."""
DELIVERED = (State.SENT, State.BOUNCED)
TRIED = (State.SENT, State.BOUNCED, State.FAILED)


def for_user(user: User, now: dt.datetime) -> QuerySet[Message]:
    """The messages this member of staff may know of: the owner all; a therapist those to clients they treat, about their
    own bookings and to themselves; the front desk those to clients and about bookings."""
    if not user.is_staff or not user.is_active:
        return Message.objects.none()
    shown = Message.objects.exclude(kind__in=registry.not_shown())
    return shown if user.is_owner else shown.filter(sight.seen_by(user, now))


def may_read(user: User, message: Message) -> bool:
    """Whether the words are for this user too, of a message of which they may know."""
    if user.role != Role.FRONT_DESK or message.user_id == user.pk:
        return True
    kind = registry.named(message.kind)
    return kind is not None and kind.group in NEUTRAL


@dataclass(frozen=True, slots=True)
class Line:
    message: Message
    title: str
    outcome: str
    at: dt.datetime
    may_open: bool
    """Whether this user may look at the message itself."""


def about(name: str, user: User, now: dt.datetime) -> list[Line]:
    """All that was planned or sent about "booking:17", oldest first."""
    found = list(Message.objects.filter(about=name).order_by("created_at", "pk"))
    theirs = found if user.is_owner else for_user(user, now).filter(about=name)
    may_open = {message.pk for message in theirs}
    return [
        Line(each, registry.title_of(each.kind), became(each), became_at(each), each.pk in may_open) for each in found
    ]


def to_client(user: User, client_pk: int) -> QuerySet[Message]:
    """What left for this client, newest first; `user` is their own account."""
    ours = Message.objects.filter(Q(whom=f"client:{client_pk}") | Q(user_id=user.pk))
    return ours.filter(state__in=DELIVERED).order_by("-sent_at", "-pk")


def became(message: Message) -> str:
    """What became of it, without when."""
    why = message.last_error.rstrip(".")
    return {
        State.PLANNED: "waits for its time",
        State.SENDING: "is being sent",
        State.RETRYING: f"not sent yet, will be tried again: {_lower(why)}" if why else "will be tried again",
        State.SENT: "arrived" if message.delivered_at else "sent",
        State.FAILED: f"could not be sent: {_lower(why)}" if why else "could not be sent",
        State.BOUNCED: f"came back: {_lower(why)}" if why else "came back",
        State.CANCELLED: f"not sent: {_lower(why)}" if why else "not sent: no longer needed",
        State.EXPIRED: "not sent: it would have come too late",
    }[State(message.state)]


def became_at(message: Message) -> dt.datetime:
    """When that was, or will be."""
    return message.delivered_at or message.sent_at or message.due_at


def trouble(whom: str, addresses: Collection[str]) -> Line | None:
    """The newest message to one of these addresses, if it did not arrive: nobody reads there until somebody looks at it."""
    tried = Message.objects.filter(whom=whom, recipient__in=[each for each in addresses if each], state__in=TRIED)
    newest = tried.order_by("-due_at", "-pk").first()
    if newest is None or newest.state == State.SENT:
        return None
    return Line(newest, registry.title_of(newest.kind), became(newest), became_at(newest), may_open=False)


def _lower(sentence: str) -> str:
    """To go on with after a colon; a name of several capitals stays."""
    return sentence if sentence[1:2].isupper() else sentence[:1].lower() + sentence[1:]
