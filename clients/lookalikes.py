"""Who may be somebody that is blocked, under another address: noticed and put before the therapist, never blocked by a guess.

The only writer of look-alikes. What follows from an answer is decided in `care/restricting.py`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db.models import QuerySet

from accounts.models import User
from clients import likeness
from clients.models import Client, Likeness, LookAlike, Restriction, RestrictionKind

LIKE = {
    Likeness.PHONE: lambda one, other: likeness.same_phone(one.phone, other.phone),
    Likeness.MAILBOX: lambda one, other: likeness.same_mailbox(one.email, other.email),
}


def notice(client: Client, now: dt.datetime) -> None:
    """Writes down which blocked clients this one looks like; what was noticed before is not asked again."""
    _note([(client, blocked) for blocked in _blocked().exclude(pk=client.pk)], now)


def notice_others(blocked: Client, now: dt.datetime) -> None:
    """After a block: who of those already here looks like the client that was blocked."""
    others = Client.objects.exclude(pk=blocked.pk).exclude(pk__in=_blocked().values("pk"))
    _note([(other, blocked) for other in others.only("pk", "email", "phone").iterator()], now)


def answer(look_alike: LookAlike, *, is_same: bool, by: User, now: dt.datetime) -> bool:
    """The therapist's word; the first answer stands. Gives whether this was it."""
    open_ones = LookAlike.objects.filter(pk=look_alike.pk, answered_at=None)
    return open_ones.update(is_same=is_same, answered_by=by, answered_at=now) == 1


def _blocked() -> QuerySet[Client]:
    blocks = Restriction.objects.filter(kind=RestrictionKind.BLOCK, until=None)
    return Client.objects.filter(pk__in=blocks.values("client"))


def _note(pairs: Iterable[tuple[Client, Client]], now: dt.datetime) -> None:
    LookAlike.objects.bulk_create(
        [
            LookAlike(client=client, resembles=blocked, by=by, noticed_at=now)
            for client, blocked in pairs
            for by, is_like in LIKE.items()
            if is_like(client, blocked)
        ],
        ignore_conflicts=True,
    )
