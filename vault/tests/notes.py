"""A model with sealed fields, for tests alone: its table is made beside the others, and no app has it."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models

from vault.fields import EncryptedJSONField, EncryptedTextField


class Note(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    client_id = models.IntegerField(default=1)
    words = EncryptedTextField(blank=True)
    other = EncryptedTextField(null=True, blank=True)
    answers = EncryptedJSONField(null=True, blank=True)

    class Meta:
        app_label = "vault_tests"

    def vault_subject(self) -> str:
        return f"client:{self.client_id}"


class Letter(models.Model):
    """Another table with a column of the same name."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    client_id = models.IntegerField(default=1)
    words = EncryptedTextField(blank=True)

    class Meta:
        app_label = "vault_tests"

    def vault_subject(self) -> str:
        return f"client:{self.client_id}"


MODELS: list[type[models.Model]] = [Note, Letter]


def make_note(**overrides: Any) -> Note:
    """A saved note, read back, so that it holds what the database holds."""
    note = Note.objects.create(**({"words": "left knee hurts"} | overrides))
    return Note.objects.get(pk=note.pk)
