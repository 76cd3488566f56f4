"""Tells the owners by e-mail, without worker or queue, that messages stand still, and when they leave again.

Once for each time it happens, and once a day while it lasts, however many processes look.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Sequence

from django.conf import settings
from django.db.models import Q
from django.urls import reverse

from accounts.models import Role, User
from outbox import channels, health, wording
from outbox.channels import Line, SendingFailed
from outbox.health import WATCH, Health
from outbox.models import Channel, Heartbeat, Message
from outbox.parts import Button, Context
from outbox.registry import Said
from practice.models import Practice
from practice.words import moment

AGAIN_AFTER = dt.timedelta(days=1)
STOPPED = "sending_stopped"
GOES_ON = "sending_goes_on"

log = logging.getLogger(__name__)

_also: list[Callable[[dt.datetime], Sequence[str]]] = []


def also(tell: Callable[[dt.datetime], Sequence[str]]) -> None:
    """Registers what else the owners have to know when messages stop leaving, in sentences; for apps further up, in their
    AppConfig.ready."""
    _also.append(tell)


def look(now: dt.datetime) -> Health:
    """What `health` says, and the owners told of it where they have to be. Sends; not to be called in a request."""
    found = health.look(now)
    if settings.RESTORED:
        return found
    watch, _ = Heartbeat.objects.get_or_create(name=WATCH, defaults={"finished_at": now})
    if not (found.sweeps and found.ticks):
        _once(watch, now, now, Q(alarmed_at=None) | Q(alarmed_at__lte=now - AGAIN_AFTER), STOPPED, found)
    elif watch.alarmed_at is not None:
        _once(watch, now, None, Q(alarmed_at=watch.alarmed_at), GOES_ON, found)
    return found


def _once(
    watch: Heartbeat, now: dt.datetime, alarmed_at: dt.datetime | None, if_still: Q, text: str, found: Health
) -> None:
    """Whoever changes the row tells; if no mail could leave, the row is as before, and the next look tries again."""
    rows = Heartbeat.objects.filter(name=WATCH)
    if not rows.filter(if_still).update(alarmed_at=alarmed_at, finished_at=now):
        return
    if not tell_owners(text, found):
        rows.filter(alarmed_at=alarmed_at).update(alarmed_at=watch.alarmed_at)


def tell_owners(text: str, found: Health) -> bool:
    """Whether it left to at least one of them."""
    said, line = _said(text, found), channels.line(Channel.EMAIL)
    owners = User.objects.filter(role=Role.OWNER, is_active=True)
    try:
        return sum(_told(line, Message(kind=text, recipient=owner.email), said) for owner in owners) > 0
    finally:
        line.close()


def _told(line: Line, message: Message, said: Said) -> bool:
    try:
        line.send(message, said)
    except SendingFailed as failure:
        log.error("An owner could not be told that messages stand still: %s", failure.words)
        return False
    return True


def _said(text: str, found: Health) -> Said:
    practice = Practice.objects.current()
    context: Context = {
        "last": moment(found.swept_at, practice.zone) if found.swept_at else "never yet",
        "oldest": moment(found.oldest_due_at, practice.zone) if found.oldest_due_at else "nothing is waiting",
        "also": "\n\n".join(sentence for tell in _also for sentence in tell(found.now)),
        "link": Button("How it stands", settings.SITE_URL + reverse("readyz")),
    }
    return wording.fill_in(wording.shipped(text, Channel.EMAIL), context, practice, Channel.EMAIL)
