"""A real broker that is watched, and a real worker beside the test: what travels between them, and what both leave behind."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import redis
from celery import current_app
from django.db import connection

from outbox.models import OPEN, Message
from practice.servers import die_with_parent

# The clock stands, since the tests' day is another one; mails are written to files.
WORKER = """
import datetime, sys
import django
from django.conf import settings
database, folder, now = sys.argv[1:]
settings.DATABASES["default"]["NAME"] = database
settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = "django.core.mail.backends.filebased.EmailBackend", folder
django.setup()
from django.utils import timezone
moment = datetime.datetime.fromisoformat(now)
timezone.now = lambda: moment
from practice.celery import app
app.worker_main(["worker", "--pool", "solo", "--without-mingle", "--without-gossip", "--loglevel", "DEBUG"])
"""


@contextlib.contextmanager
def through(url: str) -> Iterator[None]:
    """The nudges of this process go to the broker at `url`."""
    conf, before = current_app.conf, current_app.conf.broker_write_url
    conf.broker_write_url, current_app.amqp._producer_pool = url, None
    try:
        yield
    finally:
        conf.broker_write_url, current_app.amqp._producer_pool = before, None


@contextlib.contextmanager
def worker(url: str, folder: Path, now: dt.datetime) -> Iterator[None]:
    """Sends what is due at `now`, mails into `folder`, and logs all it can into it."""
    database = str(connection.settings_dict["NAME"])
    environ = os.environ | {"REDIS_URL": url, "DJANGO_SETTINGS_MODULE": "practice.settings_test"}
    with (folder / "worker.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", WORKER, database, str(folder), now.isoformat()],
            env=environ,
            stdout=log,
            stderr=log,
            preexec_fn=die_with_parent,
        )
        try:
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


def wait_until_sent(by: dt.datetime, seconds: float = 60) -> None:
    """Until the worker has dealt with all that is due by then."""
    end = time.monotonic() + seconds
    while Message.objects.filter(state__in=OPEN, due_at__lte=by).exists():
        assert time.monotonic() < end, "The worker does not send."
        time.sleep(0.1)


class Watched:
    """Every command that reaches the broker, and afterwards all it holds: values, and the files it writes of them."""

    def __init__(self, url: str) -> None:
        self.socket = url.removeprefix("redis+socket://")
        self.server = redis.Redis(unix_socket_path=self.socket)
        self.commands: list[str] = []

    def watch(self) -> None:
        self.server.flushall()
        self.server.config_set("rdbcompression", "no")
        self.server.config_set("appendonly", "yes")
        watching = threading.Event()
        self.thread = threading.Thread(target=self._listen, args=(watching,), daemon=True)
        self.thread.start()
        assert watching.wait(10)

    def _listen(self, watching: threading.Event) -> None:
        listener = redis.Redis(unix_socket_path=self.socket, socket_timeout=None)
        with contextlib.suppress(redis.ConnectionError), listener.monitor() as monitor:
            watching.set()
            for command in monitor.listen():
                self.commands.append(str(command["command"]))
                if "END OF WATCH" in self.commands[-1]:
                    break
        listener.close()

    def holds(self) -> bytes:
        """What was said to it, what its keys hold, and its files."""
        self.server.echo("END OF WATCH")
        self.thread.join(10)
        values = [key + (self.server.dump(key) or b"") for key in self.server.scan_iter()]
        self.server.save()
        folder = Path(self.socket).parent
        files = [
            (folder / "dump.rdb").read_bytes(),
            *(path.read_bytes() for path in folder.glob("appendonlydir/*.aof")),
        ]
        assert any(b"outbox.sweep" in each for each in files), (
            "What was written to the broker does not stand in its file."
        )
        return b"".join([*values, *files, "\n".join(self.commands).encode()])

    def close(self) -> None:
        self.server.config_set("appendonly", "no")
        self.server.flushall()
        self.server.close()


@contextlib.contextmanager
def watched(url: str) -> Iterator[Watched]:
    broker = Watched(url)
    broker.watch()
    try:
        yield broker
    finally:
        broker.close()
