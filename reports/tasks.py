"""The worker's part: the files that were ordered. They take no arguments, so nothing about anybody travels through the broker."""

from celery import shared_task
from django.utils import timezone

from outbox import nudge
from reports import files


@shared_task(name=files.MAKE, soft_time_limit=600, time_limit=660)
def make() -> None:
    """One file. Asked for when one is ordered, and by beat for what was left; the next gets a round of its own, so that
    messages come in between."""
    files.forget(timezone.now())
    if files.make_next(timezone.now) and files.is_waiting():
        nudge.send(files.MAKE)
