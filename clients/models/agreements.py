"""What a client agrees to: documents with versions, the consents given to them, withdrawals, and boundaries understood.

A published version never changes and a consent is only ever added to; the database keeps both (`clients/constraints.py`).
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from clients.models.intake import VersionState
from clients.models.person import Client
from vault.fields import EncryptedJSONField, EncryptedTextField


class DocumentKind(models.TextChoices):
    CONSENT = "consent", "a consent, clause by clause"
    NOTICE = "notice", "a notice that is read and acknowledged"
    BOUNDARIES = "boundaries", "the boundaries, with questions that show they were understood"


class OnWithdrawal(models.TextChoices):
    RELEASE = "release", "bookings that rest on it are released"
    ASK = "ask", "bookings that rest on it are put to the therapist"


class Document(models.Model):
    slug = models.SlugField(unique=True)
    title = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=DocumentKind, default=DocumentKind.CONSENT)
    on_withdrawal = models.CharField(max_length=7, choices=OnWithdrawal, default=OnWithdrawal.RELEASE)
    valid_for_months = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1)], help_text="Asked anew after so many months."
    )
    each_session = models.BooleanField(
        "said again at each session", default=False, help_text="Asked again at check-in, by word of mouth, and kept."
    )
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return self.title


class DocumentVersion(models.Model):
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=VersionState, default=VersionState.DRAFT, editable=False)
    text = models.TextField(help_text="Markdown: a blank line starts a paragraph, ## a heading, - a list.")
    clauses = models.JSONField(default=list, blank=True, help_text="Each clause gets its own tick.")
    questions = models.JSONField(
        default=list, blank=True, help_text="For the boundaries: what is asked, with the right answer."
    )
    sha256 = models.CharField(max_length=64, blank=True, editable=False)
    applies_from = models.DateField(null=True, blank=True, help_text="From this date on it is asked for.")
    published_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["document", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["document", "number"], name="document_version_once"),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(published_at__isnull=False, applies_from__isnull=False) & ~Q(sha256=""),
                name="document_version_published_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.document}, version {self.number}"


class GivenBy(models.TextChoices):
    ONLINE = "online", "online"
    TABLET = "tablet", "at the practice, on its tablet"
    PAPER = "paper", "on paper"


class Consent(models.Model):
    """One client's consent to one version: the exact text by its hash, the clauses ticked, the name typed, when and how."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="consents")
    version = models.ForeignKey(DocumentVersion, on_delete=models.PROTECT, related_name="consents")
    text_sha256 = models.CharField(max_length=64)
    clauses = models.JSONField()
    typed_name = models.CharField(max_length=150)
    signature = EncryptedTextField(null=True, blank=True)
    given_by = models.CharField(max_length=6, choices=GivenBy)
    signed_at = models.DateTimeField()
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    countersigned_at = models.DateTimeField(null=True, blank=True)
    countersigned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    expires_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["-signed_at"]
        indexes = [models.Index(fields=["client", "version"], name="consent_by_client")]

    def __str__(self) -> str:
        return f"{self.version} by {self.client_id}"

    def vault_subject(self) -> str:
        return f"client:{self.client_id}"


class Withdrawal(models.Model):
    """A consent taken back. No reason is asked."""

    consent = models.OneToOneField(Consent, on_delete=models.PROTECT, related_name="withdrawal")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    on_clients_word = models.BooleanField(default=False, help_text="Entered by the therapist on the client's word.")

    def __str__(self) -> str:
        return f"{self.consent_id} withdrawn"


class Understanding(models.Model):
    """The answers that show, or do not show yet, that a version of the boundaries was understood."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="understandings")
    version = models.ForeignKey(DocumentVersion, on_delete=models.PROTECT, related_name="understandings")
    answers = EncryptedJSONField()
    is_understood = models.BooleanField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at"]
        indexes = [models.Index(fields=["client", "version"], name="understanding_by_client")]

    def __str__(self) -> str:
        return f"{self.version} by {self.client_id}"

    def vault_subject(self) -> str:
        return f"client:{self.client_id}"
