"""The conversation before: what a client and a therapist write to each other about needs and limits. Sealed."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models

from bookings.models import Therapist
from clients.models import Client
from vault.fields import EncryptedTextField

if TYPE_CHECKING:
    from accounts.models import User


class ConversationState(models.TextChoices):
    OPEN = "open", "open"
    DECLINED = "declined", "declined"
    CLOSED = "closed", "closed"


class ConversationQuerySet(models.QuerySet["Conversation"]):
    def for_user(self, user: User) -> ConversationQuerySet:
        """A client and a therapist their own, the owner all, the front desk none."""
        if user.is_superuser:
            return self.all()
        if user.is_staff:
            return self.filter(therapist__user_id=user.pk)
        return self.filter(client__user_id=user.pk) if user.pk else self.none()


class Conversation(models.Model):
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="conversations")
    therapist = models.ForeignKey(Therapist, on_delete=models.PROTECT, related_name="conversations")
    state = models.CharField(max_length=8, choices=ConversationState, default=ConversationState.OPEN)
    opened_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects: ClassVar[ConversationQuerySet] = ConversationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-opened_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["client", "therapist"], name="conversation_once")]

    def __str__(self) -> str:
        return f"{self.client} with {self.therapist}"


class Line(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="lines")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    is_clients = models.BooleanField(help_text="Written by the client.")
    words = EncryptedTextField(max_length=4000)
    is_marked = models.BooleanField(default=False, help_text="Has a word of the practice's list. It judges nothing.")

    class Meta:
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["conversation", "at"], name="line_by_conversation")]

    def __str__(self) -> str:
        return str(self.pk)

    def vault_subject(self) -> str:
        return f"client:{self.conversation.client_id}"


class WatchedWord(models.Model):
    """A word that puts a client's message before the therapist marked. The list ships empty."""

    word = models.CharField(max_length=60, unique=True, help_text="Upper and lower case are the same.")

    class Meta:
        ordering = ["word"]

    def __str__(self) -> str:
        return self.word


class CannedReply(models.Model):
    """A neutral answer, ready to be sent."""

    title = models.CharField(max_length=80)
    words = models.TextField(max_length=2000)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "pk"]
        verbose_name_plural = "canned replies"

    def __str__(self) -> str:
        return self.title
