"""The worker's part: rounds of sending. They take no arguments, so nothing about anybody travels through the broker."""

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from outbox import delivery, health, nudge, retention


@shared_task(name="outbox.sweep")
def sweep() -> None:
    """Asked for whenever a message was planned."""
    _round(health.SWEEP)


@shared_task(name="outbox.tick")
def tick() -> None:
    """Asked for by beat."""
    _round(health.SWEEP, health.TICK)


@shared_task(name="outbox.forget")
def forget() -> None:
    """Once a day: old words, and very old rows."""
    retention.forget(timezone.now())


def _round(*heartbeats: str) -> None:
    """A long round would meet the worker's time limit; what is left gets a round of its own, if this one got anywhere."""
    done = delivery.sweep(timezone.now, seconds=settings.SWEEP_SECONDS, heartbeats=heartbeats)
    if done and health.oldest_due_at(timezone.now()):
        nudge.send()
