"""What is sent, when, and whether it arrived: a message is a row. Who writes what in it is decided by the app it is about."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q


class State(models.TextChoices):
    PLANNED = "planned", "planned"
    SENDING = "sending", "sending"
    RETRYING = "retrying", "to be tried again"
    SENT = "sent", "sent"
    FAILED = "failed", "failed"
    BOUNCED = "bounced", "bounced"
    CANCELLED = "cancelled", "cancelled"
    EXPIRED = "expired", "expired"


OPEN = [State.PLANNED, State.SENDING, State.RETRYING]


class Channel(models.TextChoices):
    EMAIL = "email", "e-mail"
    SMS = "sms", "text message"


class MessageQuerySet(models.QuerySet["Message"]):
    def open(self) -> MessageQuerySet:
        """By the index of what is open: SQLite uses it only where the states stand as they stand in it, not as values."""
        return self.extra(where=["state IN ('planned', 'sending', 'retrying')"])  # type: ignore[return-value]


class Message(models.Model):
    kind = models.CharField(max_length=40)
    channel = models.CharField(max_length=8, choices=Channel, default=Channel.EMAIL)
    recipient = models.CharField(max_length=254, help_text="Address or number as it was when the message was planned.")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="messages"
    )
    whom = models.CharField(
        max_length=40, blank=True, help_text="Who gets it, like client:17, whatever their address was."
    )
    about = models.CharField(max_length=40, help_text="What it is about, like booking:17.")
    version = models.PositiveIntegerField(default=0, help_text="The version of what it is about that it speaks of.")
    key = models.CharField(max_length=120, unique=True)
    due_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=State, default=State.PLANNED)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until_at = models.DateTimeField(null=True, blank=True)
    taken_over = models.PositiveSmallIntegerField(
        default=0, help_text="How often a worker stopped while it had this message."
    )
    last_error = models.CharField(max_length=300, blank=True)
    message_id = models.UUIDField(default=uuid.uuid4, editable=False)
    provider_id = models.CharField(
        max_length=200, blank=True, help_text="What the provider calls it, for its later word on what became of it."
    )
    delivered_at = models.DateTimeField(null=True, blank=True, help_text="When the provider said that it arrived.")
    subject = models.CharField(max_length=200, blank=True)
    text = models.TextField(blank=True, help_text="What was said, without its links.")
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[MessageQuerySet] = MessageQuerySet.as_manager()  # type: ignore[assignment]

    loaded: Any = None
    """What its kind fetched for a whole batch at once; for that kind alone to read. None: it looks for itself."""
    words: Any = None
    """The wording of its kind, likewise."""
    practice: Any = None
    """The practice as it then was, likewise."""
    said: Any = None
    """What it says of all this, written ahead."""

    class Meta:
        indexes = [
            models.Index(
                fields=["due_at"], name="message_open_by_due", condition=Q(state__in=["planned", "sending", "retrying"])
            ),
            models.Index(fields=["due_at"], name="message_by_due"),
            models.Index(fields=["about"], name="message_by_about"),
            models.Index(fields=["whom"], name="message_by_whom", condition=~Q(whom="")),
            models.Index(fields=["provider_id"], name="message_by_provider", condition=~Q(provider_id="")),
        ]

    def __str__(self) -> str:
        return f"{self.kind.replace('_', ' ')} to {self.recipient}"


class Wording(models.Model):
    """What the practice says in a message instead of the words that ship; its placeholders are checked when saved."""

    kind = models.CharField(max_length=40)
    channel = models.CharField(max_length=8, choices=Channel, default=Channel.EMAIL)
    language = models.CharField(max_length=12, blank=True, help_text="Like de; empty for the practice's own language.")
    subject = models.CharField(max_length=200, blank=True)
    text = models.TextField()
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "channel", "language"], name="wording_once")]

    def __str__(self) -> str:
        return self.kind.replace("_", " ")


class Heartbeat(models.Model):
    """When a recurring job last finished: “a sweep finished” is what alive means."""

    name = models.CharField(max_length=40, primary_key=True)
    finished_at = models.DateTimeField()
    alarmed_at = models.DateTimeField(
        null=True, blank=True, help_text="When the owners were told that it stands still."
    )
