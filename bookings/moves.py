"""Moving a booking to another time: the same booking, its old time free and its new one taken in one step.

Verbs of a booking's life like those of `lifecycle`; where each session is approved, a client's move is a request.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from accounts.models import User
from bookings import changes, diary, elsewhere, notices, placing, readiness, rules
from bookings.availability import Reason
from bookings.changes import Act
from bookings.diary import Ask, Place
from bookings.elsewhere import Then
from bookings.errors import Conflict, NotGiven, NotOffered, Passed, ReasonNeeded
from bookings.models import Answer, Booking, MoveRequest, Proposal, Room, Status, Therapist, Way
from bookings.placing import JUDGED_AT_THE_HOLD, NOTHING, POLICY, Rooms, taking_time
from bookings.readiness import Readiness
from practice import walltime
from practice.models import Practice


@taking_time
def reschedule(
    booking: Booking,
    start: dt.datetime,
    *,
    by: User | None,
    now: dt.datetime,
    therapist: Therapist | None = None,
    room: Room | None = None,
    via: str = Way.WEB,
    accept_late: bool = False,
    override: bool = False,
    why: str = "",
) -> Booking:
    """Moves the same booking; its old time is free and its new one taken in one step. Staff may mean a room; where they mean
    none it keeps its own, if that is free. Where each session is approved, a client's move is a request and the old time
    is kept.
    Raises Conflict, Late, Passed, Elsewhere, SlotTaken, NotOffered, NotGiven, ReasonNeeded."""
    if booking.status not in (Status.CONFIRMED, Status.REQUESTED) or booking.started_at or booking.starts_at <= now:
        raise Conflict
    if override and not why.strip():
        raise ReasonNeeded
    if override and start <= now:
        raise Passed
    act = Act(by, now, via, why)
    late = changes.lateness(booking, booking.reschedule_notice, act, accept_late)
    practice = Practice.objects.current()
    ready = check_ready(booking, act, practice)
    ignoring = POLICY if override else NOTHING
    place = find_place(
        booking, start, therapist or booking.therapist, practice, by, now, ignoring, rooms=_rooms(booking, room, act)
    )
    if act.by_client and asks_for_move(booking, ready):
        return _request_move(booking, place, start, practice, act, late)
    return _moved(booking, place, start, practice, act, late)


def _rooms(booking: Booking, room: Room | None, act: Act) -> Rooms:
    if room:
        return placing.only_in(room)
    return list if act.by_client else placing.first_in(booking.room)


@taking_time
def approve_move(request: MoveRequest, *, by: User, now: dt.datetime) -> Booking:
    """The therapist agrees to another time. Raises Conflict, NotReady, SlotTaken, NotOffered."""
    booking = request.booking
    if booking.status != Status.CONFIRMED or request.starts_at <= now:
        raise Conflict
    practice, act = Practice.objects.current(), Act(by, now, Way.STAFF)
    check_ready(booking, act, practice)
    if not changes.answer(request, Answer.TAKEN):
        raise Conflict
    place = find_place(booking, request.starts_at, request.therapist, practice, by, now, JUDGED_AT_THE_HOLD)
    fee = rules.fee_added(booking.price, booking.late_fee, booking.late_fee_percent)
    late = {"is_late": True, "late_fee": booking.late_fee + fee} if request.is_late else {}
    return _moved(booking, place, request.starts_at, practice, act, late)


@taking_time
def decline_move(request: MoveRequest, *, by: User, now: dt.datetime, why: str = "") -> Booking:
    """The booking stays where it is; the client is told in neutral words. Raises Conflict."""
    if not changes.answer(request, Answer.DECLINED):
        raise Conflict
    booking = request.booking
    changed = changes.change(booking, booking.status, "move_declined", Act(by, now, Way.STAFF, why))
    notices.announce(changed, notices.MOVE_DECLINED, practice=Practice.objects.current(), now=now)
    return changed


def check_ready(booking: Booking, act: Act, practice: Practice) -> Readiness:
    """What a client still has to do stands in the way of their own move, and of nobody else's. What they said before this
    visit alone does not: another time is just what is offered then."""
    today = walltime.local_date(act.now, practice.zone)
    ready = readiness.of(booking.client, booking.session_type, today, to_act=True)
    ready.require(readiness.BY_CLIENT if act.by_client else readiness.OVERRIDING, act.by)
    return ready


def asks_for_move(booking: Booking, ready: Readiness) -> bool:
    """Whether a client's move of this booking is a request: where the therapist approves each session of its type, or each
    booking of this client's, or has something to look at first."""
    return booking.status == Status.CONFIRMED and ready.needs_approval


def _request_move(
    booking: Booking, place: Place, start: dt.datetime, practice: Practice, act: Act, late: dict[str, Any]
) -> Booking:
    MoveRequest.objects.filter(booking=booking, answer=Answer.OPEN).update(answer=Answer.WITHDRAWN)
    MoveRequest.objects.create(
        booking=booking,
        therapist=place.therapist,
        starts_at=start,
        asked_at=act.now,
        answer_by_at=min(act.now + practice.request_expires_after, booking.starts_at, start),
        is_late=bool(late),
    )
    changed = changes.change(booking, booking.status, "move_requested", act, details={"asked_for": start.isoformat()})
    notices.announce(changed, notices.MOVE_REQUESTED, notices.TO_ANSWER, practice=practice, now=act.now)
    return changed


def _moved(
    booking: Booking, place: Place, start: dt.datetime, practice: Practice, act: Act, late: dict[str, Any]
) -> Booking:
    if start == booking.starts_at and place.therapist.pk == booking.therapist_id:
        details = room_change(booking, place) | changes.overridden(place)
        changed = changes.change(booking, booking.status, "room_changed", act, details=details, room=place.room)
        announce_place(changed, practice, act)  # what waits to be told speaks of the version before
        return changed
    by_when = changes.answer_by(booking.status, start, practice, act.now)
    how = {"answer_by_at": by_when, "more": _wish(booking, act)} | late
    changed = _move(booking, place, start, practice, act, booking.status, what="moved", **how)
    changes.withdraw_questions(changed)
    announce_place(changed, practice, act)
    return changed


def _wish(booking: Booking, act: Act) -> dict[str, Any]:
    """What the client asked for and a move by staff withdraws, so that it waits again where the move is undone."""
    if act.by_client:
        return {}
    wish = MoveRequest.objects.filter(booking=booking, answer=Answer.OPEN).first()
    return {"in_place_of": wish.starts_at.isoformat()} if wish else {}


def announce_place(booking: Booking, practice: Practice, act: Act) -> None:
    kinds = [notices.MOVED] if booking.status == Status.CONFIRMED else [notices.REQUESTED, notices.TO_ANSWER]
    notices.announce(booking, *kinds, practice=practice, now=act.now)


def find_place(
    booking: Booking, start: dt.datetime, therapist: Therapist, practice: Practice, by: User | None, now: dt.datetime,
    ignoring: frozenset[Reason], *, rooms: Rooms = list, minutes: int | None = None,
) -> Place:  # fmt: skip
    """For who has locked the client. Locks the booking's own therapist too: two moves that swap wait for each other in one
    order. Raises Elsewhere unless policy is set aside, SlotTaken, NotOffered, NotGiven."""
    if ignoring != POLICY:
        then = Then.lasting(minutes or booking.minutes, start, booking.pk)
        elsewhere.refuse(booking.client, then, by=by, practice=practice)
    placing.lock_for_move(booking, therapist)
    chosen = rooms(placing.lock_rooms(booking.session_type))
    ask = Ask(practice, booking.session_type, minutes or booking.minutes, now, chosen, booking)
    return placing.find(ask, [therapist], start, by=by, ignoring=ignoring)


def _move(
    booking: Booking,
    place: Place,
    start: dt.datetime,
    practice: Practice,
    act: Act,
    status: str,
    *,
    what: str,
    more: dict[str, Any] | None = None,
    **fields: Any,
) -> Booking:
    details: dict[str, Any] = {"from": booking.starts_at.isoformat(), "to": start.isoformat()}
    details |= room_change(booking, place) | changes.overridden(place) | (more or {})
    if place.therapist.pk != booking.therapist_id:
        details |= {"therapist": [booking.therapist.slug, place.therapist.slug]}
    session_on = walltime.local_date(start, practice.zone)
    if session_on != booking.session_on:
        fields |= {"checked_in_at": None}  # who was here today is not here on that day
    return changes.change(
        booking,
        status,
        what,
        act,
        details=details,
        therapist=place.therapist,
        room=place.room,
        session_on=session_on,
        coming_said_at=None,
        **placing.times(booking.session_type, booking.minutes, start),
        **fields,
    )


def room_change(booking: Booking, place: Place) -> dict[str, Any]:
    if place.room == booking.room:
        return {}
    return {"room": [room.slug if room else "" for room in (booking.room, place.room)]}


@taking_time
def propose(booking: Booking, starts: list[dt.datetime], *, by: User, now: dt.datetime) -> list[Proposal]:
    """The therapist proposes other times for a request, in place of earlier proposals; the client picks one.
    Each must be free at this moment. Raises Conflict, NotOffered, SlotTaken, ReasonNeeded."""
    if booking.status != Status.REQUESTED:
        raise Conflict
    if not starts:
        raise NotGiven("starts", "Choose at least one time to propose.")
    if min(starts) <= now:
        raise NotOffered([Reason.TOO_SOON])
    practice = Practice.objects.current()
    ask = Ask(practice, booking.session_type, booking.minutes, now, diary.rooms_for(booking.session_type), booking)
    for start in starts:
        placing.find(ask, [booking.therapist], start, by=by, ignoring=JUDGED_AT_THE_HOLD)
    changed = changes.change(booking, Status.REQUESTED, "proposed", Act(by, now, Way.STAFF))
    changes.withdraw_questions(changed)
    made = Proposal.objects.bulk_create(
        Proposal(booking=booking, therapist=booking.therapist, starts_at=start, made_at=now)
        for start in sorted(set(starts))
    )
    notices.announce(changed, notices.PROPOSED, practice=practice, now=now)
    return made


@taking_time
def take_proposal(proposal: Proposal, *, by: User, now: dt.datetime) -> Booking:
    """The client takes a proposed time; the request moves there and is confirmed. Raises Conflict, SlotTaken, NotOffered."""
    booking, practice = proposal.booking, Practice.objects.current()
    if booking.status != Status.REQUESTED:
        raise Conflict
    if proposal.starts_at <= now:
        raise NotOffered([Reason.TOO_SOON])
    check_ready(booking, Act(by, now, Way.WEB), practice)
    if not Proposal.objects.filter(pk=proposal.pk, answer=Answer.OPEN).update(answer=Answer.TAKEN):
        raise Conflict
    place = find_place(booking, proposal.starts_at, proposal.therapist, practice, by, now, JUDGED_AT_THE_HOLD)
    changed = _move(
        booking,
        place,
        proposal.starts_at,
        practice,
        Act(by, now, Way.WEB),
        Status.CONFIRMED,
        what="proposal_taken",
        answer_by_at=None,
    )
    changes.withdraw_questions(changed)
    notices.announce(changed, notices.APPROVED, practice=practice, now=now)
    return changed
