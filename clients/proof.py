"""Mails the ledger's head to the owners, so that a ledger cut short later shows against what lies in their mailbox.

Called with each head that is sent out; plans at most one mail a day, and says nothing of what the ledger holds.
"""

from __future__ import annotations

import datetime as dt

from django.template.loader import render_to_string

from accounts.models import Role, User
from outbox import planning, registry
from outbox.models import Message
from outbox.registry import Said
from practice import walltime
from practice.models import Practice
from practice.words import moment
from vault import anchors
from vault.models import Anchor

LEDGER_HEAD = "ledger_head"
KEEP_TRYING = dt.timedelta(days=3)


def register() -> None:
    anchors.register(tell_owners)
    registry.register(LEDGER_HEAD, still_wanted, say)


def tell_owners(anchor: Anchor, now: dt.datetime) -> None:
    """The first head of each day goes to every owner; the file has those of every hour."""
    today = walltime.local_date(now, Practice.objects.current().zone)
    keys = {
        f"{LEDGER_HEAD}:{today}:{owner.pk}": owner for owner in User.objects.filter(role=Role.OWNER, is_active=True)
    }
    known = set(Message.objects.filter(key__in=keys).values_list("key", flat=True))
    planning.plan([_message(anchor, key, owner, now) for key, owner in keys.items() if key not in known])


def _message(anchor: Anchor, key: str, owner: User, now: dt.datetime) -> Message:
    message = planning.draft(
        LEDGER_HEAD,
        recipient=owner.email,
        whom=f"user:{owner.pk}",
        about=f"anchor:{anchor.pk}",
        key=key,
        due_at=now,
        expires_at=now + KEEP_TRYING,
        now=now,
    )
    message.user_id = owner.pk
    return message


def still_wanted(message: Message, now: dt.datetime) -> bool:
    return message.user is not None and message.user.is_owner and _anchor(message) is not None


def say(message: Message, now: dt.datetime) -> Said:
    anchor, practice = _anchor(message), Practice.objects.current()
    if anchor is None:
        raise ValueError("The head is gone.")
    context = {"practice": practice, "anchor": anchor, "when": moment(anchor.at, practice.zone)}
    text = render_to_string("emails/ledger_head.txt", context)
    return Said(
        subject=" ".join(render_to_string("emails/ledger_head.subject.txt", context).split()),
        text=text,
        html=render_to_string("emails/ledger_head.html", context),
        kept=text,
    )


def _anchor(message: Message) -> Anchor | None:
    return Anchor.objects.filter(pk=message.about.removeprefix("anchor:")).first()
