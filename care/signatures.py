"""The digests of signed notes and of amendments: what the ledger remembers of them, so that a later change shows.

Only reads. Sealed words are not opened to compare them: the digest of a row is made of the bytes as they are sealed.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from typing import Any

from care.models import Amendment, EnergyChart, NoteState, SessionNote
from vault import keys
from vault.fields import stored

CHUNK = 500
TEXTS = ("done", "response", "aftercare", "plan")


def chart_of(note: SessionNote) -> EnergyChart | None:
    return EnergyChart.objects.filter(note=note).select_related("note__booking").first()


def text_digest(note: SessionNote) -> str:
    """Of what the note and its chart say, keyed with the client's key: nobody without it can try a guess."""
    chart = chart_of(note)
    said = [note.booking_id, note.areas, *(getattr(note, name) for name in TEXTS), chart.seen if chart else None]
    return keys.for_sealing(note.vault_subject()).digest(_line(said))


def record_digest(note: SessionNote) -> str:
    """SHA-256 of a signed note's row as it stands in the database, and of its chart's."""
    return _of_note(SessionNote.objects.select_related("chart").get(pk=note.pk))


def amendment_digest(amendment: Amendment) -> str:
    return _of_amendment(Amendment.objects.get(pk=amendment.pk))


def _of_amendment(row: Amendment) -> str:
    said = [str(row.pk), str(row.note_id), _instant(row.at), row.by_id, _sealed(row, "reason"), _sealed(row, "words")]
    return _sha256(said)


def recorded() -> Iterator[tuple[str, str]]:
    """Each signed note there is, as the ledger names it, with the digest of its row as it stands."""
    rows = SessionNote.objects.filter(state=NoteState.SIGNED).select_related("chart").order_by("pk")
    for row in rows.iterator(chunk_size=CHUNK):
        yield f"care.sessionnote:{row.pk}", _of_note(row)


def amended() -> Iterator[tuple[str, str]]:
    for row in Amendment.objects.order_by("pk").iterator(chunk_size=CHUNK):
        yield f"care.amendment:{row.pk}", _of_amendment(row)


def _of_note(row: SessionNote) -> str:
    chart = getattr(row, "chart", None)
    said = [
        str(row.pk),
        row.booking_id,
        row.author_id,
        row.areas,
        row.is_late_entry,
        _instant(row.signed_at),
        row.text_digest,
        *(_sealed(row, name) for name in TEXTS),
        _sealed(chart, "seen") if chart else "",
    ]
    return _sha256(said)


def _sealed(row: Any, name: str) -> str:
    return hashlib.sha256(stored(row, name) or b"").hexdigest()


def _instant(at: dt.datetime | None) -> str:
    return at.astimezone(dt.UTC).isoformat(timespec="microseconds") if at else ""


def _sha256(said: list[Any]) -> str:
    return hashlib.sha256(_line(said).encode()).hexdigest()


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
