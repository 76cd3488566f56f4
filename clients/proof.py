"""Mails the ledger's head to the owners, so that a ledger cut short later shows against what lies in their mailbox.

Called with each head that is sent out; plans at most one mail a day, and says nothing of what the ledger holds.
"""

from __future__ import annotations

import datetime as dt

from accounts.models import Role, User
from outbox import planning, registry
from outbox.models import Message
from outbox.parts import Code, Context
from outbox.registry import Said
from outbox.wording import write
from practice import walltime
from practice.models import Practice
from practice.words import moment
from vault import anchors
from vault.models import Anchor

LEDGER_HEAD = "ledger_head"
KEEP_TRYING = dt.timedelta(days=3)
PLACEHOLDERS = {
    "entries": "how many entries it has",
    "when": "when",
    "head": "the number and the sum of its last entry",
    "command": "what to run to compare",
}


def register() -> None:
    anchors.register(tell_owners)
    registry.register(
        LEDGER_HEAD,
        still_wanted,
        say,
        title="Where the ledger stands",
        group="security",
        placeholders=PLACEHOLDERS,
        sample=lambda channel: _context(Anchor(seq=412, hash="5f2c…", count=412), "Thursday 4 June 2026, 10:00"),
        needs=("head",),
    )


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
    return write(message, _context(anchor, moment(anchor.at, practice.zone)), practice)


def _context(anchor: Anchor, when: str) -> Context:
    head = f"{anchor.seq}:{anchor.hash}"
    return {
        "entries": "1 entry" if anchor.count == 1 else f"{anchor.count} entries",
        "when": when,
        "head": Code(head),
        "command": Code(f"python manage.py verify_ledger --against {head}"),
    }


def _anchor(message: Message) -> Anchor | None:
    return Anchor.objects.filter(pk=message.about.removeprefix("anchor:")).first()
