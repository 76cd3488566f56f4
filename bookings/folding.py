"""Which one message says how a booking stands, after what its client was last told, whatever happened in between.

Values in, a kind of message out. How a booking stood earlier is read off its history, from its end backwards.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, NamedTuple

from bookings import kinds

LEAVES_THE_WISH = frozenset({"room_changed", "length_changed"})
OVER = {"cancelled": kinds.CANCELLED, "declined": kinds.DECLINED, "expired": kinds.EXPIRED}


class Stand(NamedTuple):
    """How a booking stands, as far as its client is told of it."""

    status: str
    starts_at: dt.datetime
    therapist: str
    """By slug, as the history has it."""
    asked_for: dt.datetime | None = None
    """The time of a move that the client asked for and nobody has answered."""
    is_proposed: bool = False
    """Other times wait for the client's choice."""
    minutes: int = 0


class Line(NamedTuple):
    """One line of a booking's history."""

    what: str
    before: str
    after: str
    details: dict[str, Any]


def fold(told: Stand | None, now: Stand, *, made: Stand | None = None, has_asked: bool = False) -> str:
    """The kind of the one message that is due, empty where the client knows all there is to know.

    `told` is how it stood when they were last written to. Where they never were, `made` is how it stood when it was made,
    if they know of that; None where the practice made it a moment ago. `has_asked`: they asked for a move since.
    """
    known = told or made
    if now.status in OVER:
        return OVER[now.status] if known and known.status not in OVER else ""
    if now.status == "requested":
        return _asking(told, known, now)
    return _standing(told, known, now, has_asked) if now.status == "confirmed" else ""


def _asking(told: Stand | None, known: Stand | None, now: Stand) -> str:
    if now.is_proposed:
        return kinds.PROPOSED
    if known is None or known.status == "confirmed":
        return kinds.WAITING
    is_told = told is not None and told.status == "requested" and _place(told) == _place(now) and not told.is_proposed
    return "" if is_told else kinds.REQUESTED


def _standing(told: Stand | None, known: Stand | None, now: Stand, has_asked: bool) -> str:
    if now.asked_for:
        return "" if told == now else kinds.MOVE_REQUESTED
    stays = known is None or _place(known) == _place(now)
    if stays and (has_asked or (known and known.asked_for)):
        return kinds.MOVE_DECLINED
    if known is None or known.status in OVER:
        return kinds.CONFIRMED
    if known.status == "requested":
        return kinds.APPROVED
    if not stays:
        return kinds.LENGTH_CHANGED if _place(known._replace(minutes=now.minutes)) == _place(now) else kinds.MOVED
    return "" if told else kinds.CONFIRMED


def _place(stand: Stand) -> tuple[dt.datetime, str, int]:
    return stand.starts_at, stand.therapist, stand.minutes


def stood_before(now: Stand, since: Sequence[Line]) -> Stand:
    """How it stood before these last lines of its history."""
    stand = now
    for line in reversed(since):
        starts_at = _was(line.details, "from", stand.starts_at)
        therapist = line.details.get("therapist", [stand.therapist])[0]
        minutes = int(line.details.get("minutes", [stand.minutes])[0])
        stand = Stand(line.before, starts_at, therapist, minutes=minutes)
    return stand


def _was(details: dict[str, Any], name: str, otherwise: dt.datetime) -> dt.datetime:
    """A move keeps where it came from; what a practice file changed has old and new under the field's name."""
    text = details.get(name) or details.get("starts_at", [None])[0]
    return dt.datetime.fromisoformat(text) if text else otherwise


def asked_for(lines: Sequence[Line]) -> dt.datetime | None:
    """The move that was asked for by the last of these lines; another room or length leaves the wish as it is, and a move
    that was undone has given it back."""
    last = next((line for line in reversed(lines) if line.what not in LEAVES_THE_WISH), None)
    if last is None or "asked_for" not in last.details:
        return None
    return dt.datetime.fromisoformat(last.details["asked_for"])
