"""The step that every verb shares: the row changed in the state it was read in, and its line of history.

Used by `lifecycle`, `moves`, `visits` and `withdrawal` alone; beside them only `importing` writes a booking.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import F

from accounts.models import User
from bookings import rules, treating
from bookings.diary import Place
from bookings.errors import Conflict, Late
from bookings.models import Answer, Booking, BookingChange, MoveRequest, Proposal, Status, Way
from practice.models import Practice
from practice.prepared import insert


@dataclass(frozen=True, slots=True)
class Act:
    """Who did it, when, how, and why."""

    by: User | None
    now: dt.datetime
    via: str
    why: str = ""
    clients_word: bool = False
    """Staff do what the client asked for, by phone or at the door: the terms hold as if the client had done it."""

    @property
    def by_client(self) -> bool:
        return self.clients_word or self.via == Way.LINK or (self.by is not None and not self.by.is_staff)


Follows = Callable[[Booking, User | None, dt.datetime], object]

_at_end: list[Follows] = []
_when_missed: list[Follows] = []


def when_ended(follows: Follows) -> None:
    """Registers what follows when a session that was started is over, however it ended, in the same transaction; for apps
    further up, in their AppConfig.ready. It is given who ended it: a member of staff, the client, or None."""
    _at_end.append(follows)


def when_missed(follows: Follows) -> None:
    """Registers what follows when it is said that the client did not come; what it raises keeps that from being said. For
    apps further up, in their AppConfig.ready."""
    _when_missed.append(follows)


def change(
    booking: Booking, status: str, what: str, act: Act, *, details: dict[str, Any] | None = None, **fields: Any
) -> Booking:
    """Writes the row if it still is as it was read, and its line of history; gives the booking as it then is."""
    before, gave = booking.status, booking.therapist_id
    is_running = booking.started_at is not None and booking.ended_at is None
    if status not in rules.ALLOWED[before]:
        raise Conflict
    unchanged = Booking.objects.filter(pk=booking.pk, status=before, version=booking.version)
    if not unchanged.update(status=status, version=F("version") + 1, **fields):
        raise Conflict
    for name, value in ({"status": status, "version": booking.version + 1} | fields).items():
        setattr(booking, name, value)
    note(booking, what, act, before=before, details=details or {})
    _keep_care(booking, before, act.now, moved_on=booking.therapist_id != gave)
    follow = _at_end if is_running and booking.ended_at else _when_missed if status == Status.NO_SHOW else ()
    for follows in follow:
        follows(booking, act.by, act.now)
    return booking


def _keep_care(booking: Booking, before: str, now: dt.datetime, *, moved_on: bool) -> None:
    """Who treats whom follows the booking: a new therapist comes in, one on whom nothing rests any more goes."""
    was, treated = before in treating.TREATED, booking.status in treating.TREATED
    if treated and (moved_on or not was):
        treating.keep(booking, now)
    if was and (moved_on or not treated):
        treating.let_go(booking.client_id, now)


def note(booking: Booking, what: str, act: Act, *, before: str, details: dict[str, Any]) -> None:
    insert(
        BookingChange(
            booking=booking,
            at=act.now,
            by=act.by,
            via=act.via,
            what=what,
            before=before,
            after=booking.status,
            details=details,
            why=act.why,
        )
    )


def lateness(booking: Booking, notice: dt.timedelta, act: Act, accept_late: bool) -> dict[str, Any]:
    """The fields that record a client's change inside the notice; none for staff, who change it for the practice.
    Raises Late with the fee that would come due, until it is accepted."""
    if not act.by_client or booking.status != Status.CONFIRMED or not rules.is_late(booking.starts_at, notice, act.now):
        return {}
    fee = rules.fee_added(booking.price, booking.late_fee, booking.late_fee_percent)
    if fee and not accept_late:
        raise Late(fee, booking.currency)
    return {"is_late": True, "late_fee": booking.late_fee + fee}


def withdraw_questions(booking: Booking) -> None:
    """What was asked or proposed about the booking's earlier state needs no answer any more."""
    Proposal.objects.filter(booking=booking, answer=Answer.OPEN).update(answer=Answer.WITHDRAWN)
    MoveRequest.objects.filter(booking=booking, answer=Answer.OPEN).update(answer=Answer.WITHDRAWN)


def answer_by(status: str, starts_at: dt.datetime, practice: Practice, now: dt.datetime) -> dt.datetime | None:
    """When a request expires; None for what needs no answer."""
    return min(now + practice.request_expires_after, starts_at) if status == Status.REQUESTED else None


def overridden(place: Place) -> dict[str, Any]:
    return {"overridden": [str(reason) for reason in place.reasons]} if place.reasons else {}


def answer(request: MoveRequest, answer: Answer) -> bool:
    return MoveRequest.objects.filter(pk=request.pk, answer=Answer.OPEN).update(answer=answer) == 1
