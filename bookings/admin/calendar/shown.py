"""What the calendar's script draws, as plain values: every time as the practice's clock reads it, whatever the browser's."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from bookings.models import Booking, Status
from bookings.planner import Plan, Session, Stretch
from practice import words

MINUTE = dt.timedelta(minutes=1)
STEPS = (("ended_at", "Over"), ("started_at", "In session"), ("checked_in_at", "Is here"))
STRETCHES = {"hours": "", "away": "Away", "closed": "Closed"}


def plan(shown: Plan, now: dt.datetime) -> dict[str, Any]:
    zone = shown.practice.zone
    return {
        "offset": offset(now, zone),
        "therapists": [{"id": each.pk, "name": each.name} for each in shown.therapists],
        "rooms": [{"id": each.pk, "name": each.name} for each in shown.rooms],
        "sessions": [session(each, zone) for each in shown.sessions],
        "stretches": [_stretch(each, zone) for each in shown.stretches],
    }


def session(each: Session, zone: ZoneInfo) -> dict[str, Any]:
    """Drawn as long as it lasts; buffers in minutes, as they were booked."""
    booking = each.booking
    return {
        "id": booking.pk,
        "version": booking.version,
        "start": wall(booking.starts_at, zone),
        "minutes": booking.minutes,
        "before": (booking.starts_at - booking.busy_from_at) // MINUTE,
        "after": (booking.busy_until_at - booking.ends_at) // MINUTE,
        "hours": hours(booking, zone),
        "who": booking.client.name,
        "what": booking.session_type.name,
        "with": booking.therapist.name,
        "where": booking.room.name if booking.room else "",
        "therapist": booking.therapist_id,
        "room": booking.room_id,
        "state": booking.status,
        "word": word(booking),
        "first": each.is_first,
        "complete": each.is_complete,
        "moves": each.may_move,
        "resizes": each.may_last_otherwise,
    }


def _stretch(each: Stretch, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "kind": each.kind,
        "word": STRETCHES[each.kind],
        "start": wall(each.starts_at, zone),
        "end": wall(each.ends_at, zone),
        "therapist": each.therapist,
        "room": each.room,
    }


def word(booking: Booking) -> str:
    """How it stands, in a word; empty for what is simply confirmed."""
    if booking.status == Status.CONFIRMED:
        return next((name for field, name in STEPS if getattr(booking, field)), "")
    return Status(booking.status).label


def hours(booking: Booking, zone: ZoneInfo) -> str:
    return f"{words.time(booking.starts_at, zone)} to {words.time(booking.ends_at, zone)}"


def wall(at: dt.datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%dT%H:%M}"


def offset(now: dt.datetime, zone: ZoneInfo) -> str:
    """“+01:00”, as it is at this moment: for the line that shows now."""
    local = now.astimezone(zone)
    return f"{local:%z}"[:3] + ":" + f"{local:%z}"[3:5]
