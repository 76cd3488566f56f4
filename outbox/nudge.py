"""Wakes the worker after a commit: one coalescing thread a process, so that no request ever waits for the broker.

A nudge that is lost costs nothing but time: the sweep every 30 seconds finds the row.
"""

from __future__ import annotations

import logging
import os
import threading

from celery import current_app
from kombu.exceptions import KombuError

SWEEP = "outbox.sweep"
QUIET_SECONDS = 0.2
"""Nudges closer together than this travel as one."""
AFTER_FAILURE_SECONDS = 30.0

log = logging.getLogger(__name__)


class _Nudger:
    """Belongs to the process that made it; a forked child makes its own."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self.wanted = threading.Event()
        self.tasks: set[str] = set()
        threading.Thread(target=self._run, name="outbox-nudge", daemon=True).start()

    def _run(self) -> None:
        rest = threading.Event()
        while True:
            self.wanted.wait()
            self.wanted.clear()
            rest.wait(QUIET_SECONDS if self._publish() else AFTER_FAILURE_SECONDS)

    def ask(self, task: str) -> None:
        self.tasks.add(task)
        self.wanted.set()

    def _publish(self) -> bool:
        try:
            while self.tasks:
                current_app.send_task(self.tasks.pop(), retry=False, ignore_result=True, expires=60)
        except (OSError, KombuError, *current_app.connection_for_write().connection_errors) as error:
            log.warning("The broker does not answer (%s); messages wait for the next sweep.", type(error).__name__)
            return False
        return True


_nudger: _Nudger | None = None
_making = threading.Lock()


def send(task: str = SWEEP) -> None:
    """Asks for a round of this task soon; returns at once, whatever the broker does."""
    global _nudger  # noqa: PLW0603
    if _nudger is None or _nudger.pid != os.getpid():
        with _making:
            if _nudger is None or _nudger.pid != os.getpid():
                _nudger = _Nudger()
    _nudger.ask(task)
