"""What of their sessions a client may see: when they were, the aftercare and the charts that were shared, what comes next.

Only reads. What is not shared, or not signed, is not even fetched.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from bookings.models import Booking, Status
from care import energy
from care.models import EnergyChart, NoteState, SessionNote
from clients.models import Client
from practice import words
from practice.models import Practice
from vault.fields import is_unreadable

LATEST = 24
"""So many sessions are shown; the rest stand in the list of bookings."""
CHARTS = 12
TO_COME = (Status.CONFIRMED, Status.REQUESTED)


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart as the client sees it: the marks, with the therapist's notes only where these are shared too."""

    booking: Booking
    marks: list[energy.Mark]
    in_words: str

    @property
    def has_notes(self) -> bool:
        return any(each.note for each in self.marks)


@dataclass(frozen=True, slots=True)
class Past:
    booking: Booking
    when: str
    aftercare: str
    chart: Chart | None


@dataclass(frozen=True, slots=True)
class Shared:
    past: tuple[Past, ...]
    """The latest first."""
    has_more: bool
    charts: tuple[Chart, ...]
    """In the order of the sessions, to be laid side by side."""
    coming: tuple[tuple[Booking, str], ...]
    """Each with its moment in words."""


def of(client: Client, practice: Practice, now: dt.datetime) -> Shared:

    def when(booking: Booking) -> str:
        return words.moment(booking.starts_at, practice.zone)

    mine = Booking.objects.filter(client=client).select_related("session_type", "therapist")
    held = list(mine.filter(status=Status.COMPLETED).order_by("-starts_at")[: LATEST + 1])
    aftercare, charts = _aftercare(client), _charts(client)
    past = [Past(each, when(each), aftercare.get(each.pk, ""), charts.get(each.pk)) for each in held[:LATEST]]
    coming = mine.filter(status__in=TO_COME, ends_at__gt=now).order_by("starts_at")
    latest = sorted(charts.values(), key=lambda each: each.booking.starts_at)[-CHARTS:]
    return Shared(tuple(past), len(held) > LATEST, tuple(latest), tuple((each, when(each)) for each in coming))


def _aftercare(client: Client) -> dict[int, str]:
    found = SessionNote.objects.filter(booking__client=client, state=NoteState.SIGNED, shared_at__isnull=False)
    return {each.booking_id: each.aftercare for each in found.select_related("booking")}


def _charts(client: Client) -> dict[int, Chart]:
    found = EnergyChart.objects.filter(
        note__booking__client=client, note__state=NoteState.SIGNED, shared_at__isnull=False
    )
    rows = found.select_related("note__booking__session_type")
    return {each.note.booking_id: _shown(each) for each in rows if not is_unreadable(each.seen)}


def _shown(chart: EnergyChart) -> Chart:
    marks = energy.marks(chart.points, with_notes=chart.shares_notes)
    return Chart(chart.note.booking, marks, energy.in_words(chart.points))
