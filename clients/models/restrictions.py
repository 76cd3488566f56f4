"""What stands between a client and a booking: a warning, approval for each, a block; and look-alikes to be looked at."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from clients.models.person import Client
from vault.fields import EncryptedTextField


class RestrictionKind(models.TextChoices):
    WARN = "warn", "the therapist is warned"
    APPROVAL = "approval", "the therapist approves each booking"
    BLOCK = "block", "no booking is possible"


class Restriction(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="restrictions")
    kind = models.CharField(max_length=8, choices=RestrictionKind)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    why = EncryptedTextField()
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    lifted_why = EncryptedTextField(null=True, blank=True)

    class Meta:
        ordering = ["-since"]
        indexes = [models.Index(fields=["client"], name="restriction_by_client", condition=Q(until=None))]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    def vault_subject(self) -> str:
        return f"client:{self.client_id}"


class Likeness(models.TextChoices):
    PHONE = "phone", "the same phone"
    MAILBOX = "mailbox", "the same mailbox, written differently"


class LookAlike(models.Model):
    """A new client who may be a blocked one: put before the therapist, never blocked by a guess."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="look_alikes")
    resembles = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="+")
    by = models.CharField(max_length=7, choices=Likeness)
    noticed_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    is_same = models.BooleanField(null=True, blank=True)

    class Meta:
        verbose_name = "person to compare"
        verbose_name_plural = "possibly the same person"
        constraints = [models.UniqueConstraint(fields=["client", "resembles", "by"], name="look_alike_once")]

    def __str__(self) -> str:
        return f"{self.client_id} like {self.resembles_id}"
