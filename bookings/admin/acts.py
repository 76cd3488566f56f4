"""What staff can do with a booking: when each act is open to whom, what it asks, and the verb that does it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from accounts.models import User
from bookings import lengthening, lifecycle, moves, planner, story, visits
from bookings.admin import forms
from bookings.models import Answer, Booking, MoveRequest, Status, Way
from bookings.permissions import may_answer, may_change

Run = Callable[[Booking, dict[str, Any], User, dt.datetime], Any]
Open = Callable[[Booking, dt.datetime], bool]


@dataclass(frozen=True, slots=True)
class Act:
    name: str
    label: str
    done: str
    is_open: Open
    run: Run
    form: type[forms.ActForm] = forms.SureForm
    answers: bool = False
    """An answer to the client, which is the therapist's or the owner's to give."""


def open_move(booking: Booking) -> MoveRequest:
    """The move that waits for an answer; MoveRequest.DoesNotExist where none does."""
    return MoveRequest.objects.select_related("booking", "therapist").get(booking=booking, answer=Answer.OPEN)


def _requested(booking: Booking, now: dt.datetime) -> bool:
    return booking.status == Status.REQUESTED


def _asked_to_move(booking: Booking, now: dt.datetime) -> bool:
    return any(request.answer == Answer.OPEN for request in booking.move_requests.all())


def _to_come(booking: Booking, now: dt.datetime) -> bool:
    return booking.status in (Status.REQUESTED, Status.CONFIRMED) and booking.starts_at > now


def _standing(booking: Booking, now: dt.datetime) -> bool:
    return booking.status in (Status.REQUESTED, Status.CONFIRMED) and not booking.started_at


def _begun(*statuses: str) -> Open:
    return lambda booking, now: booking.status in statuses and booking.starts_at <= now


def _at_the_door(booking: Booking, now: dt.datetime) -> bool:
    return (
        booking.status == Status.CONFIRMED
        and booking.checked_in_at is None
        and abs(booking.starts_at - now) <= visits.AROUND
    )


def _checked_in(booking: Booking, now: dt.datetime) -> bool:
    return booking.status == Status.CONFIRMED and bool(booking.checked_in_at) and not booking.started_at


def _running(booking: Booking, now: dt.datetime) -> bool:
    return booking.status == Status.CONFIRMED and bool(booking.started_at) and not booking.ended_at


def _not_started(opened: Open) -> Open:
    """Of a session that runs it is said that it ended, and nothing else."""
    return lambda booking, now: opened(booking, now) and not _running(booking, now)


def _in_state(*statuses: str) -> Open:
    return lambda booking, now: booking.status in statuses


def _move(booking: Booking, said: dict[str, Any], user: User, now: dt.datetime) -> None:
    how = {name: said[name] for name in ("therapist", "override", "why")}
    moves.reschedule(booking, said["starts_at"], by=user, now=now, via=Way.STAFF, **how)


def _plain(verb: Callable[..., Any]) -> Run:
    return lambda booking, said, user, now: verb(booking, by=user, now=now, **said)


ACTS = {
    act.name: act
    for act in (
        Act("approve", "Confirm", "confirmed", lambda b, now: _requested(b, now) and b.starts_at > now,
            _plain(lifecycle.approve), forms.ApproveForm, answers=True),
        Act("propose", "Propose other times", "answered with other times", _requested, _plain(moves.propose),
            forms.ProposeForm, answers=True),
        Act("decline", "Decline", "declined", _requested, _plain(lifecycle.decline), forms.DeclineForm, answers=True),
        Act("approve-move", "Agree to the move", "moved", _asked_to_move,
            lambda b, said, user, now: moves.approve_move(open_move(b), by=user, now=now), answers=True),
        Act("decline-move", "Decline the move", "left where it is", _asked_to_move,
            lambda b, said, user, now: moves.decline_move(open_move(b), by=user, now=now, **said), forms.DeclineForm,
            answers=True),
        Act("check-in", "Check in", "checked in", _at_the_door, _plain(visits.check_in), forms.CheckInForm),
        Act("start", "Start the session", "started", _checked_in, _plain(visits.start), forms.StartForm, answers=True),
        Act("end", "End the session", "ended", _running, _plain(visits.end), forms.EndForm, answers=True),
        Act("complete", "Mark as taken place", "marked as taken place", _not_started(_begun(Status.CONFIRMED)),
            _plain(lifecycle.complete)),
        Act("no-show", "Client did not come", "marked: the client did not come",
            _not_started(_begun(Status.CONFIRMED, Status.COMPLETED)), _plain(lifecycle.no_show), forms.NoShowForm),
        Act("came", "Client came after all", "marked as taken place", _in_state(Status.NO_SHOW),
            _plain(lifecycle.came_after_all), forms.WhyForm),
        Act("move", "Move", "moved", _to_come, _move, forms.MoveForm),
        Act("length", "Change the length", "given another length", planner.can_last_otherwise, _plain(lengthening.lengthen),
            forms.LengthForm),
        Act("cancel", "Cancel", "cancelled", _standing,
            lambda b, said, user, now: lifecycle.cancel(b, by=user, now=now, via=Way.STAFF, **said), forms.CancelForm),
        Act("undo-cancel", "Take the cancellation back", "confirmed again",
            lambda b, now: story.cancelling_to_undo(b, now) is not None, _plain(lifecycle.undo_cancel)),
    )
}  # fmt: skip
"""By name, in the order in which they are offered."""


def open_to(booking: Booking, user: User, now: dt.datetime) -> list[Act]:
    """Those that this user may take now, with the booking as it stands."""
    allowed = {False: may_change(booking, user), True: may_answer(booking, user)}
    return [act for act in ACTS.values() if allowed[act.answers] and act.is_open(booking, now)]
