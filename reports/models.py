"""Files that somebody ordered because they take long to make: what was asked for, how far it is, and its bytes for some days.

The bytes lie in the database, so that the web server and the worker need no folder in common, nobody reaches them but through
the page, and what is deleted is gone.
"""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import Role


class FileState(models.TextChoices):
    WAITING = "waiting", "waiting for its turn"
    MAKING = "making", "being made"
    READY = "ready", "ready"
    FAILED = "failed", "not made"


OPEN = [FileState.WAITING, FileState.MAKING]


class Format(models.TextChoices):
    CSV = "csv", "CSV"
    XLSX = "xlsx", "XLSX"


class ReportFileQuerySet(models.QuerySet["ReportFile"]):
    def for_user(self, user: Any) -> ReportFileQuerySet:
        """Their own, made for the role that they have now: who lost a role lost its files."""
        return self.filter(user_id=user.pk, role=getattr(user, "role", ""))

    def there(self, now: dt.datetime) -> ReportFileQuerySet:
        return self.filter(expires_at__gt=now)


class ReportFile(models.Model):
    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="report_files")
    role = models.CharField(max_length=12, choices=Role, help_text="That it is made for.")
    slug = models.CharField(max_length=40, help_text="Of the report.")
    what = models.CharField(max_length=60, help_text="“rows”, or the key of a table.")
    title = models.CharField(max_length=200)
    form = models.CharField(max_length=4, choices=Format)
    query = models.TextField(help_text="The question as it stands in an address, its days written out.")
    name = models.CharField(max_length=200, help_text="Of the file.")
    state = models.CharField(max_length=7, choices=FileState, default=FileState.WAITING)
    ordered_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    made_at = models.DateTimeField(null=True, blank=True)
    lease_until_at = models.DateTimeField(null=True, blank=True)
    claims = models.PositiveSmallIntegerField(default=0, help_text="How often a worker began to make it.")
    rows_done = models.PositiveBigIntegerField(default=0)
    rows_of = models.PositiveBigIntegerField(null=True, blank=True)
    has_names = models.BooleanField(default=False)
    size = models.PositiveBigIntegerField(default=0)
    why = models.CharField(max_length=300, blank=True, help_text="Why it was not made.")

    objects: ClassVar[ReportFileQuerySet] = ReportFileQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        indexes = [
            models.Index(fields=["ordered_at"], name="report_file_open", condition=Q(state__in=["waiting", "making"])),
            models.Index(fields=["expires_at"], name="report_file_by_expiry"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def is_ready(self) -> bool:
        return self.state == FileState.READY

    @property
    def has_failed(self) -> bool:
        return self.state == FileState.FAILED


class ReportPart(models.Model):
    file = models.ForeignKey(ReportFile, on_delete=models.CASCADE, related_name="parts")
    claim = models.PositiveSmallIntegerField(help_text="Which attempt wrote it.")
    number = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["file", "claim", "number"], name="report_part_once")]

    def __str__(self) -> str:
        return f"{self.file_id} {self.number}"
