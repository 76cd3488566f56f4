"""A real worker and beat over a real queue and a real mail server, as production runs them, and what they survive."""

import datetime as dt
import os
import signal
import sqlite3
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import psutil
import pytest

from outbox.tests.mail_server import MailServer, mail_server
from practice.servers import Server, die_with_parent, valkey_server
from tests.layers import ROOT

WORKER = [
    "-W",
    "ignore:You're running the worker with superuser",
    "-m",
    "celery",
    "--quiet",
    "-A",
    "practice",
    "worker",
]
WORKER += ["--beat", "--concurrency", "1", "--loglevel", "WARNING", "--without-gossip", "--without-mingle"]


class World(NamedTuple):
    folder: Path
    mail: MailServer
    queue: Server
    worker: subprocess.Popen[bytes]
    env: dict[str, str]

    def ask(self, sql: str, *values: Any) -> list[Any]:
        with sqlite3.connect(self.folder / "practice.sqlite3", timeout=20) as database:
            found = database.execute(sql, values).fetchall()
        database.close()
        return found

    def plan(self, recipient: str) -> None:
        """An invitation, since it needs nothing but an account without a password; due at once, without a nudge."""
        now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
        user = self.ask("SELECT id FROM accounts_user LIMIT 1")[0][0]
        self.ask(
            "INSERT INTO outbox_message (kind, channel, recipient, whom, about, version, key, due_at, expires_at, state, "
            "attempts, taken_over, last_error, message_id, provider_id, subject, text, created_at, user_id) "
            "VALUES ('therapist_invited', 'email', ?, '', ?, 0, ?, ?, ?, 'planned', 0, 0, '', ?, '', '', '', ?, ?)",
            *(
                recipient,
                f"user:{user}",
                recipient,
                str(now),
                str(now + dt.timedelta(days=1)),
                uuid.uuid4().hex,
                str(now),
            ),
            user,
        )

    def nudge(self) -> None:
        line = "from outbox import nudge; from celery import current_app; current_app.send_task(nudge.SWEEP)"
        subprocess.run([sys.executable, "manage.py", "shell", "-c", line], cwd=ROOT, env=self.env, check=True)

    def child(self) -> psutil.Process:
        """The process that does the work."""
        children = psutil.Process(self.worker.pid).children(recursive=True)
        return max(children, key=lambda process: process.cpu_times().user)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("worker")
    with mail_server(SimpleNamespace()) as mail, valkey_server() as queue:
        env = os.environ | {
            "DJANGO_SETTINGS_MODULE": "practice.settings",
            **{
                "DEBUG": "1",
                "SECRET_KEY": "only-for-tests-" + "0123456789abcdef" * 4,
                "DATABASE_URL": f"sqlite:///{folder}/practice.sqlite3",
            },
            **{"REDIS_URL": queue.url, "EMAIL_URL": f"smtp://127.0.0.1:{mail.port}", "SITE_URL": "http://127.0.0.1"},
            "LEDGER_ANCHOR_FILE": f"{folder}/anchors.jsonl",
            "FIELD_ENCRYPTION_KEYS": "dGVzdHMtb25seS10ZXN0cy1vbmx5LXRlc3RzLW9ubHk=",
        }
        manage = [sys.executable, "manage.py"]
        subprocess.run([*manage, "migrate", "--verbosity", "0"], cwd=ROOT, env=env, check=True)
        make = "from accounts.models import User; User.objects.create_user('mara@example.com', None)"
        subprocess.run([*manage, "shell", "-c", make], cwd=ROOT, env=env, check=True)
        with (folder / "worker.log").open("wb") as log:
            worker = subprocess.Popen(
                [sys.executable, *WORKER, "--schedule", str(folder / "schedule")],
                **{"cwd": ROOT, "env": env, "stdout": log, "stderr": log, "preexec_fn": die_with_parent},
                start_new_session=True,
            )
        try:
            yield World(folder, mail, queue, worker, env)
        finally:
            os.killpg(worker.pid, signal.SIGKILL)
            worker.wait()


def eventually(question: Callable[[], Any], seconds: float = 60) -> Any:
    end = time.monotonic() + seconds
    while not (found := question()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.1)
    return found


def beats(world: World) -> dict[str, str]:
    return dict(world.ask("SELECT name, finished_at FROM outbox_heartbeat"))


def test_beat_and_worker_send_what_is_due_without_any_nudge(world: World) -> None:
    world.plan("first@example.com")

    eventually(lambda: "first@example.com" in world.mail.to())

    eventually(lambda: {"sweep", "tick"} <= set(beats(world)))


def test_nudge_is_answered_long_before_the_next_round(world: World) -> None:
    eventually(lambda: beats(world))
    world.plan("nudged@example.com")
    world.nudge()

    eventually(lambda: "nudged@example.com" in world.mail.to(), seconds=20)


ORDER = """
import datetime as dt
from accounts.models import Role, User
from celery import current_app
from django.db import transaction
from django.utils import timezone
from practice.models import Practice
from reports import catalogue, files, question
from reports.models import ReportFile
owner = User.objects.create_user("iris@example.com", None, role=Role.OWNER)
now = timezone.now()
asked = question.asked(question.Question(), by=owner, practice=Practice.objects.current(), now=now)
order = lambda form: files.order(catalogue.found("messages", owner), asked, "rows", form)
with transaction.atomic():  # the worker sees both at once
    left = order("csv")
    ReportFile.objects.filter(pk=left.pk).update(state="making", claims=1, lease_until_at=now - dt.timedelta(seconds=1))
    order("xlsx")
current_app.send_task(files.MAKE)
"""


def test_files_that_were_ordered_are_made_one_after_the_other_also_one_at_which_a_worker_stopped(world: World) -> None:
    subprocess.run([sys.executable, "manage.py", "shell", "-c", ORDER], cwd=ROOT, env=world.env, check=True)

    def states() -> list[Any]:
        return world.ask("SELECT form, state, claims FROM reports_reportfile ORDER BY form")

    eventually(lambda: {state for _, state, _ in states()} <= {"ready", "failed"}, seconds=120)
    assert states() == [("csv", "ready", 2), ("xlsx", "ready", 1)]
    sizes = world.ask(
        "SELECT f.size, SUM(LENGTH(p.content)) FROM reports_reportfile f JOIN reports_reportpart p ON p.file_id = f.id GROUP BY f.id"
    )
    assert len(sizes) == 2 and all(size == there for size, there in sizes)


def test_worker_whose_child_is_killed_in_the_midst_of_a_letter_goes_on_with_the_next(world: World) -> None:
    reached: list[str] = []

    def fall_silent(talk: Any, word: str, line: str) -> None:
        if word == "RCPT" and "fatal" in line:
            reached.append(line)
            talk.wait()

    world.mail.rule = fall_silent
    world.plan("fatal@example.com")
    world.nudge()
    eventually(lambda: reached)
    world.child().kill()
    world.mail.rule = lambda talk, word, line: None
    world.plan("after@example.com")
    world.nudge()

    eventually(lambda: "after@example.com" in world.mail.to())
    state = world.ask("SELECT state, attempts FROM outbox_message WHERE recipient = 'fatal@example.com'")
    assert state == [("sending", 1)]  # until its lease runs out; then it is taken over
    assert world.worker.poll() is None


def test_queue_that_is_emptied_costs_nothing_but_the_time_to_the_next_round(world: World) -> None:
    before = eventually(lambda: beats(world).get("tick"))
    world.plan("flushed@example.com")
    emptied = f"import redis; redis.Redis.from_url({world.queue.url.replace('redis+socket', 'unix')!r}).flushall()"
    subprocess.run([sys.executable, "-c", emptied], check=True)

    eventually(lambda: "flushed@example.com" in world.mail.to(), seconds=90)
    eventually(lambda: beats(world)["tick"] > before)


def test_queue_that_falls_silent_and_comes_back_finds_the_worker_waiting(world: World) -> None:
    world.queue.process.send_signal(signal.SIGSTOP)
    time.sleep(5)
    world.plan("silent@example.com")
    world.queue.process.send_signal(signal.SIGCONT)

    eventually(lambda: "silent@example.com" in world.mail.to(), seconds=90)
