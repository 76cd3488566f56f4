"""The mail server is away for hours, silent for a while, then back. The clock is the sweep's own argument: hours pass in
seconds, a sweep each half minute."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from bench import reminders
from chaos import verdict
from chaos.world import World
from outbox import delivery
from outbox.models import Message, State

EVERY = dt.timedelta(seconds=30)
CONNECTIONS = 2
"""A sweep may try so often to reach it."""


class Clock:
    def __init__(self) -> None:
        self.now = timezone.now()

    def tell(self) -> dt.datetime:
        return self.now

    def sweep(self, times: int) -> None:
        for _ in range(times):
            delivery.sweep(self.tell)
            self.now += EVERY


def run(world: World) -> None:
    number, sweeps = (100, 60) if world.small else (2_000, 480)
    scene, clock = reminders.Scene(), Clock()
    planned = scene.remind(scene.bookings(number), clock.now, every=dt.timedelta(seconds=1))
    world.mail.take_away()
    clock.sweep(sweeps)
    states = verdict.states()
    world.hold("reminders given up while it was away", number - states.get(State.RETRYING, 0) - states.get(State.PLANNED, 0), at_most=0)  # fmt: skip
    world.hold("attempts that were counted against a reminder", max_attempts(), at_most=0)
    world.mail.put_back()
    silent(world, clock)
    begun = world.mail.count("asked")
    hours = (clock.now - planned[0].due_at) / dt.timedelta(hours=1)
    clock.now += dt.timedelta(minutes=31)
    clock.sweep(3)
    found = verdict.copies(world.mail)
    world.tell(f"{number:,} reminders, away for {hours:.1f} h", sweeps=sweeps, asked=world.mail.count("asked") - begun, **verdict.states())  # fmt: skip
    world.hold("reminders lost", verdict.lost(found), at_most=0)
    world.hold("rows that do not say sent", number - verdict.states().get(State.SENT, 0), at_most=0)
    world.hold("copies", verdict.extra(found), at_most=0)
    world.hold("letters begun beside one for each reminder", world.mail.count("asked") - begun - number, at_most=0)
    untouched = [row for row in planned if Message.objects.get(pk=row.pk).attempts == 1]
    world.hold("reminders whose order is judged", len(untouched), at_least=number // 2)
    world.hold("reminders out of their order", verdict.in_order(found, untouched), at_most=0)


def silent(world: World, clock: Clock) -> None:
    """It takes connections and answers to no letter: each sweep tries a few, and each of those waits its whole time."""
    before, sweeps = world.mail.count("connected"), 1 if world.small else 10
    world.mail.behave("hang")
    clock.sweep(sweeps)
    world.mail.behave()
    tried = world.mail.count("connected") - before
    world.hold("connections to the silent server for each sweep", tried / sweeps, at_most=delivery.ENOUGH + CONNECTIONS)


def max_attempts() -> int:
    return max(Message.objects.values_list("attempts", flat=True))
