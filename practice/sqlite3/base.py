"""Whoever wants to write waits in line: first come, first served, across threads and processes.

SQLite has no line. Who finds it locked looks again after 1, 2, 5 … up to 100 ms, while the lock may long be free and others
overtake: of forty clients at one moment the last waited two seconds for work that takes 300 ms in all. Here only the first
in line looks; the others wait for a lock on a file beside the database, which the system hands on in order.
"""

from __future__ import annotations

import contextlib
import fcntl
import functools
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.db.backends.sqlite3 import base
from django.db.backends.sqlite3.base import *  # noqa: F403
from django.db.utils import OperationalError

LOCKED = "database is locked"
WRITES = {"INSERT", "UPDATE", "DELETE"}
LOOK_AGAIN_SECONDS = 0.001


class DatabaseCreation(base.DatabaseCreation):
    def _destroy_test_db(self, test_database_name: str, verbosity: int) -> None:
        super()._destroy_test_db(test_database_name, verbosity)
        Path(_turn_file(test_database_name)).unlink(missing_ok=True)


class Cursor(base.SQLiteCursorWrapper):
    """Waits in line too with a write that is a transaction of its own."""

    def __init__(self, connection: Any, database: DatabaseWrapper) -> None:
        super().__init__(connection)
        self.database = database

    def execute(self, query: str, params: Any = None) -> Any:
        act = functools.partial(super().execute, query, params)
        if self.connection.in_transaction or query.lstrip()[:6].upper() not in WRITES:
            return act()
        return self.database.in_line(act)


class DatabaseWrapper(base.DatabaseWrapper):
    creation_class = DatabaseCreation

    def create_cursor(self, name: str | None = None) -> Any:
        return self.connection.cursor(factory=lambda connection: Cursor(connection, self))

    def _start_transaction_under_autocommit(self) -> None:
        with self.wrap_database_errors:
            self.in_line(super()._start_transaction_under_autocommit)

    def in_line(self, act: Callable[[], Any]) -> Any:
        """Does this when it is our turn. Raises OperationalError where that comes only after one waits for a lock."""
        if self.transaction_mode != "IMMEDIATE" or self.is_in_memory_db():
            return act()
        patience: Any = self.settings_dict["OPTIONS"].get("timeout", 5)
        give_up_at = time.monotonic() + patience
        with _turn(_turn_file(self.settings_dict["NAME"])):
            self.connection.execute("PRAGMA busy_timeout = 0")
            try:
                return _once_unlocked(act, give_up_at)
            finally:
                self.connection.execute(f"PRAGMA busy_timeout = {int(1000 * patience)}")


def _once_unlocked(act: Callable[[], Any], give_up_at: float) -> Any:
    """The first in line looks again after a millisecond."""
    while time.monotonic() < give_up_at:
        try:
            return act()
        except (OperationalError, base.Database.OperationalError) as error:
            if str(error) != LOCKED:
                raise
        time.sleep(LOOK_AGAIN_SECONDS)
    raise base.Database.OperationalError(LOCKED)


def _turn_file(database: Any) -> str:
    """Not the database's own file: to close that would drop every lock that SQLite holds in this process."""
    return f"{database}-turn"


@contextlib.contextmanager
def _turn(path: str) -> Iterator[None]:
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)  # and with it the lock
