"""Sends what is due: claims a row by one conditional update with a lease, asks whether it is still wanted, sends, records.

Delivery is at least once: a second copy is possible only when a worker dies between the server's acceptance and the
record of it. Every attempt carries the same Message-ID.
"""

from __future__ import annotations

import datetime as dt
import logging
import random
import smtplib
from collections.abc import Callable, Iterator
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import F, Q

from outbox import registry
from outbox.models import Heartbeat, Message, State
from outbox.registry import Said

LEASE = dt.timedelta(seconds=120)
"""Longer than the slowest send: EMAIL_TIMEOUT is 10 s, the task's hard limit 90 s."""
BATCH = 50
FIRST_WAIT = dt.timedelta(seconds=30)
LONGEST_WAIT = dt.timedelta(minutes=30)

log = logging.getLogger(__name__)


def sweep(tell: Callable[[], dt.datetime]) -> int:
    """Handles everything that is due; gives how many rows it claimed. `tell` says what time it is as the sweep goes on."""
    now = tell()
    Message.objects.filter(_open_at(now), expires_at__lte=now).update(state=State.EXPIRED)
    mail = get_connection()
    claimed = 0
    while ids := _due(tell()):
        claimed += sum(_handle(pk, tell(), mail) for pk in ids)
    mail.close()
    Heartbeat.objects.update_or_create(name="sweep", defaults={"finished_at": tell()})
    return claimed


def _open_at(now: dt.datetime) -> Q:
    """Waiting, or being sent by somebody whose lease ran out."""
    return Q(state__in=(State.PLANNED, State.RETRYING)) | Q(state=State.SENDING, lease_until_at__lte=now)


def _due(now: dt.datetime) -> list[int]:
    due = Message.objects.filter(_open_at(now), due_at__lte=now, expires_at__gt=now)
    return list(due.order_by("due_at", "pk").values_list("pk", flat=True)[:BATCH])


def claim(pk: int, now: dt.datetime) -> Message | None:
    """Takes the row for the time of the lease, or nothing if another worker has it or it is no longer due."""
    due = Message.objects.filter(_open_at(now), pk=pk, due_at__lte=now, expires_at__gt=now)
    if not due.update(state=State.SENDING, lease_until_at=now + LEASE, attempts=F("attempts") + 1):
        return None
    return Message.objects.get(pk=pk)


def _handle(pk: int, now: dt.datetime, mail: BaseEmailBackend) -> int:
    message = claim(pk, now)
    if message is None:
        return 0
    try:
        kind = registry.kind_of(message)
        if not kind.still_wanted(message, now):
            _record(message, state=State.CANCELLED)
            return 1
        said = kind.say(message, now)
        send(message, said, mail)
    except Exception as error:  # one bad row never holds up the rest
        mail.close()
        _record_failure(message, error, now)
    else:
        _record(message, state=State.SENT, sent_at=now, subject=said.subject[:200], text=said.kept, last_error="")
    return 1


def send(message: Message, said: Said, mail: BaseEmailBackend) -> None:
    """Hands it to the mail server, over the open connection if there is one; raises whatever the server says."""
    mail.open()
    host = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    letter = EmailMultiAlternatives(
        said.subject,
        said.text,
        to=[message.recipient],
        headers={"Message-ID": f"<{message.message_id}@{host}>", "Auto-Submitted": "auto-generated"},
        connection=mail,
    )
    letter.attach_alternative(said.html, "text/html")
    for attachment in said.attachments:
        letter.attach(*attachment)
    letter.send()


def _record(message: Message, **fields: object) -> None:
    """Only the attempt that claimed the row may write what became of it."""
    Message.objects.filter(pk=message.pk, state=State.SENDING, attempts=message.attempts).update(
        lease_until_at=None, **fields
    )


def _record_failure(message: Message, error: Exception, now: dt.datetime) -> None:
    log.warning("Message %s could not be sent: %s", message.pk, type(error).__name__)
    words = _plain(error)
    if _is_final(error):
        _record(message, state=State.FAILED, last_error=words)
        return
    wait = min(FIRST_WAIT * 2 ** min(message.attempts - 1, 10), LONGEST_WAIT) * random.uniform(0.8, 1.2)
    _record(message, state=State.RETRYING, due_at=now + wait, last_error=words)


def _is_final(error: Exception) -> bool:
    """A mail server's 5xx for the address or the letter will not get better. A text that cannot be written may, with
    the next release; it is tried until its expiry."""
    return any(500 <= code < 600 for code in _codes(error))


def _codes(error: Exception) -> Iterator[int]:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        yield from (code for code, _ in error.recipients.values())
    elif isinstance(error, smtplib.SMTPResponseException) and not isinstance(
        error, smtplib.SMTPAuthenticationError | smtplib.SMTPConnectError | smtplib.SMTPHeloError
    ):
        yield error.smtp_code


def _plain(error: Exception) -> str:
    codes = list(_codes(error))
    if codes:
        return f"The mail server refused it (code {codes[0]})."
    if isinstance(error, OSError | smtplib.SMTPException):
        return "The mail server could not be reached."
    return f"It could not be written ({type(error).__name__})."
