"""How a worker's processes end: none outlives the one that leads them, and in the demo none takes longer than a round.

Whatever is cut short is taken up again: a task is acknowledged when it is done, and messages and files are held by a lease.
"""

from __future__ import annotations

import os
import threading
from typing import Any

from celery import signals
from django.conf import settings

from practice.servers import die_with_parent

IN_THE_DEMO = 30.0
"""Seconds, a little more than a round of sending takes. Elsewhere whoever runs the worker decides how long it may take."""


def install() -> None:
    signals.worker_process_init.connect(with_its_leader)
    signals.worker_shutting_down.connect(in_time)


def with_its_leader(**said: Any) -> None:
    die_with_parent()


def in_time(**said: Any) -> None:
    """With the demo's own process killed, nobody is left to insist where the leader waits for a process that never comes up."""
    if settings.MODE == "demo":
        last = threading.Timer(IN_THE_DEMO, os._exit, [1])
        last.daemon = True
        last.start()
