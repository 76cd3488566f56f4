"""Bookings are cancelled around the very moment at which their reminder is due: none begins to go out after that."""

from __future__ import annotations

import datetime as dt
import time

from django.utils import timezone

from accounts.models import Role
from accounts.tests.factories import make_user
from bench import reminders
from bookings import lifecycle, notices
from bookings.models import Booking
from chaos import verdict
from chaos.world import World
from outbox.models import Heartbeat, Message, State

BOUND = 5.0
"""Seconds after the cancellation within which a reminder may still have begun."""


def run(world: World) -> None:
    number = 60 if world.small else 600
    every = dt.timedelta(seconds=0.1)
    scene = reminders.Scene()
    desk = make_user(role=Role.OWNER)
    bookings = scene.bookings(number)
    world.crew.worker(children=2)
    world.crew.beat()
    world.wait(lambda: Heartbeat.objects.exists(), 60, "a round has been finished")
    planned = scene.remind(bookings, timezone.now() + dt.timedelta(seconds=1), every)
    kept_at: dict[int, float] = {}
    for booking, reminder in zip(bookings, planned, strict=True):
        if booking.pk % 2:
            at = reminder.due_at + dt.timedelta(seconds=world.rng.uniform(-0.5, 0.3))
            time.sleep(max(0.0, (at - timezone.now()).total_seconds()))
            lifecycle.cancel(Booking.objects.get(pk=booking.pk), by=desk, now=timezone.now(), why="chaos")
            kept_at[reminder.pk] = time.time()
    world.wait(lambda: not reminders_open(), 60, "every reminder has ended")
    judge(world, planned, kept_at)


def reminders_open() -> bool:
    return Message.objects.open().filter(kind=notices.REMINDER).exists()


def judge(world: World, planned: list[Message], kept_at: dict[int, float]) -> None:
    found = verdict.copies(world.mail)
    begun = [
        copy.started - kept_at[row.pk]
        for row in planned
        if row.pk in kept_at
        for copy in found.get(str(row.message_id), [])
    ]
    others = Message.objects.filter(kind=notices.REMINDER).exclude(pk__in=kept_at)
    after = [seconds for seconds in begun if seconds > 0]
    world.tell(f"{len(planned):,} reminders", cancelled=len(kept_at), gone_before=len(begun) - len(after), begun_after=len(after), latest_s=max(after, default=0.0))  # fmt: skip
    world.hold("reminders that began later than five seconds after", sum(s > BOUND for s in after), at_most=0)
    world.hold("reminders of other bookings lost", verdict.lost(found, others), at_most=0)
    world.hold("reminders of other bookings not sent", others.exclude(state=State.SENT).count(), at_most=0)
    world.hold("copies", verdict.extra(found), at_most=0)
