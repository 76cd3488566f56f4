"""The one door to what is clinical about a client, for staff: each reading leaves a line that the client sees too.

A page that shows such words calls `note_reading` before it opens them. It is the one thing that looking writes.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from accounts.models import Role, User
from clients import permissions, records
from clients.errors import OpenAlready, RecordClosed, WhyNeeded
from clients.models import BreakGlass, Client
from clients.opened import OPENED, READ
from outbox import planning
from vault import ledger

GLASS_STAYS_OPEN = dt.timedelta(hours=24)
TOLD_WITHIN = dt.timedelta(days=3)
RECORD_OPENED = "record_opened"
"""The message that the owner gets."""


def note_reading(user: User, client: Client, what: str, now: dt.datetime, *, to_them: bool = False) -> None:
    """Leaves a line that this member of staff opened `what` (a word such as “intake” or “flags”) of the client's record.

    Raises RecordClosed for somebody who may not; a client who reads their own leaves no line. `to_them` says that the
    client wrote it to this reader, who may read that much before they treat the client.
    """
    if client.user_id == user.pk:
        return
    if not to_them and not permissions.may_read(user, client, now):
        raise RecordClosed
    subject = client.vault_subject()
    ledger.append(READ, actor_id=user.pk, subject=subject, object=f"record:{what}", details={}, now=now)


@transaction.atomic
def break_glass(user: User, client: Client, *, why: str, now: dt.datetime) -> BreakGlass:
    """Opens the record of a client whom this therapist does not treat, for a day: the reason is kept, the owners are told
    by mail that it happened (nothing of what stands there), and the client sees the line.
    Raises WhyNeeded, OpenAlready, RecordClosed."""
    if not why.strip():
        raise WhyNeeded
    records.lock(client)
    if permissions.may_read(user, client, now):
        raise OpenAlready
    if not permissions.may_break_glass(user, client, now):
        raise RecordClosed
    opened = BreakGlass.objects.create(
        client=client, user=user, why=why.strip(), opened_at=now, open_until_at=now + GLASS_STAYS_OPEN
    )
    _tell_owners(opened, now)
    ledger.append(
        OPENED,
        actor_id=user.pk,
        subject=client.vault_subject(),
        object=f"clients.breakglass:{opened.pk}",
        details={},
        now=now,
    )
    return opened


def _tell_owners(opened: BreakGlass, now: dt.datetime) -> None:
    messages = []
    for owner in User.objects.filter(role=Role.OWNER, is_active=True):
        message = planning.draft(
            RECORD_OPENED,
            recipient=owner.email,
            whom=f"user:{owner.pk}",
            about=f"opened:{opened.pk.hex}",
            key=f"opened:{opened.pk}:{owner.pk}",
            due_at=now,
            expires_at=now + TOLD_WITHIN,
            now=now,
        )
        message.user_id = owner.pk
        messages.append(message)
    planning.plan(messages)
