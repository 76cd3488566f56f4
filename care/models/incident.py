"""Boundary incidents, and refusals as recorded acts. What happened is sealed; both are kept, never deleted in silence."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from bookings.models import Booking
from clients.models import Client, Restriction
from vault.fields import EncryptedTextField


class Severity(models.IntegerChoices):
    MINOR = 1, "minor: spoken about, and settled"
    SERIOUS = 2, "serious: a boundary was crossed"
    GRAVE = 3, "grave: safety was at stake"


class Ground(models.TextChoices):
    SEXUAL = "sexual", "a sexual request, comment or exposure"
    INTOXICATION = "intoxication", "alcohol or drugs"
    TOUCHING = "touching", "touching the therapist"
    THREAT = "threat", "a threat"
    HEALTH = "health", "a risk to health"
    NOT_READY = "not_ready", "not ready for this session"
    OTHER = "other", "something else"


class Consequence(models.TextChoices):
    NONE = "", "nothing further"
    WARN = "warn", "a warning for whoever treats the client"
    APPROVAL = "approval", "each booking is approved by the therapist"
    BLOCK = "block", "no booking is possible any more"


class Incident(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="incidents")
    booking = models.ForeignKey(Booking, null=True, blank=True, on_delete=models.PROTECT, related_name="incidents")
    happened_at = models.DateTimeField()
    severity = models.PositiveSmallIntegerField(choices=Severity)
    what_happened = EncryptedTextField(max_length=5000)
    what_was_done = EncryptedTextField(max_length=5000, blank=True)
    restriction = models.ForeignKey(Restriction, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    follow_up_on = models.DateField(null=True, blank=True, help_text="When to look at it again.")
    follow_up = EncryptedTextField(max_length=5000, blank=True, null=True)
    followed_up_at = models.DateTimeField(null=True, blank=True)
    followed_up_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["-happened_at", "-recorded_at"]

    def __str__(self) -> str:
        return f"Incident of {self.happened_at:%Y-%m-%d}"

    def vault_subject(self) -> str:
        return f"client:{self.client_id}"


class Ending(models.TextChoices):
    DECLINED = "declined", "the request was declined"
    CANCELLED = "cancelled", "the booking was cancelled"
    ENDED = "ended", "the session was ended"


class Refusal(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    booking = models.OneToOneField(Booking, on_delete=models.PROTECT, related_name="refusal")
    ending = models.CharField(max_length=9, choices=Ending)
    ground = EncryptedTextField(max_length=12, choices=Ground)
    words = EncryptedTextField(max_length=5000, blank=True)
    reply = EncryptedTextField(max_length=2000)
    has_fee = models.BooleanField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"Refusal of {self.booking}"

    def vault_subject(self) -> str:
        return f"client:{self.booking.client_id}"
