"""Where a client stands: stages, the therapist's decisions about them, and who treats whom."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from clients.models.person import Client
from vault.fields import EncryptedTextField


class Stage(models.Model):
    """A stage of the journey. Names and texts are the practice's; the slugs and their order are not changed."""

    slug = models.SlugField(unique=True, editable=False)
    name = models.CharField(max_length=60)
    text = models.TextField(
        blank=True, help_text="What this stage is about. It promises no benefit and hurries nobody."
    )
    order = models.PositiveSmallIntegerField(unique=True, editable=False)

    class Meta:
        ordering = ["order"]

    def __str__(self) -> str:
        return self.name


class StageDecision(models.Model):
    """The therapist moves a client to a stage, or says “not yet”; dated, with a note. Only ever added."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="stage_decisions")
    stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="+")
    is_reached = models.BooleanField(default=True, help_text="No: not yet.")
    decided_on = models.DateField()
    decided_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    note = EncryptedTextField(blank=True)

    class Meta:
        ordering = ["-decided_at"]
        indexes = [models.Index(fields=["client", "decided_at"], name="stage_decision_by_client")]

    def __str__(self) -> str:
        return f"{self.stage} {self.decided_on}"

    def vault_subject(self) -> str:
        return f"client:{self.client_id}"


class CareRelation(models.Model):
    """This therapist treats this client: the answer to “the clients they treat”."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="care_relations")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="care_relations")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["client", "user"], condition=Q(until=None), name="care_relation_one_open")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} treats {self.client_id}"
