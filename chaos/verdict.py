"""What the mail server accepted, joined with the rows: what was lost, what came twice and when, what has not ended."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from itertools import accumulate, pairwise

from django.db.models import QuerySet
from django.utils import timezone

from bench.mail import Copy, MailServer
from chaos.crew import Death
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


def early(found: Copies) -> list[Copy]:
    """Those before the last one of a message: each was accepted, and then not believed."""
    return sorted((copy for each in found.values() for copy in each[:-1]), key=lambda copy: copy.accepted)


def unexplained(found: Copies, deaths: Collection[Death], window: float) -> int:
    """Early copies that nobody's death explains. One death explains one letter: that which the very process that died had begun,
    and which was accepted no longer than `window` seconds before."""
    left, count = list(deaths), 0
    for copy in early(found):
        why = next((death for death in left if explains(death, copy, window)), None)
        if why:
            left.remove(why)
        count += why is None
    return count


def explains(death: Death, copy: Copy, window: float) -> bool:
    return copy.line in death.lines and copy.started <= death.at <= copy.accepted + window


def longest_unwritten(found: Copies, deaths: Collection[Death], window: float) -> float:
    """Seconds between the acceptance of a letter and the death that kept it from being written down, at most; below nothing
    where the letter was still on its way."""
    pairs = ((death.at - copy.accepted) for copy in early(found) for death in deaths if explains(death, copy, window))
    return max(pairs, default=0.0)


def lines_at_once(found: Copies) -> int:
    """By how many lines letters were on their way at the same time, at most."""
    ends = sorted(step for each in found.values() for copy in each for step in ((copy.started, 1), (copy.accepted, -1)))
    return max(accumulate(change for _, change in ends), default=0)


def open_and_due(now: dt.datetime | None = None) -> int:
    return Message.objects.filter(state__in=OPEN, due_at__lte=now or timezone.now()).count()


def all_ended() -> bool:
    return not Message.objects.open().exists()


def in_order(found: Copies, rows: Sequence[Message]) -> int:
    """How many went out before one that was due earlier."""
    times = [found[str(row.message_id)][0].accepted for row in sorted(rows, key=lambda row: (row.due_at, row.pk))]
    return sum(later < earlier for earlier, later in pairwise(times))
