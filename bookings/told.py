"""What a booking's client knows of it: by the messages that went out, and by its history. Only reads."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from django.db.models import Q

from bookings import folding, kinds
from bookings.folding import Line, Stand
from bookings.models import Booking
from outbox.models import Message, State

MAKING = frozenset({"booked", "requested", "imported"})


class _Entry(NamedTuple):
    line: Line
    at: dt.datetime
    by_id: int | None


def due(booking: Booking, *, grace: dt.timedelta, now: dt.datetime) -> str:
    """The kind of the one message that tells how it stands now; empty where the client knows. One being sent counts as
    told: whether it can still be stopped nobody knows. What the practice entered within the grace is not known yet."""
    entries = _history(booking)
    lines = [entry.line for entry in entries]
    stand = _present(booking, lines)
    said = Message.objects.filter(about=f"booking:{booking.pk}", kind__in=kinds.STANDING)
    last = said.filter(Q(sent_at__isnull=False) | Q(state=State.SENDING)).order_by("-version", "-pk").first()
    if last is None:
        return _first(booking, stand, entries, grace, now)
    since = lines[max(len(lines) - (booking.version - last.version), 0) :]
    earlier = lines[: len(lines) - len(since)]
    then = folding.stood_before(stand, since)
    told = then._replace(asked_for=folding.asked_for(earlier), is_proposed=last.kind == kinds.PROPOSED)
    return folding.fold(told, stand, has_asked=_has_asked(since))


def _first(booking: Booking, stand: Stand, entries: list[_Entry], grace: dt.timedelta, now: dt.datetime) -> str:
    """Nothing was written to them yet."""
    made_at = next((place for place, entry in enumerate(entries) if entry.line.what in MAKING), -1)
    since = [entry.line for entry in entries[made_at + 1 :]]
    is_known = made_at < 0 or _knows(entries[made_at], booking, grace, now)
    made = folding.stood_before(stand, since) if is_known else None
    return folding.fold(None, stand, made=made, has_asked=_has_asked(since))


def _knows(entry: _Entry, booking: Booking, grace: dt.timedelta, now: dt.datetime) -> bool:
    """They did it themselves, have it from where it was entered first, or heard of it otherwise by now."""
    by_themselves = entry.by_id is not None and entry.by_id == booking.client.user_id
    return by_themselves or entry.line.what == "imported" or now >= entry.at + grace


def _history(booking: Booking) -> list[_Entry]:
    rows = booking.changes.order_by("pk").values_list("what", "before", "after", "details", "at", "by_id")
    return [_Entry(Line(what, before, after, details), at, by_id) for what, before, after, details, at, by_id in rows]


def _present(booking: Booking, lines: list[Line]) -> Stand:
    return Stand(
        booking.status,
        booking.starts_at,
        booking.therapist.slug,
        folding.asked_for(lines),
        is_proposed=bool(lines) and lines[-1].what == "proposed",
        minutes=booking.minutes,
    )


def _has_asked(lines: list[Line]) -> bool:
    return any(line.what == "move_requested" for line in lines)
