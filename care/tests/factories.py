"""Sheets, conversations, incidents and refusals as rows for tests, through the verbs."""

from __future__ import annotations

import datetime as dt
from typing import Any

from bookings.models import Booking, Status
from bookings.tests.factories import NOW, make_booking, make_therapist
from care import agreed, conversations, incidents, notes, refusals, sheets
from care.incidents import Happened
from care.models import BoundarySheet, Conversation, Incident, Refusal, SessionNote
from care.notes import Written
from care.refusals import Refused
from care.sheets import Agreed
from clients.models import Client
from clients.tests.factories import make_client_with_account

__all__ = ["NOW"]

BACK = ("neck", "upper-back", "lower-back")


def agree(**overrides: Any) -> Agreed:
    """Neck and back, underwear stays on, medium pressure."""
    fields: dict[str, Any] = {
        "areas": agreed.bits(BACK),
        "covering": 2,
        "pressure": 2,
        "slower_word": "amber",
        "stop_word": "red",
        "wishes": "",
    }
    return Agreed(**(fields | overrides))


def make_sheet(
    *, locked: bool = False, by: Any = None, booking: Booking | None = None, **overrides: Any
) -> BoundarySheet:
    """A sheet of a confirmed booking; `locked=True` for one whose session is running."""
    booking = booking or make_booking(client=make_client_with_account())
    person = by or booking.client.user or booking.therapist.user
    sheet = sheets.save(booking, agree(**overrides), by=person, now=NOW)
    if locked:
        Booking.objects.filter(pk=booking.pk).update(started_at=NOW, checked_in_at=NOW)
        booking.refresh_from_db()
        sheets.lock_at_start(booking, booking.therapist.user, NOW)
    return BoundarySheet.objects.get(pk=sheet.pk)


def make_conversation(*lines: str, client: Client | None = None, therapist: Any = None) -> Conversation:
    """The client's lines, a minute apart."""
    client, therapist = client or make_client_with_account(), therapist or make_therapist()
    for number, words in enumerate(lines or ("My left knee is sore.",)):
        conversations.write(client, therapist, words, by=client.user, now=NOW + dt.timedelta(minutes=number))
    return Conversation.objects.select_related("client", "therapist").get(client=client, therapist=therapist)


def make_incident(client: Client | None = None, *, by: Any = None, consequence: str = "", **overrides: Any) -> Incident:
    fields: dict[str, Any] = {"at": NOW, "severity": 2, "what": "A remark that crossed the line."}
    by = by or make_therapist().user
    client = client or make_client_with_account()
    return incidents.record(client, Happened(**(fields | overrides)), by=by, now=NOW, consequence=consequence)


def make_refusal(booking: Booking | None = None, *, by: Any = None, **overrides: Any) -> Refusal:
    booking = booking or make_booking(client=make_client_with_account(), status=Status.REQUESTED)
    fields: dict[str, Any] = {"ground": "other", "reply": "We cannot offer you a session."}
    return refusals.refuse(booking, Refused(**(fields | overrides)), by=by or booking.therapist.user, now=NOW)


def make_visit(**overrides: Any) -> Booking:
    """A session that took place: it ended two hours before NOW."""
    starts_at = overrides.pop("starts_at", NOW - dt.timedelta(hours=3))
    ended_at = starts_at + dt.timedelta(hours=1)
    fields: dict[str, Any] = {"status": Status.COMPLETED, "created_at": starts_at - dt.timedelta(days=3)}
    moments = {"checked_in_at": starts_at, "started_at": starts_at, "ended_at": ended_at}
    return make_booking(starts_at=starts_at, **(fields | moments | overrides))


def make_note(booking: Booking | None = None, *, now: dt.datetime = NOW, **overrides: Any) -> SessionNote:
    """A draft by the booking's therapist."""
    booking = booking or make_visit()
    written = Written(**({"done": "Back and neck, slowly."} | overrides))
    return notes.save_draft(booking, written, seen=0, by=booking.therapist.user, now=now)


def make_signed_note(booking: Booking | None = None, *, now: dt.datetime = NOW, **overrides: Any) -> SessionNote:
    booking = booking or make_visit()
    written = Written(**({"done": "Back and neck, slowly."} | overrides))
    return notes.sign(booking, written, seen=0, by=booking.therapist.user, now=now)
