"""Writers on SQLite wait in line, whatever database the other tests run on."""

import contextlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import OperationalError
from django.db.utils import ConnectionHandler


@pytest.fixture
def databases(tmp_path: Path, django_db_blocker) -> Iterator[ConnectionHandler]:
    """Each thread that asks has a connection of its own; writers wait half a second at most."""
    options = {"transaction_mode": "IMMEDIATE", "timeout": 0.5, "init_command": "PRAGMA journal_mode=WAL"}
    with django_db_blocker.unblock():
        yield ConnectionHandler(
            {"default": {"ENGINE": "practice.sqlite3", "NAME": tmp_path / "own.sqlite3", "OPTIONS": options}}
        )


@contextmanager
def write(databases: ConnectionHandler) -> Iterator[None]:
    connection = databases["default"]
    try:
        connection.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
        yield
        connection.commit()
    finally:
        connection.close()


def test_writers_begin_in_the_order_in_which_they_came(databases):
    with write(databases):
        databases["default"].cursor().execute("CREATE TABLE came (name integer)")

    def wait_and_write(name: int) -> None:
        """Every other one without a transaction around it."""
        with write(databases) if name % 2 else contextlib.closing(databases["default"]):
            databases["default"].cursor().execute("INSERT INTO came VALUES (%s)", [name])

    writers = [threading.Thread(target=wait_and_write, args=(name,)) for name in range(5)]
    with write(databases):
        for writer in writers:
            writer.start()
            time.sleep(0.05)
    for writer in writers:
        writer.join()

    rows = databases["default"].cursor().execute("SELECT name FROM came ORDER BY rowid").fetchall()
    databases["default"].close()
    assert rows == [(0,), (1,), (2,), (3,), (4,)]


def test_writer_is_told_that_the_database_is_locked_once_its_patience_is_over(databases):
    said = []

    def give_up() -> None:
        try:
            with write(databases):
                said.append("began")
        except OperationalError as error:
            said.append(str(error))

    writers = [threading.Thread(target=give_up) for _ in range(3)]
    with write(databases):
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()

    assert said == ["database is locked"] * 3


def test_readers_do_not_wait(databases):
    with write(databases):
        read = []

        def look() -> None:
            with databases["default"].cursor() as cursor:
                read.append(cursor.execute("SELECT 1").fetchone())
            databases["default"].close()

        reader = threading.Thread(target=look)
        reader.start()
        reader.join(0.4)

    assert read == [(1,)]
