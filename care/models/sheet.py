"""The agreed-boundary sheet: what is agreed for one session. Locked at its start, and only narrowed after that.

Areas, covering and pressure are numbers, so that the database itself refuses a widening (`care/constraints.py`).
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from bookings.models import Booking
from care import agreed
from vault.fields import EncryptedTextField


class Covering(models.IntegerChoices):
    """From less to more: narrowing goes up."""

    SHEET_ASIDE = 1, "only what is worked on is uncovered"
    UNDERWEAR = 2, "underwear stays on, the rest under a sheet"
    CLOTHED = 3, "clothed"


class Pressure(models.IntegerChoices):
    """From less to more: narrowing goes down."""

    LIGHT = 1, "light"
    MEDIUM = 2, "medium"
    FIRM = 3, "firm"


class FilledBy(models.TextChoices):
    CLIENT = "client", "by the client, ahead of time"
    TOGETHER = "together", "together, at the practice"


class BoundarySheet(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    booking = models.OneToOneField(Booking, on_delete=models.PROTECT, related_name="sheet")
    areas = models.PositiveBigIntegerField(help_text="One bit for each area that is included.")
    covering = models.PositiveSmallIntegerField(choices=Covering)
    pressure = models.PositiveSmallIntegerField(choices=Pressure)
    slower_word = EncryptedTextField(max_length=60)
    stop_word = EncryptedTextField(max_length=60)
    wishes = EncryptedTextField(max_length=2000, blank=True)
    filled_by = models.CharField(max_length=8, choices=FilledBy)
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    locked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-saved_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(covering__in=Covering.values, pressure__in=Pressure.values),
                name="sheet_values_known",
            )
        ]

    def __str__(self) -> str:
        return f"Sheet of {self.booking}"

    def vault_subject(self) -> str:
        return f"client:{self.booking.client_id}"

    @property
    def area_keys(self) -> list[str]:
        return agreed.keys(self.areas)

    @property
    def included(self) -> str:
        return agreed.words(self.areas)

    @property
    def left_out(self) -> str:
        return agreed.words(agreed.ALL & ~self.areas)


class Narrowing(models.Model):
    """What was agreed before it was narrowed, kept; only ever added."""

    sheet = models.ForeignKey(BoundarySheet, on_delete=models.PROTECT, related_name="narrowings")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    areas = models.PositiveBigIntegerField(help_text="As it was before.")
    covering = models.PositiveSmallIntegerField(choices=Covering, help_text="As it was before.")
    pressure = models.PositiveSmallIntegerField(choices=Pressure, help_text="As it was before.")

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"narrowed {self.at:%Y-%m-%d %H:%M}"

    @property
    def included(self) -> str:
        return agreed.words(self.areas)
