"""A worker's processes end together; in the demo they end in time."""

import os
import subprocess
import sys
import time
from contextlib import suppress

from celery import signals

from practice import ending

LEADER = """
import os, sys, time
from practice import ending
if os.fork() == 0:
    ending.with_its_leader() if "following" in sys.argv else None
    print(os.getpid(), flush=True)
    time.sleep(600)
time.sleep(600)
"""
IN_TIME = """
import time
from django.conf import settings
from practice import ending
settings.configure(MODE="{mode}")
ending.IN_THE_DEMO = 0.1
ending.in_time()
time.sleep({seconds})
"""


def is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    with suppress(OSError), open(f"/proc/{pid}/stat") as stat:
        return stat.read().rpartition(")")[2].split()[0] != "Z"
    return False


def is_gone_with_its_leader(*words: str) -> bool:
    command = [sys.executable, "-c", LEADER, *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as leader:
        assert leader.stdout is not None
        follower = int(leader.stdout.readline())
        leader.kill()
        leader.wait()
        wait_until = time.monotonic() + (60 if words else 1)
        while is_there(follower) and time.monotonic() < wait_until:
            time.sleep(0.05)
        is_gone = not is_there(follower)
        if not is_gone:
            os.kill(follower, 9)
    return is_gone


def test_process_of_a_worker_is_gone_when_its_leader_was_killed() -> None:
    assert is_gone_with_its_leader("following")
    assert not is_gone_with_its_leader()


def test_worker_of_the_demo_that_does_not_come_to_its_end_is_ended() -> None:
    text = IN_TIME.format(mode="demo", seconds=600)
    assert subprocess.run([sys.executable, "-c", text], timeout=120, check=False).returncode == 1


def test_worker_elsewhere_takes_the_time_it_is_given() -> None:
    text = IN_TIME.format(mode="production", seconds=1)
    assert subprocess.run([sys.executable, "-c", text], timeout=120, check=False).returncode == 0


def test_both_are_heard_of_by_the_worker() -> None:
    heard = [signals.worker_process_init.receivers, signals.worker_shutting_down.receivers]
    assert [
        [receiver() for _, receiver in receivers if receiver() in (ending.with_its_leader, ending.in_time)]
        for receivers in heard
    ] == [
        [ending.with_its_leader],
        [ending.in_time],
    ]
