"""The calendar feed that somebody subscribes to. Only `bookings/feeds.py` writes these rows."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Shows(models.TextChoices):
    OWN = "own", "one's own sessions"
    BUSY = "busy", "busy, and nothing else"
    INITIALS = "initials", "the client's initials"
    NAMES = "names", "the client's name"


class CalendarFeed(models.Model):
    """One person's feed. Of its secret address only the SHA-256 is kept: it has 256 random bits, so a slow hash would add
    nothing."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="calendar_feed")
    shows = models.CharField(max_length=8, choices=Shows)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    made_at = models.DateTimeField()
    fetched_at = models.DateTimeField(null=True, blank=True)
    content_digest = models.CharField(max_length=64, blank=True, help_text="SHA-256 of what it held at the last fetch.")
    changed_at = models.DateTimeField(null=True, blank=True, help_text="Since when it holds that, in whole seconds.")

    def __str__(self) -> str:
        return f"calendar of {self.user}"
