"""Real processes with real connections that do something at the same moment, and what each of them was told.

The processes are started once and race many times. What they do comes from `bookings.tests.contenders`.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from multiprocessing.connection import Connection
from typing import Any, NamedTuple
from unittest import mock

from practice.servers import die_with_parent

LEAD = 0.02  # seconds in which everybody learns when the race begins

Contender = Callable[..., Callable[[], Any]]
"""Loads what it needs and gives the act itself, so that all acts begin together."""


class Entry(NamedTuple):
    """One who takes part: the contender and its arguments."""

    contender: Contender
    arguments: tuple[Any, ...]


class Answer(NamedTuple):
    """`said` is "done", the name of a refusal, or "error" with what no client should ever see."""

    said: str
    value: Any
    seconds: float


class Racers:
    """The processes; each runs its share of a race's entries in threads with connections of their own."""

    def __init__(self, count: int, settings: str, database: str) -> None:
        spawn = multiprocessing.get_context("spawn")
        self.pipes: list[Connection] = []
        self.processes = []
        for _ in range(count):
            ours, theirs = spawn.Pipe()
            process = spawn.Process(target=serve, args=(theirs, settings, database), daemon=True)
            process.start()
            theirs.close()
            self.pipes.append(ours)
            self.processes.append(process)

    def race(self, entries: Sequence[Entry], *, without: Sequence[str] = ()) -> list[Answer]:
        """What each entry was told, in the order of the entries; `without` names guards of `TAKE_AWAY`."""
        shares = [(pipe, entries[number :: len(self.pipes)]) for number, pipe in enumerate(self.pipes)]
        for pipe, share in shares:
            pipe.send((share, without))
        for pipe, _ in shares:
            assert pipe.recv() == "ready"
        begin = time.monotonic() + LEAD
        for pipe, _ in shares:
            pipe.send(begin)
        told = [iter(pipe.recv()) for pipe, _ in shares]
        return [next(told[number % len(told)]) for number in range(len(entries))]

    def close(self) -> None:
        for pipe, process in zip(self.pipes, self.processes, strict=True):
            pipe.close()
            process.join(10)
            process.close()


def serve(pipe: Connection, settings: str, database: str) -> None:
    """A process's life: race after race, until the other end of the pipe is closed."""
    die_with_parent()
    os.environ["DJANGO_SETTINGS_MODULE"] = settings
    import django
    from django.conf import settings as configured

    configured.DATABASES["default"]["NAME"] = database
    django.setup()
    with contextlib.suppress(EOFError):
        while True:
            entries, without = pipe.recv()
            with contextlib.ExitStack() as taken_away:
                for guard in without:
                    taken_away.enter_context(TAKE_AWAY[guard]())
                _run_together(pipe, entries)


def _run_together(pipe: Connection, entries: Sequence[Entry]) -> None:
    answers: list[Answer] = [Answer("error: did not start", None, 0)] * len(entries)
    ready = threading.Barrier(len(entries) + 1)
    started = threading.Event()
    begin: list[float] = []

    def take_part(number: int, entry: Entry) -> None:
        from django.db import connection

        try:
            act = entry.contender(*entry.arguments)
            ready.wait(30)
            started.wait()
            time.sleep(max(0.0, begin[0] - time.monotonic()))
            answers[number] = _told(act)
        finally:
            connection.close()

    threads = [threading.Thread(target=take_part, args=each) for each in enumerate(entries)]
    for thread in threads:
        thread.start()
    ready.wait(30)
    pipe.send("ready")
    begin.append(pipe.recv())
    started.set()
    for thread in threads:
        thread.join()
    pipe.send(answers)


def _told(act: Callable[[], Any]) -> Answer:
    from bookings.errors import Refusal
    from clients.errors import Declined

    began = time.monotonic()
    try:
        said, value = "done", act()
    except (Refusal, Declined) as refusal:
        said, value = type(refusal).__name__, None
    except Exception as error:  # what a client would meet as a page that broke
        said, value = f"error: {type(error).__name__}: {error}", None
    return Answer(said, value, time.monotonic() - began)


# Guards that the processes of one race can be told to do without


def _without_lock() -> AbstractContextManager[Any]:
    """Look and write come apart: no row is locked on PostgreSQL, and no transaction begins on SQLite."""
    from django.db import connections

    ours = connections["default"]
    if ours.vendor == "postgresql":
        return mock.patch.object(type(ours.features), "has_select_for_update", False)
    return mock.patch.object(type(ours), "_start_transaction_under_autocommit")


def _without_expected_state() -> AbstractContextManager[Any]:
    """A change of a booking no longer names the state it expects."""
    from bookings.models.booking import Booking, BookingQuerySet

    class Careless(BookingQuerySet):
        def filter(self, *args: Any, **kwargs: Any) -> Any:
            return super().filter(*args, **{"pk": kwargs["pk"]} if "version" in kwargs else kwargs)

    return mock.patch.object(Booking.objects, "_queryset_class", Careless)


def _without_second_look() -> AbstractContextManager[Any]:
    """A file writes what it was checked against, whatever has happened to it since."""
    from bookings import importing

    return mock.patch.object(importing, "_hold", return_value=None)


TAKE_AWAY = {"lock": _without_lock, "expected_state": _without_expected_state, "second_look": _without_second_look}


@contextlib.contextmanager
def own_connection() -> Iterator[Any]:
    """A connection to the tests' database that knows nothing of Django."""
    import psycopg2
    from django.db import connection

    if connection.vendor == "postgresql":
        found = psycopg2.connect(**connection.get_connection_params())
    else:
        found = sqlite3.connect(connection.settings_dict["NAME"], timeout=20)
    with contextlib.closing(found):
        yield found
