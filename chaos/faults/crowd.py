"""Two beats and ten workers at once: each reminder goes out once."""

from __future__ import annotations

import time

from bench import reminders
from chaos import verdict
from chaos.world import World
from outbox.models import Message, State


def run(world: World) -> None:
    number = 300 if world.small else 10_000
    reminders.Scene().due_now(number)
    world.mail.behave(delay=0.02)
    began = time.monotonic()
    for _ in range(2):
        world.crew.worker(children=5)
        world.crew.beat()
    world.wait(verdict.all_ended, 600, "everything has left")
    found, states = verdict.copies(world.mail), verdict.states()
    world.tell(
        f"{number:,} reminders, 2 beats, 10 workers",
        seconds=time.monotonic() - began,
        copies=verdict.extra(found),
        **states,
    )
    world.hold("reminders lost", verdict.lost(found), at_most=0)
    world.hold("rows that do not say sent", number - states.get(State.SENT, 0), at_most=0)
    world.hold("letters on their way at once", verdict.lines_at_once(found), at_least=2)
    taken = Message.objects.filter(taken_over__gt=0).count()
    # In the suite the machine may be so busy that a worker stands still for its whole shortened lease.
    world.hold("rows taken from a worker that was still there", taken, at_most=number // 4 if world.small else 0)
    world.hold("copies", verdict.extra(found), at_most=0)
