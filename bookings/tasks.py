"""The worker's part: what comes due by itself."""

from celery import shared_task
from django.utils import timezone

from bookings import lifecycle


@shared_task(name="bookings.expire")
def expire() -> None:
    lifecycle.expire_due(timezone.now())
