"""A mail server that refuses some letters for good and some for now, is slow, drops, closes, and takes some without saying so.

The clock is the sweep's own argument.
"""

from __future__ import annotations

from bench import reminders
from bench.mail import MOODS
from chaos import verdict
from chaos.faults.mail_away import EVERY, Clock
from chaos.world import World
from outbox.models import Message, State

ATTEMPTS = 40
"""Waits double from a minute to half an hour: more attempts in half a day would be a storm."""


def run(world: World) -> None:
    number = 60 if world.small else 1_000
    clock = Clock()
    reminders.Scene().due_now(number)
    world.mail.behave(*[mood for mood in MOODS if mood != "hang"], share=0.3)
    clock.now += EVERY
    for _ in range(1440):
        clock.sweep(1)
        if verdict.all_ended():
            break
    found, states = verdict.copies(world.mail), verdict.states()
    untold = sum(not copy.is_told for each in found.values() for copy in each)
    most = max(Message.objects.values_list("attempts", flat=True))
    world.tell(f"{number:,} reminders", most_attempts=most, untold=untold, copies=verdict.extra(found), **states)
    refused = Message.objects.filter(state=State.FAILED)
    world.hold(
        "rows that were neither sent nor refused", number - states.get(State.SENT, 0) - refused.count(), at_most=0
    )
    world.hold("refusals without plain words", refused.exclude(last_error__contains="refused it (code 550)").count(), at_most=0)  # fmt: skip
    world.hold(
        "sent, and the server has none", verdict.lost(found, Message.objects.filter(state=State.SENT)), at_most=0
    )
    world.hold("copies, at most one for each letter taken without a word", verdict.extra(found), at_most=untold)
    world.hold("attempts of one reminder", most, at_most=ATTEMPTS)
