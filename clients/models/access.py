"""Who may open a record beside those who treat the client: a reading in need, with its reason and its end."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from clients.models.person import Client
from vault.fields import EncryptedTextField


class BreakGlass(models.Model):
    """A therapist opened the record of somebody they do not treat: why, and until when it stays open."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="break_glasses")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    why = EncryptedTextField()
    opened_at = models.DateTimeField()
    open_until_at = models.DateTimeField()

    class Meta:
        ordering = ["-opened_at"]
        verbose_name = "record opened in need"
        verbose_name_plural = "records opened in need"
        indexes = [models.Index(fields=["client", "user", "open_until_at"], name="break_glass_by_client")]
        constraints = [
            models.CheckConstraint(condition=Q(open_until_at__gt=F("opened_at")), name="break_glass_ends_later")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} opened {self.client_id}"

    def vault_subject(self) -> str:
        return f"client:{self.client_id}"
