"""The energy chart of a session: what the therapist saw of each chakra. It stands with the note, and locks with it.

States and notes are sealed as one; the database compares the sealed bytes (`care/constraints.py`). Written by `care/charts.py`.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from care import energy
from care.models.note import SessionNote
from vault.fields import EncryptedJSONField


class EnergyChart(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    note = models.OneToOneField(SessionNote, on_delete=models.PROTECT, related_name="chart")
    seen = EncryptedJSONField(help_text="By chakra: its state, and a note on it.")
    shared_at = models.DateTimeField(
        null=True, blank=True, help_text="Since when the client may see it; never before the note is signed."
    )
    shared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    shares_notes = models.BooleanField(default=False, help_text="With the therapist's notes on it.")

    class Meta:
        ordering = ["-note__booking__starts_at"]

    def __str__(self) -> str:
        return f"Chart of {self.note.booking}"

    def vault_subject(self) -> str:
        return f"client:{self.note.booking.client_id}"

    @property
    def points(self) -> dict[str, energy.Point]:
        return energy.read(self.seen)

    @property
    def marks(self) -> list[energy.Mark]:
        return energy.marks(self.points)

    @property
    def in_words(self) -> str:
        return energy.in_words(self.points)
