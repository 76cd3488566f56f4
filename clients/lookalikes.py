"""Who may be somebody that is blocked, under another address: noticed and put before the therapist, never blocked by a guess.

The only writer of look-alikes. What follows from an answer is decided in `care/restricting.py`.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator

from django.db.models import QuerySet

from accounts.models import User
from clients import likeness
from clients.models import Client, Likeness, LookAlike, Restriction, RestrictionKind

BATCH = 500
Sign = tuple[Likeness, str]
"""What two rows of one person have in common: by what, and how it is written for comparing."""


def notice(client: Client, now: dt.datetime) -> None:
    """Writes down which blocked clients this one looks like; what was noticed before is not asked again."""
    notice_all([client], now)


def notice_all(clients: Iterable[Client], now: dt.datetime) -> None:
    """The same for many who come in or change at once, such as those of a practice file; the blocked are read once. Who is
    blocked themselves is looked for among the others."""
    blocked = {each.pk: each for each in _blocked()}
    changed = {each.pk: each for each in clients}
    _note(_meeting((each for pk, each in changed.items() if pk not in blocked), blocked.values()), now)
    if also := [blocked[pk] for pk in changed if pk in blocked]:
        _note(_meeting(_others(), also), now)


def notice_others(blocked: Client, now: dt.datetime) -> None:
    """After a block: who of those already here looks like the client that was blocked."""
    _note(_meeting(_others().exclude(pk=blocked.pk).iterator(), [blocked]), now)


def answer(look_alike: LookAlike, *, is_same: bool, by: User, now: dt.datetime) -> bool:
    """The therapist's word; the first answer stands. Gives whether this was it."""
    open_ones = LookAlike.objects.filter(pk=look_alike.pk, answered_at=None)
    return open_ones.update(is_same=is_same, answered_by=by, answered_at=now) == 1


def _blocked() -> QuerySet[Client]:
    blocks = Restriction.objects.filter(kind=RestrictionKind.BLOCK, until=None)
    return Client.objects.filter(pk__in=blocks.values("client"))


def _others() -> QuerySet[Client]:
    return Client.objects.exclude(pk__in=_blocked().values("pk")).only("pk", "email", "phone")


def _signs(client: Client) -> Iterator[Sign]:
    for by, found in (
        (Likeness.PHONE, likeness.number(client.phone)),
        (Likeness.MAILBOX, likeness.mailbox(client.email)),
    ):
        if found:
            yield by, found


def _meeting(clients: Iterable[Client], blocked: Iterable[Client]) -> Iterator[tuple[Client, Client, Likeness]]:
    """Who looks like whom, and by what; each row is looked at once."""
    known: dict[Sign, list[Client]] = defaultdict(list)
    for each in blocked:
        for sign in _signs(each):
            known[sign].append(each)
    for client in clients if known else ():
        for sign in _signs(client):
            yield from ((client, each, sign[0]) for each in known.get(sign, ()))


def _note(found: Iterable[tuple[Client, Client, Likeness]], now: dt.datetime) -> None:
    rows = [LookAlike(client=client, resembles=blocked, by=by, noticed_at=now) for client, blocked, by in found]
    LookAlike.objects.bulk_create(rows, batch_size=BATCH, ignore_conflicts=True)
