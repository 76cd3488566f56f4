"""The worker's part: what comes due by itself."""

from celery import shared_task
from django.utils import timezone

from bookings import ahead, expiry, repeats


@shared_task(name="bookings.plan_ahead")
def plan_ahead() -> None:
    ahead.plan(timezone.now())


@shared_task(name="bookings.expire")
def expire() -> None:
    now = timezone.now()
    expiry.expire_due(now)
    repeats.purge(now)
