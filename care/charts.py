"""The verbs of the energy chart: it is recorded with its note, and shared with the client or not. Its only writer.

The note's verbs hold the booking while they record; the database refuses a change once the note is signed.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from accounts.models import User
from care import energy
from care.errors import NothingToShare
from care.models import EnergyChart, NoteState, SessionNote
from vault import ledger

SHARED = "chart.shared"
UNSHARED = "chart.unshared"


def record(note: SessionNote, points: energy.Points) -> EnergyChart | None:
    """A step of saving the note, in its transaction; a chart on which nothing is said any more goes."""
    seen = energy.kept(points)
    chart = EnergyChart.objects.filter(note=note).first()
    if not seen:
        if chart:
            chart.delete()
        return None
    chart = chart or EnergyChart(note=note)
    chart.note = note
    if chart._state.adding or chart.seen != seen:
        chart.seen = seen
        chart.save()
    return chart


@transaction.atomic
def share(chart: EnergyChart, *, with_notes: bool, by: User, now: dt.datetime) -> EnergyChart:
    """The client sees it from now on. Raises NothingToShare for the chart of a draft."""
    signed = EnergyChart.objects.filter(pk=chart.pk, note__state=NoteState.SIGNED)
    if not signed.update(shared_at=now, shared_by=by, shares_notes=with_notes):
        raise NothingToShare
    _note(SHARED, chart, by, now)
    return _again(chart)


@transaction.atomic
def unshare(chart: EnergyChart, *, by: User, now: dt.datetime) -> EnergyChart:
    """The client sees it no longer; done a second time it changes nothing."""
    shared = EnergyChart.objects.filter(pk=chart.pk, shared_at__isnull=False)
    if shared.update(shared_at=None, shared_by=by, shares_notes=False):
        _note(UNSHARED, chart, by, now)
    return _again(chart)


def _again(chart: EnergyChart) -> EnergyChart:
    return EnergyChart.objects.select_related("note__booking").get(pk=chart.pk)


def _note(kind: str, chart: EnergyChart, by: User, now: dt.datetime) -> None:
    ledger.append(
        kind,
        actor_id=by.pk,
        subject=chart.vault_subject(),
        object=f"care.energychart:{chart.pk}",
        details={"booking": chart.note.booking_id},
        now=now,
    )
