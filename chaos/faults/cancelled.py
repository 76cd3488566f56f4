"""Bookings are cancelled around the moment at which their reminders are due, many at once, while the mail server is slow: most
are taken by a worker already and wait for their turn. None begins to go out after that."""

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
AT_ONCE = 60
SLOWNESS = 0.2
"""With them, and two workers, a reminder that nobody asked about again would begin more than the bound too late."""
PAUSE = dt.timedelta(seconds=8)


def run(world: World) -> None:
    number = 60 if world.small else 600
    scene = reminders.Scene()
    desk = make_user(role=Role.OWNER)
    bookings = scene.bookings(number)
    world.crew.worker(children=2)
    world.crew.beat()
    world.wait(lambda: Heartbeat.objects.exists(), 60, "a round has been finished")
    world.mail.behave(delay=SLOWNESS)
    begins_at = timezone.now() + dt.timedelta(seconds=1)
    planned: list[Message] = []
    for group in range(0, number, AT_ONCE):
        planned += scene.remind(bookings[group : group + AT_ONCE], begins_at + group // AT_ONCE * PAUSE)
    cancelled_at: dict[int, float] = {}
    for at, reminder, booking in cancellations(world, bookings, planned):
        time.sleep(max(0.0, (at - timezone.now()).total_seconds()))
        lifecycle.cancel(Booking.objects.get(pk=booking.pk), by=desk, now=timezone.now(), why="chaos")
        cancelled_at[reminder.pk] = time.time()
    world.wait(lambda: not reminders_open(), 60, "every reminder has ended")
    judge(world, planned, cancelled_at)


def cancellations(
    world: World, bookings: list[Booking], planned: list[Message]
) -> list[tuple[dt.datetime, Message, Booking]]:
    """Of every other booking, in their order."""
    chosen = [
        (reminder.due_at + dt.timedelta(seconds=world.rng.uniform(-0.5, 1.0)), reminder, booking)
        for booking, reminder in zip(bookings[::2], planned[::2], strict=True)
    ]
    return sorted(chosen, key=lambda each: each[0])


def reminders_open() -> bool:
    return Message.objects.open().filter(kind=notices.REMINDER).exists()


def judge(world: World, planned: list[Message], cancelled_at: dict[int, float]) -> None:
    found = verdict.copies(world.mail)
    begun = [
        copy.started - cancelled_at[row.pk]
        for row in planned
        if row.pk in cancelled_at
        for copy in found.get(str(row.message_id), [])
    ]
    others = Message.objects.filter(kind=notices.REMINDER).exclude(pk__in=cancelled_at)
    after = [seconds for seconds in begun if seconds > 0]
    world.tell(f"{len(planned):,} reminders", cancelled=len(cancelled_at), gone_before=len(begun) - len(after), begun_after=len(after), latest_s=max(after, default=0.0))  # fmt: skip
    world.hold("reminders that began later than five seconds after", sum(s > BOUND for s in after), at_most=0)
    world.hold("reminders of other bookings lost", verdict.lost(found, others), at_most=0)
    world.hold("reminders of other bookings not sent", others.exclude(state=State.SENT).count(), at_most=0)
    world.hold("copies", verdict.extra(found), at_most=0)
