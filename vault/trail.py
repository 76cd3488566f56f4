"""Reads the ledger about one person: who did what to their record, and who opened it."""

from __future__ import annotations

from collections.abc import Collection

from vault import keys
from vault.models import Entry, EntryQuerySet


def about(subject: str) -> EntryQuerySet:
    """The entries about a subject, oldest first; none once their key was destroyed, since nobody can tell which they are."""
    name = keys.pseudonym(subject)
    return Entry.objects.of(name) if name else Entry.objects.none()


def subjects(names: Collection[str]) -> dict[str, str]:
    """Whose these names in the ledger are; one whose key was destroyed is left out, since nobody can tell."""
    wanted, found = set(names), dict[str, str]()
    for subject, name in keys.pseudonyms() if wanted else ():
        if name in wanted:
            found[name] = subject
            if len(found) == len(wanted):
                break
    return found
