"""Warn, ask approval, block, and what is answered about a look-alike: the client's side and the bookings' in one act.

A block ends every conversation too, and looks who else here may be the same person.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from accounts.models import User
from bookings import withdrawal
from care import conversations
from clients import lookalikes, restrictions
from clients.errors import Declined, WhyNeeded
from clients.models import Client, LookAlike, Restriction, RestrictionKind


class Answered(Declined):
    code = "conflict"
    sentence = "Somebody has answered this already."


@transaction.atomic
def restrict(client: Client, kind: str, *, why: str, by: User, now: dt.datetime) -> Restriction:
    """Raises WhyNeeded."""
    if not why.strip():
        raise WhyNeeded
    if kind != RestrictionKind.BLOCK:
        return restrictions.restrict(client, kind, why=why, by=by, now=now)
    conversations.close_all(client, by=by, now=now)
    lookalikes.notice_others(client, now)
    withdrawal.block(client, by=by, now=now, why=why.strip())
    return Restriction.objects.filter(client=client, kind=RestrictionKind.BLOCK, until=None).latest("since")


@transaction.atomic
def answer_look_alike(look_alike: LookAlike, *, is_same: bool, by: User, now: dt.datetime) -> None:
    """The same person is blocked under this name too, with what was said then; another one is free. Raises Answered."""
    if not lookalikes.answer(look_alike, is_same=is_same, by=by, now=now):
        raise Answered
    client = look_alike.client
    if is_same and not conversations.is_blocked(client):
        why = f"The same person as client {look_alike.resembles.ref}, who is blocked."
        restrict(client, RestrictionKind.BLOCK, why=why, by=by, now=now)
