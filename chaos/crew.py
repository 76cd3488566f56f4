"""Real workers and beats, as production runs them, and the killing of them."""

from __future__ import annotations

import contextlib
import itertools
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import psutil

from practice.servers import die_with_parent

ROOT = Path(__file__).resolve().parent.parent
CELERY = [
    sys.executable,
    "-W",
    "ignore:You're running the worker with superuser",
    "-m",
    "celery",
    "--quiet",
    "-A",
    "practice",
]
_number = itertools.count()


class Death(NamedTuple):
    """Of a process that sent letters: when it was dead for certain, and by which lines it was sending."""

    at: float
    lines: frozenset[int]


class Crew:
    """Ended with whoever entered it, nothing left behind."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = (folder / "workers.log").open("ab")
        self.env: dict[str, str] = {}
        self.workers: list[subprocess.Popen[bytes]] = []
        self.beats: list[subprocess.Popen[bytes]] = []
        self.sizes: dict[int, int] = {}

    def worker(self, children: int = 1) -> None:
        words = [
            "worker",
            "--concurrency",
            str(children),
            "--loglevel",
            "WARNING",
            "--hostname",
            f"w{next(_number)}@%h",
        ]
        made = self._start(*words, "--without-gossip", "--without-mingle")
        self.workers.append(made)
        self.sizes[made.pid] = children

    def beat(self) -> None:
        self.beats.append(
            self._start("beat", "--loglevel", "WARNING", "--schedule", str(self.folder / f"beat{next(_number)}"))
        )

    def _start(self, *words: str) -> subprocess.Popen[bytes]:
        own = {name: value for name, value in os.environ.items() if name not in ("STATEMENT_TIMEOUT", "LOG_LEVEL")}
        return subprocess.Popen(
            [*CELERY, *words],
            cwd=ROOT,
            env=own | self.env,
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=self.log,
            start_new_session=True,
            preexec_fn=die_with_parent,
        )

    def children(self) -> list[psutil.Process]:
        """The processes that do the work."""
        found = []
        for worker in self.workers:
            with contextlib.suppress(psutil.NoSuchProcess):
                found += psutil.Process(worker.pid).children()
        return found

    def kill_a_child(self, rng: random.Random) -> list[Death]:
        """Nobody where there was none. Its worker starts another."""
        children = sorted(self.children(), key=lambda child: child.pid)
        if not children:
            return []
        child = rng.choice(children)
        with contextlib.suppress(psutil.NoSuchProcess):
            child.suspend()  # so that it begins no letter between the look at its lines and its end
            lines = lines_of(child)
            child.kill()
            return [Death(time.time(), lines)]
        return []

    def kill_a_worker(self, rng: random.Random) -> list[Death]:
        """With all its children. Another one is started."""
        worker = rng.choice(self.workers)
        lines = []
        with contextlib.suppress(psutil.NoSuchProcess, ProcessLookupError):
            os.killpg(worker.pid, signal.SIGSTOP)
            lines = [lines_of(child) for child in psutil.Process(worker.pid).children()]
        self._kill(worker)
        died_at = time.time()
        self.stand_by()
        return [Death(died_at, each) for each in lines]

    def stand_by(self) -> None:
        """Starts another for each worker that has ended, as the system does for a service."""
        ended = [worker for worker in self.workers if worker.poll() is not None]
        for worker in ended:
            self._kill(worker)
            self.workers.remove(worker)
            self.worker(self.sizes.pop(worker.pid))

    def _kill(self, process: subprocess.Popen[bytes]) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def end(self) -> None:
        """At once; who wants to see what a worker leaves behind looks after it."""
        for process in self.beats + self.workers:
            self._kill(process)
        self.workers, self.beats = [], []


def lines_of(process: psutil.Process) -> frozenset[int]:
    """The ports from which it speaks to others."""
    with contextlib.suppress(psutil.NoSuchProcess):
        return frozenset(each.laddr.port for each in process.net_connections("tcp"))
    return frozenset()


@contextlib.contextmanager
def crew(folder: Path) -> Iterator[Crew]:
    made = Crew(folder)
    try:
        yield made
    finally:
        made.end()
        made.log.close()
