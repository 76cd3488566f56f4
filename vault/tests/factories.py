"""Entries of the ledger for tests."""

from __future__ import annotations

import datetime as dt
from typing import Any

from vault import ledger
from vault.models import Entry

NOW = dt.datetime(2026, 6, 1, 9, 30, 15, 123456, tzinfo=dt.UTC)


def make_entry(**overrides: Any) -> Entry:
    fields: dict[str, Any] = {
        "kind": "note.read",
        "actor_id": 7,
        "subject": "client:1",
        "object": "care.note:1",
        "details": {"fields": ["words"]},
        "now": NOW,
    }
    chosen = fields | overrides
    return ledger.append(chosen.pop("kind"), **chosen)


def make_entries(count: int) -> list[Entry]:
    return [make_entry(object=f"care.note:{n}", now=NOW + dt.timedelta(minutes=n)) for n in range(1, count + 1)]
