"""Which letters have left: written down one by one without waiting for the disk, and kept in mind until the disk has them.

A database that crashes forgets what it had not yet on the disk; then all that is in mind is written down again. So an outcome
is lost only if this process ends in the same moment as well. Only for what was sent; the rest may be found out again.
"""

from __future__ import annotations

import datetime as dt
import threading
import time
from typing import Any

from django.db import connection, transaction
from django.db.utils import DatabaseError, InterfaceError, OperationalError

from outbox.models import Message
from practice.durability import ask_without_waiting
from practice.statements import ask

DATABASE_AWAY = (0.1, 0.3, 1.0, 2.0, 4.0)
"""Seconds between the attempts to write down what has been sent: a database that restarts is back in that time."""

SENT = """
UPDATE outbox_message
SET state = 'sent', sent_at = %(now)s, subject = %(subject)s, text = %(text)s, provider_id = %(provider_id)s,
    last_error = '', lease_until_at = NULL
WHERE id = %(id)s AND key = %(key)s AND state IN ('sending', 'retrying') AND attempts = %(attempts)s
RETURNING id
"""
LASTING = "UPDATE outbox_message SET attempts = attempts WHERE id = %(id)s RETURNING id"
"""Changes nothing and is a write all the same; what waits for the disk with it is everything before it."""


class _Mind(threading.local):
    """Of each thread, as its connection is. It outlives a round that was broken off."""

    def __init__(self) -> None:
        self.uncertain: list[dict[str, Any]] = []
        self.over: Any = None
        """The driver's connection that they were written over: what another one writes says nothing of them."""


_mind = _Mind()


def record_sent(message: Message, *, subject: str, text: str, provider_id: str, now: dt.datetime) -> bool:
    """False where somebody else has the row by now. Until this is written another worker would send it again; so it waits for
    a database that restarts. Within a transaction it lasts as that does."""
    values = {
        "id": message.pk,
        "key": message.key,
        "attempts": message.attempts,
        "now": connection.ops.adapt_datetimefield_value(now),
        "subject": subject[:200],
        "text": text,
        "provider_id": provider_id[:200],
    }
    if connection.in_atomic_block:
        return bool(ask(SENT, values))
    _mind.uncertain.append(values)
    try:
        if len(_mind.uncertain) == 1:
            connection.ensure_connection()
            _mind.over = connection.connection
        if _mind.over is connection.connection:
            return bool(ask_without_waiting(SENT, values))
    except (DatabaseError, InterfaceError) as error:
        if not _is_away(error):
            raise
    return message.pk in _write_again()


def settle() -> None:
    """Afterwards all that was recorded is on the disk. Waits for a database that restarts, and raises what it says if it does
    not; then it stays in mind."""
    if not _mind.uncertain:
        return
    try:
        if _mind.over is connection.connection and ask(LASTING, {"id": _mind.uncertain[-1]["id"]}):
            _mind.uncertain.clear()
            return
    except (DatabaseError, InterfaceError) as error:
        if not _is_away(error):
            raise
    _write_again()


def _write_again() -> set[int]:
    """All that is in mind, on a new connection; gives which of it was not written down yet."""
    for wait in DATABASE_AWAY:
        connection.close()
        time.sleep(wait)
        try:
            return _write_all()
        except (DatabaseError, InterfaceError) as error:
            if not _is_away(error):
                raise
    connection.close()
    return _write_all()


def _write_all() -> set[int]:
    with transaction.atomic():
        written = {pk for values in _mind.uncertain for (pk,) in ask(SENT, values)}
        ask(LASTING, {"id": _mind.uncertain[-1]["id"]})
    _mind.uncertain.clear()
    return written


def _is_away(error: Exception) -> bool:
    """A PostgreSQL that falls over in the midst of a statement leaves an error of no particular kind."""
    return isinstance(error, OperationalError | InterfaceError) or type(error) is DatabaseError
