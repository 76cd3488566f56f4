"""The verbs of the session note: save a draft, sign it, amend it, show the client its aftercare. The only writer of notes.

A signed note never changes; the database keeps that too, and that only what took place is signed (`care/constraints.py`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from accounts.models import User
from bookings.models import Booking, Status
from care import charts, energy, signatures
from care.errors import (
    EmptyNote,
    NoNoteYet,
    NoteChanged,
    NoteSigned,
    NoteStands,
    NothingDone,
    NothingToShare,
    NothingWritten,
    NotOverYet,
    NotSignedYet,
)
from care.models import Amendment, NoteState, SessionNote
from care.unsigned import LATE_AFTER, ended_at, waiting
from vault import ledger

__all__ = [
    "Written",
    "amend",
    "may_be_written",
    "refuse_if_signed",
    "save_draft",
    "share_aftercare",
    "sign",
    "unshare_aftercare",
    "waiting",
]

SIGNED = "note.signed"
AMENDED = "note.amended"
SHARED = "aftercare.shared"
UNSHARED = "aftercare.unshared"
SHARES = ("shares_aftercare", "shares_chart", "shares_chart_notes")


@dataclass(frozen=True, slots=True)
class Written:
    """What is written of a session: areas as bits (`care.agreed`), four texts, the chart, and what the client is shown of
    it once it is signed."""

    done: str = ""
    response: str = ""
    aftercare: str = ""
    plan: str = ""
    areas: int = 0
    points: energy.Points = field(default_factory=dict)
    shares_aftercare: bool = False
    shares_chart: bool = False
    shares_chart_notes: bool = False

    def ticks(self) -> list[str]:
        """What the client is to be shown, by name."""
        return [name for name in SHARES if getattr(self, name)]

    def texts(self) -> Mapping[str, str]:
        names = ("done", "response", "aftercare", "plan")
        return {name: getattr(self, name).strip() for name in names}


def may_be_written(booking: Booking) -> bool:
    """From the start of a session on."""
    return booking.status == Status.COMPLETED or (booking.status == Status.CONFIRMED and booking.started_at is not None)


def refuse_if_signed(booking: Booking, by: User | None, now: dt.datetime) -> None:
    """Asked once the booking says that nobody came, so that who signs at this moment waits. Raises NoteStands."""
    if SessionNote.objects.filter(booking=booking, state=NoteState.SIGNED).exists():
        raise NoteStands


@transaction.atomic
def save_draft(booking: Booking, written: Written, *, seen: int, by: User, now: dt.datetime) -> SessionNote:
    """`seen` is the version of the draft that was read, 0 for none. Raises NoNoteYet, NoteSigned, NoteChanged, EmptyNote."""
    return _saved(_held(booking), written, seen=seen, by=by, now=now)


@transaction.atomic
def sign(booking: Booking, written: Written, *, seen: int, by: User, now: dt.datetime) -> SessionNote:
    """What was written is kept as it is from now on, with its chart; the ledger gets the digest of both, and what is to be
    shared is shared. Raises what `save_draft` raises, NotOverYet and NothingDone."""
    current = _held(booking)
    if not may_be_written(current):
        raise NoNoteYet
    if current.status != Status.COMPLETED:
        raise NotOverYet
    note = _saved(current, written, seen=seen, by=by, now=now)
    if not note.done:
        raise NothingDone
    note.state, note.signed_at, note.text_digest = NoteState.SIGNED, now, signatures.text_digest(note)
    note.to_share = None
    note.save(update_fields=["state", "signed_at", "text_digest", "to_share"])
    _note(SIGNED, note, by, now, text=note.text_digest, record=signatures.record_digest(note), late=note.is_late_entry)
    _share(note, written, by, now)
    return note


@transaction.atomic
def amend(note: SessionNote, words: str, *, reason: str, by: User, now: dt.datetime) -> Amendment:
    """Stands beside the note from now on. Raises NothingWritten, NotSignedYet."""
    if not words.strip():
        raise NothingWritten
    if not reason.strip():
        raise NothingWritten("Please say why the note is amended.")
    if not SessionNote.objects.filter(pk=note.pk, state=NoteState.SIGNED).exists():
        raise NotSignedYet
    made = Amendment.objects.create(note=note, at=now, by=by, reason=reason.strip(), words=words.strip())
    ledger.append(
        AMENDED,
        actor_id=by.pk,
        subject=made.vault_subject(),
        object=f"care.amendment:{made.pk}",
        details={"note": str(note.pk), "record": signatures.amendment_digest(made)},
        now=now,
    )
    return made


@transaction.atomic
def share_aftercare(note: SessionNote, *, by: User, now: dt.datetime) -> SessionNote:
    """The client reads the aftercare from now on. Raises NothingToShare for a draft, and where none was written."""
    standing = SessionNote.objects.select_related("booking").get(pk=note.pk)
    if not standing.is_signed or not standing.aftercare:
        raise NothingToShare
    SessionNote.objects.filter(pk=note.pk).update(shared_at=now, shared_by=by)
    _note(SHARED, standing, by, now)
    standing.refresh_from_db(fields=["shared_at", "shared_by"])
    return standing


@transaction.atomic
def unshare_aftercare(note: SessionNote, *, by: User, now: dt.datetime) -> None:
    """The client reads it no longer; done a second time it changes nothing."""
    if SessionNote.objects.filter(pk=note.pk, shared_at__isnull=False).update(shared_at=None, shared_by=by):
        _note(UNSHARED, note, by, now)


def _held(booking: Booking) -> Booking:
    """Whoever else writes about this session, or changes the booking, waits."""
    return Booking.objects.select_for_update(of=("self",)).get(pk=booking.pk)


def _saved(booking: Booking, written: Written, *, seen: int, by: User, now: dt.datetime) -> SessionNote:
    note = SessionNote.objects.filter(booking=booking).first() or SessionNote(
        booking=booking, version=0, is_late_entry=now - ended_at(booking) > LATE_AFTER
    )
    if note.is_signed:
        raise NoteSigned
    if not may_be_written(booking):
        raise NoNoteYet
    if note.version != seen:
        raise NoteChanged
    texts = written.texts()
    if not (any(texts.values()) or written.areas or energy.looked_at(written.points)):
        raise EmptyNote
    note.booking, note.author, note.areas, note.saved_at, note.version = booking, by, written.areas, now, seen + 1
    note.to_share = written.ticks() or None
    for name, words in texts.items():
        setattr(note, name, words)
    note.save()
    charts.record(note, written.points)
    return SessionNote.objects.select_related("booking").get(pk=note.pk)


def _share(note: SessionNote, written: Written, by: User, now: dt.datetime) -> None:
    if written.shares_aftercare and note.aftercare:
        share_aftercare(note, by=by, now=now)
    chart = signatures.chart_of(note)
    if written.shares_chart and chart:
        charts.share(chart, with_notes=written.shares_chart_notes, by=by, now=now)
    note.refresh_from_db(fields=["shared_at", "shared_by"])


def _note(kind: str, note: SessionNote, by: User, now: dt.datetime, **details: Any) -> None:
    ledger.append(
        kind,
        actor_id=by.pk,
        subject=note.vault_subject(),
        object=f"care.sessionnote:{note.pk}",
        details={"booking": note.booking_id, **details},
        now=now,
    )
