"""The one transaction in which a report's queries run: they all see the same moment, and none of them can write.

Stops what takes too long, so that no question keeps the database from those who book.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from typing import Any

from django.db import DEFAULT_DB_ALIAS, OperationalError, connections, transaction

from reports.errors import TooLong

LONGEST_SECONDS = 30.0
IDLE_SECONDS = 60
"""How long one who takes rows may leave between them; who stops listening does not keep the transaction open."""
MEMORY = "32MB"
"""For each sort or sum on PostgreSQL: with the usual 4 MB the sums of ten years go by way of the disk."""
STEPS = 50_000
"""Of SQLite's own machine, between two looks at the clock: some milliseconds."""
CANCELLED = "57014"
"""As PostgreSQL says it."""
INTERRUPTED = "interrupted"
"""As SQLite says it."""


@contextlib.contextmanager
def reading(seconds: float = LONGEST_SECONDS) -> Iterator[None]:
    """Each statement may take so long on PostgreSQL, the whole on SQLite. Within a transaction it is a part of that, with
    that one's bounds. Raises TooLong."""
    connection = connections[DEFAULT_DB_ALIAS]
    try:
        with _transaction(connection, seconds):
            yield
    except OperationalError as error:
        if _was_stopped(error):
            raise TooLong from error
        raise


def _transaction(connection: Any, seconds: float) -> contextlib.AbstractContextManager[None]:
    if connection.in_atomic_block:
        return contextlib.nullcontext()
    return _on_postgresql(connection, seconds) if connection.vendor == "postgresql" else _on_sqlite(connection, seconds)


@contextlib.contextmanager
def _on_postgresql(connection: Any, seconds: float) -> Iterator[None]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY; "
            f"SET LOCAL statement_timeout = {int(seconds * 1000)}; "
            f"SET LOCAL work_mem = '{MEMORY}'; "
            f"SET LOCAL idle_in_transaction_session_timeout = {IDLE_SECONDS * 1000}"
        )
        yield


@contextlib.contextmanager
def _on_sqlite(connection: Any, seconds: float) -> Iterator[None]:
    """A plain BEGIN: readers take no turn among the writers."""
    connection.ensure_connection()
    driver, usual = connection.connection, connection.transaction_mode
    give_up_at = time.monotonic() + seconds
    driver.execute("PRAGMA query_only = ON")
    driver.set_progress_handler(lambda: time.monotonic() > give_up_at, STEPS)
    connection.transaction_mode = "DEFERRED"
    try:
        with transaction.atomic():
            connection.transaction_mode = usual
            yield
    finally:
        connection.transaction_mode = usual
        driver.set_progress_handler(None, 0)
        driver.execute("PRAGMA query_only = OFF")


def _was_stopped(error: OperationalError) -> bool:
    return getattr(error.__cause__, "pgcode", None) == CANCELLED or str(error) == INTERRUPTED
