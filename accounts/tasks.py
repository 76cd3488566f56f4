"""The worker's part: what the door leaves behind is swept up once a day."""

from celery import shared_task
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone

from accounts import throttle


@shared_task(name="accounts.tidy")
def tidy() -> None:
    """Removes sessions that ended and throttle buckets that nobody used for a week."""
    SessionStore.clear_expired()
    throttle.purge(timezone.now())
