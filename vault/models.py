"""The wrapped key of each subject, and the ledger: its entries, its head, and the heads that were sent out.

A subject is a text such as "client:17" and an actor the number of an account, since people are known further up only.
`keys` makes data keys, `records` destroys and `rotation` re-wraps them; `ledger` and `anchors` write the rest.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q


class DataKeyQuerySet(models.QuerySet["DataKey"]):
    def in_use(self) -> DataKeyQuerySet:
        return self.filter(destroyed_at=None)

    def wrapped_by_others(self, key_ids: Iterable[str]) -> DataKeyQuerySet:
        """Those in use that none of these keys wraps."""
        return self.in_use().exclude(wrapped_by__in=list(key_ids))


class DataKey(models.Model):
    """One subject's secret, wrapped by a key of the ring. Destroyed: the secret is gone and the row says since when."""

    subject = models.CharField(max_length=80, unique=True)
    wrapped = models.BinaryField()
    wrapped_by = models.CharField(max_length=16, db_index=True, help_text="Id of the wrapping key.")
    destroyed_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[DataKeyQuerySet] = DataKeyQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(destroyed_at=None) | Q(destroyed_at__isnull=False, wrapped=b"", wrapped_by=""),
                name="data_key_destroyed_is_gone",
            )
        ]

    def __str__(self) -> str:
        return self.subject


class EntryQuerySet(models.QuerySet["Entry"]):
    def of(self, pseudonym: str) -> EntryQuerySet:
        """Those about the subject whom the ledger knows by this name."""
        return self.filter(subject=pseudonym)


class Entry(models.Model):
    """One line of the ledger; `hash` covers the line and the hash before it."""

    seq = models.PositiveBigIntegerField(primary_key=True)
    at = models.DateTimeField()
    kind = models.CharField(max_length=60, help_text="What happened, like consent.given.")
    actor_id = models.PositiveBigIntegerField(
        null=True, help_text="Number of the account that did it; none: by itself."
    )
    subject = models.CharField(max_length=64, blank=True, help_text="Pseudonym of the person it is about.")
    object = models.CharField(max_length=120, blank=True, help_text="What it was done to, like clients.consent:….")
    body = models.TextField(help_text="Canonical JSON: names of fields, numbers and digests.")
    prev = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    objects: ClassVar[EntryQuerySet] = EntryQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["seq"]
        verbose_name_plural = "entries"
        indexes = [
            models.Index(fields=["subject", "seq"], name="entry_by_subject", condition=~Q(subject="")),
            models.Index(fields=["object", "seq"], name="entry_by_object", condition=~Q(object="")),
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.kind}"

    @property
    def details(self) -> dict[str, Any]:
        return json.loads(self.body)


class Head(models.Model):
    """Where the ledger stands. One row, locked by whoever appends, so that the numbers have no gap."""

    seq = models.PositiveBigIntegerField()
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="ledger_head_is_one")]

    def __str__(self) -> str:
        return f"entry {self.seq}"


class Anchor(models.Model):
    """A head that was sent out of the database's reach."""

    at = models.DateTimeField()
    seq = models.PositiveBigIntegerField()
    hash = models.CharField(max_length=64)
    count = models.PositiveBigIntegerField(help_text="Entries there were.")

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"entry {self.seq} at {self.at:%Y-%m-%d %H:%M} UTC"
