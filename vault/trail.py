"""Reads the ledger about one person: who did what to their record, and who opened it."""

from __future__ import annotations

from vault import keys
from vault.models import Entry, EntryQuerySet


def about(subject: str) -> EntryQuerySet:
    """The entries about a subject, oldest first; none once their key was destroyed, since nobody can tell which they are."""
    name = keys.pseudonym(subject)
    return Entry.objects.of(name) if name else Entry.objects.none()
