"""The database goes away while reminders go out: PostgreSQL is restarted, and crashes; on SQLite somebody keeps the file
locked."""

from __future__ import annotations

import os
import signal
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psutil
from django.db import OperationalError, connection

from bench import reminders
from chaos import verdict
from chaos.world import World
from outbox.models import State

LOCKED_SECONDS = 4
CHILDREN = 3
BACK_IN_TIME = 7.0
"""Seconds for which a worker waits with what it has sent."""


def run(world: World) -> None:
    number = 300 if world.small else 10_000
    reminders.Scene().due_now(number)
    world.mail.behave(delay=0.03 if world.small else 0.005)
    world.crew.worker(children=CHILDREN)
    world.crew.beat()
    away: list[float] = []
    for part, (name, go_away) in enumerate(ways(world), start=1):
        enough = number * part // 4
        world.wait(lambda enough=enough: world.mail.count("accepted") >= enough, 300, f"a part has left before {name}")
        began = time.monotonic()
        go_away()
        world.wait(is_back, 60, f"the database is back after {name}")
        away.append(time.monotonic() - began)
    world.wait(verdict.all_ended, 300, "everything has left")
    found, states = verdict.copies(world.mail), verdict.states()
    world.tell(f"{number:,} reminders", away_s=max(away), copies=verdict.extra(found), **states)
    world.hold("reminders lost", verdict.lost(found), at_most=0)
    world.hold("rows that do not say sent", number - states.get(State.SENT, 0), at_most=0)
    most = 0 if max(away) < BACK_IN_TIME else CHILDREN * len(away)
    world.hold("copies, none if the database was back in time", verdict.extra(found), at_most=most)


def ways(world: World) -> list[tuple[str, Callable[[], None]]]:
    if world.is_sqlite:
        return [("a lock", lock), ("another lock", lock)]
    return [("a restart", lambda: end(signal.SIGINT)), ("a crash", lambda: end(signal.SIGQUIT))]


def lock() -> None:
    other = sqlite3.connect(os.environ["DATABASE_URL"].removeprefix("sqlite:///"), isolation_level=None, timeout=20)
    other.execute("BEGIN IMMEDIATE")
    time.sleep(LOCKED_SECONDS)
    other.execute("COMMIT")
    other.close()


def end(by: signal.Signals) -> None:
    """Whoever started us starts it again."""
    folder = parse_qs(urlsplit(os.environ["DATABASE_URL"]).query)["host"][0]
    pid = int((Path(folder) / "data" / "postmaster.pid").read_text().split()[0])
    connection.close()
    os.kill(pid, by)
    while psutil.pid_exists(pid):
        time.sleep(0.05)


def is_back() -> bool:
    connection.close()
    try:
        connection.ensure_connection()
    except OperationalError:
        return False
    return True
