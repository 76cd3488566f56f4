"""The plan for the work with a client: what it aims from, how many sessions, how far apart. Each change is a new version.

Only `care/plans.py` writes these rows; the database keeps what was planned (`care/constraints.py`).
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from bookings.models import Booking, SessionType, Therapist
from clients.models import Client, Stage
from vault.fields import EncryptedTextField

MOST_SESSIONS = 52
LONGEST_SPACING = 182
"""Days between two sessions."""


class Plan(models.Model):
    """One version; the one with the highest number stands."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="plans")
    therapist = models.ForeignKey(Therapist, on_delete=models.PROTECT, related_name="plans")
    number = models.PositiveSmallIntegerField(help_text="Which version, from 1.")
    stage = models.ForeignKey(Stage, null=True, on_delete=models.PROTECT, related_name="+", help_text="It starts from.")
    session_type = models.ForeignKey(SessionType, on_delete=models.PROTECT, related_name="+")
    minutes = models.PositiveSmallIntegerField()
    sessions = models.PositiveSmallIntegerField()
    every_days = models.PositiveSmallIntegerField()
    work_on = EncryptedTextField(max_length=4000, blank=True)
    made_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-made_at", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["client", "therapist", "number"], name="plan_version_once"),
            models.CheckConstraint(
                condition=Q(sessions__gte=1, sessions__lte=MOST_SESSIONS)
                & Q(every_days__gte=1, every_days__lte=LONGEST_SPACING),
                name="plan_in_bounds",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.client}, {self.sessions} sessions"

    def vault_subject(self) -> str:
        return f"client:{self.client_id}"


class PlannedSession(models.Model):
    """A booking that was made from a plan; those made together share `series`."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="booked")
    booking = models.OneToOneField(Booking, on_delete=models.CASCADE, related_name="planned")
    series = models.UUIDField(db_index=True)

    class Meta:
        ordering = ["booking__starts_at"]

    def __str__(self) -> str:
        return str(self.booking)
