"""How soon what is written lasts: at once, as everything here, or with what is written next.

Everything lasts through the end of a process. Only the power, or the database itself, can take what was to last later.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from django.db import connection

LATER = {"postgresql": "SET synchronous_commit TO off", "sqlite": "PRAGMA synchronous=NORMAL"}
AT_ONCE = {"postgresql": "RESET synchronous_commit", "sqlite": "PRAGMA synchronous=FULL"}


@contextlib.contextmanager
def lasting_later() -> Iterator[None]:
    """No write inside waits for the disk; the first one after it makes them all last. For what costs nothing but a
    repetition if it is lost. Does nothing in a transaction, which lasts as a whole."""
    if connection.in_atomic_block:
        yield
        return
    _say(LATER)
    try:
        yield
    finally:
        if connection.connection is not None and connection.is_usable():  # else the next one is opened as all are
            _say(AT_ONCE)
        else:
            connection.close()


def _say(words: dict[str, str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(words[connection.vendor])
