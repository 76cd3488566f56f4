"""A therapist's private reflections: no part of the client's record, read by their author alone and by nobody else."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models

from bookings.models import Booking
from clients.models import Client
from vault.fields import EncryptedTextField

if TYPE_CHECKING:
    from accounts.models import User


class ReflectionQuerySet(models.QuerySet["Reflection"]):
    def for_user(self, user: User) -> ReflectionQuerySet:
        """One's own; the owner's too are only the owner's own."""
        return self.filter(author_id=user.pk) if user.pk and user.is_staff else self.none()


class Reflection(models.Model):
    """Sealed with a key of the author's for this client: given to another author, it opens for nobody."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    booking = models.ForeignKey(Booking, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    words = EncryptedTextField(max_length=10000)

    objects: ClassVar[ReflectionQuerySet] = ReflectionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-written_at"]

    def __str__(self) -> str:
        return f"Reflection of {self.written_at:%Y-%m-%d}"

    def vault_subject(self) -> str:
        return f"client:{self.client_id}:author:{self.author_id}"
