"""The worker's part: a sweep. Takes no arguments, so nothing about anybody travels through the broker."""

from celery import shared_task
from django.utils import timezone

from outbox import delivery


@shared_task(name="outbox.sweep")
def sweep() -> None:
    delivery.sweep(timezone.now)
