"""The broker is stopped, silent, emptied, while clients book over HTTP: a booking takes hardly longer, messages come later."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator

from bench import crowd
from bench.load import send
from bench.over_http import booking, serving
from chaos import verdict
from chaos.world import World

LONGER = 1.0
"""Seconds that a booking may take more."""


def run(world: World) -> None:
    number = 8 if world.small else 60
    people = crowd.make(4 * number, 10)
    world.crew.worker(children=1)
    world.crew.beat()
    slots, tokens = iter(people.slots(0, 20)), iter(people.tokens)
    with serving("practice.wsgi", "chaos.settings") as port:

        def book() -> list[float]:
            calls = [booking(people, next(slots), next(tokens)) for _ in range(number)]
            told = send(port, calls, 1)
            world.hold("bookings that failed", number - told.statuses["201"], at_most=0)
            return told.seconds

        usual = book()
        for name, seconds in suffering(world, book):
            world.hold_pace(f"{name}: seconds that the slowest booking took more", max(seconds) - statistics.median(usual), at_most=LONGER)  # fmt: skip
            later = world.wait(lambda: not verdict.open_and_due(), 90, "what is due has left")
            world.tell(
                name, usual_ms=1000 * statistics.median(usual), slowest_ms=1000 * max(seconds), left_after_s=later
            )
    found = verdict.copies(world.mail)
    world.hold("bookings whose confirmation has no letter", abs(4 * number - len(found)), at_most=0)
    world.hold("copies", verdict.extra(found), at_most=0)


def suffering(world: World, book: Callable[[], list[float]]) -> Iterator[tuple[str, list[float]]]:
    """What bookings took during each; afterwards the broker is there again."""
    broker = world.broker
    broker.take_away()
    stopped = book()
    broker.put_back()
    yield "stopped", stopped
    broker.fall_silent()
    silent = book()
    broker.speak()
    yield "silent", silent
    broker.forget()
    emptied = book()
    broker.forget()
    yield "emptied", emptied
