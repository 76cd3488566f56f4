"""The session note: one for each booking, a draft until it is signed, then as it stands. Amendments stand beside it.

The database keeps what is signed (`care/constraints.py`). Only `care/notes.py` and `care/phrases.py` write here.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from bookings.models import Booking
from care import agreed
from vault.fields import EncryptedTextField

if TYPE_CHECKING:
    from accounts.models import User


class NoteState(models.TextChoices):
    DRAFT = "draft", "draft"
    SIGNED = "signed", "signed"


class SessionNote(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    booking = models.OneToOneField(Booking, on_delete=models.PROTECT, related_name="note")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=6, choices=NoteState, default=NoteState.DRAFT)
    version = models.PositiveIntegerField(default=1, help_text="Goes up each time a draft is saved.")
    saved_at = models.DateTimeField()
    is_late_entry = models.BooleanField(default=False, help_text="Begun more than 24 hours after the session's end.")
    areas = models.PositiveBigIntegerField(default=0, help_text="One bit for each area that was worked on.")
    done = EncryptedTextField(max_length=5000, blank=True)
    response = EncryptedTextField(max_length=5000, blank=True)
    aftercare = EncryptedTextField(max_length=5000, blank=True)
    plan = EncryptedTextField(max_length=5000, blank=True)
    to_share = models.JSONField(
        null=True, blank=True, help_text="Of a draft: what the client is to be shown once it is signed."
    )
    signed_at = models.DateTimeField(null=True, blank=True)
    text_digest = models.CharField(
        max_length=64, blank=True, help_text="SHA-256 of the words, keyed with the client's key."
    )
    shared_at = models.DateTimeField(
        null=True, blank=True, help_text="Since when the client may read the aftercare; never before it is signed."
    )
    shared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["-booking__starts_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="draft", signed_at=None)
                | Q(state="signed", signed_at__isnull=False) & ~Q(text_digest=""),
                name="note_signed_whole",
            )
        ]

    def __str__(self) -> str:
        return f"Note of {self.booking}"

    def vault_subject(self) -> str:
        return f"client:{self.booking.client_id}"

    @property
    def is_signed(self) -> bool:
        return self.state == NoteState.SIGNED

    @property
    def worked_on(self) -> str:
        return agreed.words(self.areas)


class Amendment(models.Model):
    """What is put right about a signed note, beside it and with the reason; only ever added."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    note = models.ForeignKey(SessionNote, on_delete=models.PROTECT, related_name="amendments")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = EncryptedTextField(max_length=1000)
    words = EncryptedTextField(max_length=5000)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"amended {self.at:%Y-%m-%d %H:%M}"

    def vault_subject(self) -> str:
        return f"client:{self.note.booking.client_id}"


class NoteSection(models.TextChoices):
    DONE = "done", "what was done"
    RESPONSE = "response", "how the client took it"
    AFTERCARE = "aftercare", "aftercare given"
    PLAN = "plan", "plan for next time"


class PhraseQuerySet(models.QuerySet["Phrase"]):
    def for_user(self, user: User) -> PhraseQuerySet:
        """The practice's, and one's own."""
        return self.filter(Q(user=None) | Q(user_id=user.pk)) if user.pk else self.none()


class Phrase(models.Model):
    """Words that come up again and again in notes. About nobody: what concerns one client belongs in their note."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    section = models.CharField(max_length=9, choices=NoteSection)
    words = models.CharField(max_length=300, help_text="Nothing about a client: these words are not sealed.")
    order = models.PositiveSmallIntegerField(default=0)

    objects: ClassVar[PhraseQuerySet] = PhraseQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["section", "order", "pk"]

    def __str__(self) -> str:
        return self.words
