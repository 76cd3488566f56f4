"""A write that does not wait for the disk. It outlives this process, however hard that ends; only a failure of the power, or of
the database itself, can undo it, until the next write that waits is done: what stands before that in the log lasts with it.

For what its writer keeps in mind until then, and would write down again.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from django.db import connection

from practice.statements import Row, Values, ask

NOT_WAITING = "SELECT set_config('synchronous_commit', 'off', true)"
"""For the transaction that it stands in, so that a pooled connection goes to the next one as it was."""


def ask_without_waiting(sql: str, values: Values) -> list[Row]:
    """As `ask`. Within a transaction it lasts as that does."""
    if connection.in_atomic_block:
        return ask(sql, values)
    if connection.vendor == "postgresql":
        return ask(sql, values, after=NOT_WAITING)
    with _not_synced():
        return ask(sql, values)


@contextlib.contextmanager
def _not_synced() -> Iterator[None]:
    """SQLite then writes its log and leaves it to the system when that reaches the disk."""
    connection.ensure_connection()
    driver = connection.connection
    (usual,) = driver.execute("PRAGMA synchronous").fetchone()
    driver.execute("PRAGMA synchronous = NORMAL")
    try:
        yield
    finally:
        driver.execute(f"PRAGMA synchronous = {usual}")
