"""The nudge: it reaches the broker soon, and a broker that is dead or silent never holds anybody up.

Each in a process of its own, as the web server is one, with a thread of its own, as its requests are.
"""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from typing import Any

import redis

from outbox import nudge
from practice import servers

PROGRAM = """
import sys, threading, time
import django
django.setup()
from outbox import nudge
def send_all():
    began = time.monotonic()
    for _ in range(int(sys.argv[1])):
        nudge.send()
    print("held up for", time.monotonic() - began)
thread = threading.Thread(target=send_all)
thread.start(), thread.join()
time.sleep(float(sys.argv[2]))
"""


def send(broker: str, *, times: int, then_wait: float) -> float:
    """Sends so many nudges over this broker; gives how many seconds the caller was held up in all."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(times), str(then_wait)],
        env=os.environ | {"REDIS_URL": broker, "DJANGO_SETTINGS_MODULE": "practice.settings_test"},
        capture_output=True,
        text=True,
        check=True,
    )
    (held_up,) = re.findall("held up for ([0-9.e-]+)", done.stdout)  # what is logged stands there too
    return float(held_up)


def queued(url: str) -> list[Any]:
    server = redis.Redis.from_url(url.replace("redis+socket://", "unix://"))
    try:
        return [json.loads(each) for each in server.lrange("practice:celery", 0, -1)]
    finally:
        server.flushdb()
        server.close()


def test_nudge_reaches_the_broker_and_carries_nothing_about_anybody(valkey_url: str) -> None:
    queued(valkey_url)

    send(valkey_url, times=1, then_wait=1)

    (task,) = queued(valkey_url)
    headers = task["headers"]
    assert (headers["task"], headers["argsrepr"], headers["kwargsrepr"]) == (nudge.SWEEP, "()", "{}")


def test_many_nudges_at_once_travel_as_few(valkey_url: str) -> None:
    queued(valkey_url)

    send(valkey_url, times=500, then_wait=1)

    assert 1 <= len(queued(valkey_url)) <= 3


def test_broker_that_is_gone_or_silent_costs_the_caller_nothing() -> None:
    with socket.socket() as silent, socket.socket() as gone:
        for server in (silent, gone):
            server.bind(("127.0.0.1", 0))
        silent.listen(5)
        held_up = [
            send(f"redis://127.0.0.1:{server.getsockname()[1]}/0", times=20, then_wait=0.1) for server in (silent, gone)
        ]

    assert max(held_up) < 0.5


OUTLIVING = """
import sys, threading, time
import django
django.setup()
from outbox import nudge
for line in sys.stdin:
    nudge.send()
    time.sleep(1)
    print([thread.name for thread in threading.enumerate()], flush=True)
"""


def test_broker_that_goes_away_does_not_end_the_nudges() -> None:
    with servers.valkey_server() as broker:
        web = subprocess.Popen(
            [sys.executable, "-c", OUTLIVING],
            env=os.environ | {"REDIS_URL": broker.url, "DJANGO_SETTINGS_MODULE": "practice.settings_test"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert web.stdin and web.stdout
        web.stdin.write("once\n")
        web.stdin.flush()
        before = web.stdout.readline().strip()
        servers.stop(broker.process)
        warning, after = web.communicate("again\n")[0].splitlines()

    assert before == after == "['MainThread', 'outbox-nudge']"
    assert warning.startswith("WARNING outbox.nudge: The broker does not answer")
