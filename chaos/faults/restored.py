"""A backup is put back after more has been sent: sending is off at first, what was due before is not sent again, the rest is."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

from django.db import connection
from django.utils import timezone

from bench import reminders
from chaos import verdict
from chaos.world import World
from outbox.models import Message, State
from practice.celery import app
from practice.servers import postgres_programs

ROOT = Path(__file__).resolve().parent.parent.parent
ROUNDS = 3


def run(world: World) -> None:
    number = 40 if world.small else 1_000
    scene = reminders.Scene()
    before = scene.due_now(number)
    soon = timezone.now() + dt.timedelta(seconds=45 if world.small else 90)
    coming = scene.remind(scene.bookings(number), soon)
    backup = dump(world)
    let_it_send(world, number)
    connection.close()
    restored_at = timezone.now()
    restore(world, backup)
    world.hold("rows that the backup believes to be due", abs(verdict.open_and_due(restored_at) - number), at_most=0)
    stays_silent(world)
    resume(restored_at)
    world.crew.env = {}
    world.crew.worker(children=2)
    world.crew.beat()
    world.wait(verdict.all_ended, 240, "everything has ended")
    judge(world, before, coming)


def let_it_send(world: World, number: int) -> None:
    world.crew.worker(children=2)
    world.crew.beat()
    world.wait(lambda: world.mail.count("accepted") >= number, 60, "what is due has left")
    world.wait(lambda: not verdict.open_and_due(), 20, "it is written down")
    world.crew.end()


def stays_silent(world: World) -> None:
    """With RESTORED, as the guide says: workers take the rounds that somebody asks for all the same, and nothing leaves."""
    sent = world.mail.count("asked")
    world.crew.env = {"RESTORED": "1"}
    world.crew.worker(children=2)
    world.crew.beat()
    for _ in range(ROUNDS):
        app.send_task("outbox.tick")
    world.wait(lambda: rounds_taken() >= ROUNDS, 60, "workers have taken rounds while RESTORED was set")
    world.crew.end()
    world.hold("letters begun while RESTORED was set", world.mail.count("asked") - sent, at_most=0)


def rounds_taken() -> int:
    """What the workers that answer say of themselves: such a round leaves no heartbeat."""
    told = app.control.inspect(timeout=1).stats() or {}
    return sum(each["total"].get("outbox.tick", 0) for each in told.values())


def resume(restored_at: dt.datetime) -> None:
    command = [sys.executable, "manage.py", "resume_sending", "--restored-at", restored_at.isoformat(), "--yes"]
    subprocess.run(command, cwd=ROOT, env=os.environ | {"RESTORED": "1"}, check=True, stdout=subprocess.DEVNULL)


def judge(world: World, before: list[Message], coming: list[Message]) -> None:
    found = verdict.copies(world.mail)
    states = [verdict.states(Message.objects.filter(pk__in=[row.pk for row in rows])) for rows in (before, coming)]
    world.tell("due before the restore", **states[0])
    world.tell("due after it", **states[1])
    world.hold("due before, and not expired", len(before) - states[0].get(State.EXPIRED, 0), at_most=0)
    world.hold("due after, and not sent", len(coming) - states[1].get(State.SENT, 0), at_most=0)
    world.hold("copies", verdict.extra(found), at_most=0)
    world.hold(
        "reminders without a letter", sum(str(row.message_id) not in found for row in before + coming), at_most=0
    )


def dump(world: World) -> Path:
    path = world.folder / "backup"
    if world.is_sqlite:
        with sqlite3.connect(file_of_sqlite()) as database:
            database.execute("VACUUM INTO ?", [str(path)])
        database.close()
        return path
    subprocess.run([postgres_programs() / "pg_dump", "-Fc", "-f", path, address()], check=True)
    return path


def restore(world: World, backup: Path) -> None:
    if world.is_sqlite:
        file = file_of_sqlite()
        for rest in ("-wal", "-shm"):
            Path(f"{file}{rest}").unlink(missing_ok=True)
        shutil.copy(backup, file)
        return
    words = ["--clean", "--if-exists", "--exit-on-error", "--single-transaction", "-d", address()]
    subprocess.run([postgres_programs() / "pg_restore", *words, backup], check=True)


def file_of_sqlite() -> str:
    return os.environ["DATABASE_URL"].removeprefix("sqlite:///")


def address() -> str:
    return os.environ["DATABASE_URL"].replace("postgres://", "postgresql://")
