"""The worker's part of this app: what comes due by itself."""

from celery import shared_task
from django.utils import timezone

from care import reminding


@shared_task(name="care.remind")
def remind() -> None:
    reminding.plan(timezone.now())
