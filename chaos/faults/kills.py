"""Workers are killed with -9, over and over, while reminders go out: children mostly, now and then a whole worker."""

from __future__ import annotations

import time

from bench import reminders
from chaos import verdict
from chaos.crew import Death
from chaos.world import World
from outbox.models import Message, State

WINDOW = 1.0
"""Seconds from the server's acceptance to the record of it, at most, on a machine with much to do."""
WHOLE_WORKER = 0.1


def run(world: World) -> None:
    number = 300 if world.small else 10_000
    reminders.Scene().due_now(number)
    world.mail.behave(delay=0.02 if world.small else 0.0)
    began = time.monotonic()
    for _ in range(2):
        world.crew.worker(children=2)
    world.crew.beat()
    kills = kill_while_some_wait(world, seconds=420)
    world.wait(verdict.all_ended, 600, "everything has left")
    judge(world, number, kills, time.monotonic() - began)


def kill_while_some_wait(world: World, seconds: float) -> list[Death]:
    """Each that dies leaves what it had claimed to others, who come to it once the lease has run out."""
    kills: list[Death] = []
    waiting = Message.objects.filter(state__in=[State.PLANNED, State.RETRYING])
    ends_at = time.monotonic() + seconds
    world.wait(lambda: world.mail.count("accepted"), 60, "the first letter has left")
    left = 0
    while waiting.exists() and time.monotonic() < ends_at:
        left = after_another(world, left)
        time.sleep(world.rng.uniform(0.0, 0.3))
        whole = world.rng.random() < WHOLE_WORKER
        kills += world.crew.kill_a_worker(world.rng) if whole else world.crew.kill_a_child(world.rng)
    return kills


def after_another(world: World, left: int) -> int:
    """Once more letters have left, so that workers are killed at their work and not at their start."""
    world.wait(lambda: verdict.all_ended() or world.mail.count("accepted") > left, 120, "the next letter has left")
    return world.mail.count("accepted")


def judge(world: World, number: int, kills: list[Death], seconds: float) -> None:
    found, states = verdict.copies(world.mail), verdict.states()
    extra, window = verdict.extra(found), verdict.longest_unwritten(found, kills, WINDOW)
    world.tell(f"{number:,} reminders", kills=len(kills), copies=extra, window_s=window, seconds=seconds, **states)
    world.hold("workers killed, of a hundred letters one at least", len(kills), at_least=number // 100)
    world.hold("reminders lost", verdict.lost(found), at_most=0)
    world.hold("rows that do not say sent", number - states.get(State.SENT, 0), at_most=0)
    world.hold("copies, at most one for each kill", extra, at_most=len(kills))
    world.hold("copies that no kill of their sender explains", verdict.unexplained(found, kills, WINDOW), at_most=0)
    world.hold("letters that no row stands for", verdict.unasked(found), at_most=0)
