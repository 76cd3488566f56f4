"""The clock is moved a day ahead and a day back while three workers send: nothing goes out twice, nothing after its session
began. The workers' clock is the sweep's own argument, the machine's stays."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from bench import reminders
from chaos import verdict
from chaos.world import World
from outbox.models import Message, State
from practice.servers import die_with_parent, stop

ROOT = Path(__file__).resolve().parent.parent.parent
A_DAY = 86_400.0
WORKERS = 3
LONG_ENOUGH = 3.0
"""Seconds that each move lasts at least, so that what is sent meanwhile is told from what was under way when it began."""


class Offset:
    """What the workers' clocks are ahead of the machine's."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.past: list[tuple[float, float]] = []
        self.move(0.0)

    def move(self, to: float) -> None:
        new = self.file.with_suffix(".new")
        new.write_text(str(to))
        new.replace(self.file)
        self.past.append((time.time(), to))

    def least_around(self, at: float) -> float:
        """In force at that moment or up to a second before or after it."""
        begun = [(moved, to) for moved, to in self.past if moved <= at + 1]
        in_force = [
            to for number, (_, to) in enumerate(begun) if number + 1 == len(begun) or begun[number + 1][0] >= at - 1
        ]
        return min(in_force)


def run(world: World) -> None:
    number = 150 if world.small else 2_000
    scene = reminders.Scene()
    first = scene.due_now(number)
    far = scene.remind(later(scene, number), first[0].due_at)
    pace = 0.15 if world.small else 0.03
    world.mail.behave(delay=pace)
    offset = Offset(world.folder / "offset")
    with sweepers(offset):
        for share, to in ((0.2, A_DAY), (0.5, 0.0), (0.7, -A_DAY), (0.7, 0.0)):  # a day behind nothing more is due
            some_have_left(world, share * number)
            offset.move(to)
            time.sleep(LONG_ENOUGH)
        world.wait(
            lambda: not waiting() and some_idle(), 240, "the last letters are in the hands of some of the workers"
        )
        while_letters_are_under_way(world, offset)
        world.mail.behave(delay=pace)
        world.wait(verdict.all_ended, 240, "everything has ended")
    judge(world, offset, first + far)


def some_have_left(world: World, enough: float) -> None:
    world.wait(lambda: world.mail.count("accepted") >= enough or not waiting(), 120, "some have left")


def while_letters_are_under_way(world: World, offset: Offset) -> None:
    """The clock jumps ahead while letters take a second each, longer than an idle worker needs to find what was left behind."""
    world.mail.behave(delay=1.0)
    begun = world.mail.count("asked")
    world.wait(lambda: world.mail.count("asked") > begun or verdict.all_ended(), 20, "a slow letter is under way")
    offset.move(A_DAY)
    time.sleep(settings.SEND_TIMEOUT + LONG_ENOUGH)


def later(scene: reminders.Scene, number: int) -> list:
    """Sessions that a day more does not reach."""
    scene.begins_at += dt.timedelta(days=10)
    scene.free = scene._free()
    return scene.bookings(number)


def waiting() -> bool:
    return Message.objects.filter(state__in=(State.PLANNED, State.RETRYING)).exists()


def some_idle() -> bool:
    """Then one takes for left behind, when the clock jumps, what another is sending."""
    return len(set(Message.objects.filter(state=State.SENDING).values_list("lease_until_at"))) < WORKERS


@contextlib.contextmanager
def sweepers(offset: Offset) -> Iterator[None]:
    command = [sys.executable, "-m", "chaos.sweeper", str(offset.file)]
    env = os.environ | {"LOG_LEVEL": "ERROR"}
    processes = [subprocess.Popen(command, cwd=ROOT, env=env, preexec_fn=die_with_parent) for _ in range(WORKERS)]
    try:
        yield
    finally:
        for process in processes:
            stop(process)


def judge(world: World, offset: Offset, planned: list[Message]) -> None:
    found, states = verdict.copies(world.mail), verdict.states()
    world.tell(
        f"{len(planned):,} reminders, clock moved {len(offset.past) - 1} times", copies=verdict.extra(found), **states
    )
    expired = Message.objects.filter(state=State.EXPIRED)
    late = [
        copy
        for row in planned
        for copy in found.get(str(row.message_id), [])
        if copy.started + offset.least_around(copy.started) > row.expires_at.timestamp()
    ]
    world.hold("copies", verdict.extra(found), at_most=0)
    world.hold("letters after the session began", len(late), at_most=0)
    world.hold("expired that had left", sum(str(row.message_id) in found for row in expired), at_most=0)
    world.hold("reminders lost", verdict.lost(found), at_most=0)
