"""Rows as the plain values that the API gives, in the practice's offset. What a caller may not see is left out here.

Plain values and no schema objects: a month of slots is built with every look at a calendar.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

from bookings.brochure import Offering
from bookings.diary import Slot
from bookings.models import Booking, MoveRequest, Offer
from practice.models import Practice

Shown = dict[str, Any]


def moment(at: dt.datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).isoformat(timespec="seconds")


def moment_or_none(at: dt.datetime | None, zone: ZoneInfo) -> str | None:
    return None if at is None else moment(at, zone)


def slots(found: Iterable[Slot], zone: ZoneInfo) -> list[Shown]:
    """Most ends are starts too, so that each instant is written once."""
    written = functools.cache(lambda at: at.astimezone(zone).isoformat())
    return [
        {
            "start": written(slot.starts_at),
            "end": written(slot.ends_at),
            "therapists": [therapist.slug for therapist in slot.therapists],
        }
        for slot in found
    ]


def offering(offering: Offering, practice: Practice) -> Shown:
    kind = offering.session_type
    return {
        "slug": kind.slug,
        "name": kind.name,
        "kind": kind.kind,
        "summary": kind.summary,
        "lengths": [{"minutes": length.minutes, "price": str(length.price)} for length in kind.lengths.all()],
        "currency": practice.currency,
        "therapists": [
            _therapist(offer, {row.pk: row.minutes for row in kind.lengths.all()}) for offer in kind.offers.all()
        ],
        "approval": kind.approval,
        "needs": list(offering.needs),
    }


def _therapist(offer: Offer, minutes: dict[int, int]) -> Shown:
    prices = {str(minutes[own.length_id]): str(own.price) for own in offer.prices.all()}
    return {"slug": offer.therapist.slug, "name": offer.therapist.name, "prices": prices}


def booking(row: Booking, zone: ZoneInfo, *, for_staff: bool, move: MoveRequest | None = None) -> Shown:
    """`move` is the request for another time that still waits for its answer."""
    shown = {
        "id": row.ref,
        "status": str(row.status),
        "session_type": row.session_type.slug,
        "minutes": row.minutes,
        "start": moment(row.starts_at, zone),
        "end": moment(row.ends_at, zone),
        "therapist": row.therapist.slug,
        "client": row.client.ref,
        "price": f"{row.price:.2f}",
        "currency": row.currency,
        "cancel_free_until": moment(row.free_until_at, zone),
        "move_free_until": moment(row.starts_at - row.reschedule_notice, zone),
        "late_fee_percent": row.late_fee_percent,
        "late_fee": f"{row.late_fee:.2f}",
        "hold_ends": moment_or_none(row.hold_ends_at, zone),
        "answer_by": moment_or_none(row.answer_by_at, zone),
        "move_requested": _move(move, zone),
        "version": row.version,
        "created": moment(row.created_at, zone),
    }
    if for_staff:
        shown |= {"client_name": row.client.name, "room": row.room and row.room.slug}
    return shown


def _move(move: MoveRequest | None, zone: ZoneInfo) -> Shown | None:
    if move is None:
        return None
    return {
        "start": moment(move.starts_at, zone),
        "therapist": move.therapist.slug,
        "answer_by": moment(move.answer_by_at, zone),
    }
