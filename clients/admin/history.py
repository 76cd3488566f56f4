"""What the ledger tells of a row, for its history page: what was done, when, and by whom; never what stands in it."""

from __future__ import annotations

from collections.abc import Iterator

from django.contrib import admin
from django.db.models import Model

from accounts.models import User
from practice.admin_site import Happened
from vault.models import Entry


def from_ledger(row: Model) -> Iterator[Happened]:
    entries = list(Entry.objects.filter(object=f"{row._meta.label_lower}:{row.pk}"))
    actors = User.objects.in_bulk({each.actor_id for each in entries if each.actor_id})
    for each in entries:
        actor = actors.get(each.actor_id) if each.actor_id else None
        yield Happened(each.at, str(actor) if actor else "by itself", said(each.kind))


def said(kind: str) -> str:
    """“sheet.narrowed” as “Sheet narrowed”."""
    return kind.replace(".", " ").replace("_", " ").capitalize()


admin.site.add_story(from_ledger)
