"""A booking's history as its client may read it: when, and what happened, in plain words. Only reads.

Never says why: reasons are the practice's own.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, NamedTuple

from bookings.models import Answer, Booking, BookingChange, MoveRequest, Proposal, Status, Way
from practice import words
from practice.models import Practice

SENTENCES = {
    "requested": "You asked for this session.",
    "booked": "The session was booked.",
    "imported": "The session was entered.",
    "approved": "The therapist confirmed it.",
    "declined": "It could not be confirmed.",
    "expired": "Nobody could answer in time.",
    "moved": "It was moved from {before} to {after}.",
    "length_changed": "Its length became {minutes} minutes.",
    "move_undone": "It was put back to how it was before.",
    "move_requested": "You asked to move it to {asked}.",
    "move_declined": "It could not be moved; it stays where it is.",
    "move_expired": "Nobody could answer about the move; it stays where it is.",
    "proposed": "The therapist proposed other times.",
    "proposal_taken": "You took {after}, which the therapist had proposed.",
    "coming_said": "You said that you will come.",
    "cancelled": "It was cancelled.",
    "released": "It was released; nothing is owed.",
    "put_to_therapist": "It waits for your therapist's answer; the time is kept.",
    "ended": "The session was ended.",
    "cancel_undone": "The cancelling was taken back.",
    "checked_in": "You came to the practice.",
    "started": "The session began.",
    "completed": "The session took place.",
    "no_show": "It was noted that you did not come.",
    "came_after_all": "It was corrected: the session took place.",
    "broken_off": "The practice ended it.",
}
WITHOUT_START = "without_start"
NOTED_AFTERWARDS = "It was noted afterwards that the session took place."
BY_THE_CLIENT = {"cancelled": "You cancelled it.", "booked": "You booked the session."}


class Line(NamedTuple):
    when: str
    sentence: str


def without_start(booking: Booking) -> dict[str, Any]:
    """What the history says of a session that took place without having been started here."""
    return {} if booking.started_at else {WITHOUT_START: True}


def owed_before(booking: Booking) -> dict[str, Any]:
    """What a line of history keeps of the fees that were owed before it, so that it can be taken back."""
    return {"owed_before": str(booking.late_fee)} if booking.late_fee else {}


def owed_without_no_show(booking: Booking) -> Decimal:
    """The fees of a booking that was missed, less what not coming added to them."""
    missed = booking.changes.filter(what="no_show").order_by("-pk").first()
    return Decimal(missed.details.get("owed_before", 0)) if missed else Decimal(0)


def told(booking: Booking, practice: Practice) -> list[Line]:
    """From the newest to the oldest; the keeping of a hold is not worth a line."""
    changes = booking.changes.order_by("-at", "-pk")
    return [
        Line(words.moment(each.at, practice.zone), _sentence(each, practice))
        for each in changes
        if each.what in SENTENCES
    ]


def _sentence(change: BookingChange, practice: Practice) -> str:
    if change.what == "completed" and change.details.get(WITHOUT_START):
        return NOTED_AFTERWARDS
    by_client = change.via in (Way.WEB, Way.LINK, Way.API)
    sentence = (by_client and BY_THE_CLIENT.get(change.what)) or SENTENCES[change.what]
    said = change.details
    return sentence.format(
        before=_moment(said.get("from"), practice),
        after=_moment(said.get("to"), practice),
        asked=_moment(said.get("asked_for"), practice),
        minutes=said.get("minutes", [""])[-1],
    )


def _moment(text: str | None, practice: Practice) -> str:
    return words.moment(dt.datetime.fromisoformat(text), practice.zone) if text else "another time"


def proposed(booking: Booking, practice: Practice) -> list[tuple[Proposal, str]]:
    """The other times that wait for the client's answer."""
    found = booking.proposals.filter(answer=Answer.OPEN).select_related("therapist")
    return [(each, words.moment(each.starts_at, practice.zone)) for each in found]


def asked_for(booking: Booking, practice: Practice) -> str:
    """Where the client asked to move it, while that waits for an answer; empty otherwise."""
    found: MoveRequest | None = booking.move_requests.filter(answer=Answer.OPEN).first()
    return words.moment(found.starts_at, practice.zone) if found else ""


def cancelling_to_undo(booking: Booking, now: dt.datetime) -> BookingChange | None:
    """The line that tells of the cancelling, where a confirmed booking ended so and its start is still to come. A request
    that was cancelled is asked for anew, since nobody had approved it."""
    if booking.status != Status.CANCELLED or booking.starts_at <= now:
        return None
    last = booking.changes.filter(after=Status.CANCELLED).exclude(before=Status.CANCELLED).order_by("-pk").first()
    return last if last and (last.what, last.before) == ("cancelled", Status.CONFIRMED) else None
