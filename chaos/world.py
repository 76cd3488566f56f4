"""What a fault is given: the servers, the crew, the seed's chances, the report; and the waiting until something is so."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench.mail import MailServer
from bench.report import Report
from chaos.crew import Crew
from practice.servers import start_valkey, stop


class TooLong(AssertionError):
    """It was not so in time."""


class Broker:
    """A Valkey that may be ended, silenced, emptied, and put back at the same address."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = f"redis+socket://{folder}/valkey.sock"
        self.process: subprocess.Popen[bytes] = start_valkey(folder)

    def take_away(self) -> None:
        stop(self.process, by=signal.SIGKILL)

    def put_back(self) -> None:
        (self.folder / "valkey.sock").unlink(missing_ok=True)
        self.process = start_valkey(self.folder)

    def fall_silent(self) -> None:
        """It accepts and never answers."""
        self.process.send_signal(signal.SIGSTOP)

    def speak(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def forget(self) -> None:
        import redis

        redis.Redis(unix_socket_path=str(self.folder / "valkey.sock")).flushall()


@dataclass
class World:
    folder: Path
    mail: MailServer
    broker: Broker
    crew: Crew
    rng: random.Random
    report: Report
    fault: str

    @property
    def small(self) -> bool:
        return self.report.small

    @property
    def is_sqlite(self) -> bool:
        return os.environ["DATABASE_URL"].startswith("sqlite")

    def tell(self, what: str, **values: object) -> None:
        self.report.add(self.fault, what, **values)

    def hold(self, what: str, value: float, **limit: float) -> None:
        self.report.hold(f"{self.fault}: {what}", value, **limit)

    def hold_pace(self, what: str, value: float, **limit: float) -> None:
        self.report.hold_pace(f"{self.fault}: {what}", value, **limit)

    def wait(self, question: Callable[[], object], seconds: float, what: str) -> float:
        """Seconds that it took; a worker that ends meanwhile is started again. Raises TooLong."""
        began = time.monotonic()
        while not question():
            if time.monotonic() - began > seconds:
                raise TooLong(f"not within {seconds:.0f} s: {what}")
            self.crew.stand_by()
            time.sleep(0.1)
        return time.monotonic() - began
