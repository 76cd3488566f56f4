"""What the mail server accepted, joined with the rows: what was lost, what came twice and when, what has not ended."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from itertools import pairwise

from django.db.models import QuerySet
from django.utils import timezone

from bench.mail import Copy, MailServer
from outbox.models import OPEN, Message, State

Copies = dict[str, list[Copy]]


def copies(mail: MailServer) -> Copies:
    """By message, in their order."""
    found: Copies = defaultdict(list)
    for copy in mail.copies():
        found[copy.id].append(copy)
    return found


def states(rows: QuerySet[Message] | None = None) -> dict[str, int]:
    return dict(Counter((Message.objects.all() if rows is None else rows).values_list("state", flat=True)))


def lost(found: Copies, rows: QuerySet[Message] | None = None) -> int:
    """Rows that were to go out and of which the server has no copy, whatever they say of themselves."""
    wanted = (Message.objects.all() if rows is None else rows).exclude(state__in=[State.CANCELLED, State.EXPIRED])
    return sum(str(key) not in found for key in wanted.values_list("message_id", flat=True))


def unasked(found: Copies) -> int:
    """Copies of what no row stands for, or of a row that does not say that it was sent."""
    sent = {str(key) for key in Message.objects.filter(state=State.SENT).values_list("message_id", flat=True)}
    return len(found.keys() - sent)


def extra(found: Copies) -> int:
    return sum(len(each) - 1 for each in found.values())


def outside(found: Copies, moments: Collection[float], window: float) -> int:
    """Copies before the last one of a message that no stop explains: none came within `window` seconds of its acceptance."""
    early = [copy for each in found.values() for copy in each[:-1]]
    return sum(not any(copy.accepted <= at <= copy.accepted + window for at in moments) for copy in early)


def open_and_due(now: dt.datetime | None = None) -> int:
    return Message.objects.filter(state__in=OPEN, due_at__lte=now or timezone.now()).count()


def all_ended() -> bool:
    return not Message.objects.open().exists()


def in_order(found: Copies, rows: Sequence[Message]) -> int:
    """How many went out before one that was due earlier."""
    times = [found[str(row.message_id)][0].accepted for row in sorted(rows, key=lambda row: (row.due_at, row.pk))]
    return sum(later < earlier for earlier, later in pairwise(times))
