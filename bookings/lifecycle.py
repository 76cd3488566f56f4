"""The one way to change a booking: every verb of its life, one public function each.

A verb checks that its move is allowed, changes the row in the state it expects, adds the line of history and plans
what is said about it, in this order, in one transaction. The verbs that move a booking in time are in `moves`, what comes
due by itself is in `expiry`. `by` is the signed-in user, `now` the moment, `why` the reason that is kept. Errors are the
family of `bookings.errors`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from accounts.models import User
from bookings import changes, elsewhere, moves, notices, placing, readiness, rules, story, treating
from bookings.availability import Reason
from bookings.changes import Act
from bookings.diary import Ask, Place
from bookings.elsewhere import Then
from bookings.errors import AddressNotConfirmed, Conflict, NotGiven, NotOffered, Passed, ReasonNeeded, TooManyHolds
from bookings.models import Booking, Length, Status, Way
from bookings.placing import JUDGED_AT_THE_HOLD, NOTHING, POLICY, Wish, taking_time
from bookings.readiness import Readiness, Weight
from practice import walltime
from practice.models import Practice
from practice.prepared import insert

TERMS = (
    "price", "currency", "cancellation_notice", "reschedule_notice", "late_fee_percent", "no_show_fee_percent",
)  # fmt: skip

# Making a booking


@taking_time
def hold(wish: Wish, *, by: User, now: dt.datetime) -> Booking:
    """Keeps a time for a signed-in client for ten minutes. Raises AddressNotConfirmed, TooManyHolds, Elsewhere,
    SlotTaken, NotOffered."""
    if not by.has_confirmed_address:
        raise AddressNotConfirmed
    placing.lock_client(wish.client)
    held = Booking.objects.filter(client=wish.client, status=Status.HELD, hold_ends_at__gt=now)
    if held.count() >= rules.HOLDS_AT_ONCE:
        raise TooManyHolds
    return _enter(wish, Act(by, now, Way.WEB), NOTHING, readiness.HOLDING, Status.HELD)


@taking_time
def keep(booking: Booking, *, by: User, now: dt.datetime) -> Booking:
    """Renews a hold that has not run out to ten minutes from now, sixty in all. Raises Conflict."""
    if booking.status != Status.HELD or booking.hold_ends_at is None or booking.hold_ends_at <= now:
        raise Conflict
    ends = rules.hold_end(booking.created_at, now)
    return changes.change(
        booking, Status.HELD, "hold_kept", Act(by, now, Way.WEB), hold_ends_at=max(ends, booking.hold_ends_at)
    )


@taking_time
def release(booking: Booking, *, by: User, now: dt.datetime) -> Booking:
    """Gives a held time back. Raises Conflict."""
    if booking.status != Status.HELD:
        raise Conflict
    return changes.change(booking, Status.EXPIRED, "hold_released", Act(by, now, Way.WEB))


@taking_time
def finish(booking: Booking, *, by: User, now: dt.datetime) -> Booking:
    """Makes a hold a booking, or a request where the therapist approves. One that ran out succeeds if the time is still
    free; notice and horizon were judged when it was made. Raises Conflict, Elsewhere, SlotTaken, NotOffered."""
    if booking.status not in (Status.HELD, Status.EXPIRED) or booking.hold_ends_at is None:
        raise Conflict
    act, practice = Act(by, now, Way.WEB), Practice.objects.current()
    _check_ahead(booking, practice, now)
    if booking.status == Status.EXPIRED:
        return _enter(_wish_again(booking), act, JUDGED_AT_THE_HOLD, readiness.BY_CLIENT)
    then = Then(booking.starts_at, booking.ends_at, booking.pk)
    ready = _ready_again(booking, practice, now, then)
    ready.require(readiness.BY_CLIENT, by)
    if ready.is_elsewhere:
        elsewhere.refuse(booking.client, then, by=by, practice=practice)
    status = Status.REQUESTED if ready.needs_approval else Status.CONFIRMED
    changed = changes.change(
        booking,
        status,
        _made(status),
        act,
        hold_ends_at=None,
        answer_by_at=changes.answer_by(status, booking.starts_at, practice, now),
    )
    _announce_made(changed, practice, act)
    return changed


def _check_ahead(held: Booking, practice: Practice, now: dt.datetime) -> None:
    """What was judged at the hold counts for as long as a hold can last; a start that has passed is never booked."""
    notice = practice.min_notice if now >= held.created_at + rules.HOLD_LONGEST else dt.timedelta(0)
    if held.starts_at < now + notice:
        raise NotOffered([Reason.TOO_SOON])


def _ready_again(booking: Booking, practice: Practice, now: dt.datetime, then: Then | None = None) -> Readiness:
    today = walltime.local_date(now, practice.zone)
    return readiness.of(booking.client, booking.session_type, today, booking=booking, then=then, to_act=True)


def _wish_again(lapsed: Booking) -> Wish:
    lengths = Length.objects.select_related("session_type").filter(session_type__active=True)
    length = lengths.filter(session_type=lapsed.session_type, minutes=lapsed.minutes).first()
    if length is None:
        raise NotGiven("minutes", "This length is no longer offered.")
    return Wish(lapsed.client, length, lapsed.starts_at, lapsed.therapist, lapsed)


@taking_time
def book(
    wish: Wish,
    *,
    by: User,
    now: dt.datetime,
    via: str = Way.WEB,
    override: bool = False,
    why: str = "",
    ignoring: frozenset[Reason] = NOTHING,
    then: Callable[[Booking], object] | None = None,
) -> Booking:
    """Books at once, without a hold. `override` (staff, with `why`) sets policy aside, never physics; `ignoring` only these
    of its reasons, and where short notice is one of them, a start that the clock has just reached is none that has passed.
    `then` is called last, in the same transaction; what it raises undoes the booking.
    Raises Passed, Elsewhere, SlotTaken, NotOffered, NotGiven, UnderAge, ReasonNeeded."""
    if override and not why.strip():
        raise ReasonNeeded
    if override and wish.starts_at <= now and Reason.TOO_SOON not in ignoring:
        raise Passed
    weights = readiness.OVERRIDING if override else readiness.BY_STAFF if by.is_staff else readiness.BY_CLIENT
    booking = _enter(wish, Act(by, now, via, why), POLICY if override else ignoring & POLICY, weights)
    if then is not None:
        then(booking)
    return booking


def _enter(
    wish: Wish, act: Act, ignoring: frozenset[Reason], weights: Iterable[Weight], status: Status | None = None
) -> Booking:
    """A new row: held, or as whoever books and what the client is ready for make it."""
    practice = wish.practice or Practice.objects.current()
    today = walltime.local_date(act.now, practice.zone)
    then = Then.lasting(wish.length.minutes, wish.starts_at)
    ready = readiness.of(wish.client, wish.session_type, today, then=then, to_act=True)
    ready.require(weights, act.by)
    if ready.is_elsewhere and Weight.POLICY in weights:
        elsewhere.refuse(wish.client, then, by=act.by, practice=practice)
    if status is None:
        status = Status.REQUESTED if ready.needs_approval and act.by_client else Status.CONFIRMED
    therapists = placing.lock_therapists(wish.session_type, wish.length, wish.therapist)
    rooms = placing.lock_rooms(wish.session_type)
    rooms = placing.only_in(wish.room)(rooms) if wish.room else rooms
    ask = Ask(practice, wish.session_type, wish.length.minutes, act.now, rooms)
    place = placing.find(ask, therapists, wish.starts_at, by=act.by, ignoring=ignoring)
    booking = _new(wish, practice, place, act)
    booking.status, booking.booked_on = status, today
    booking.hold_ends_at = rules.hold_end(act.now, act.now) if status == Status.HELD else None
    booking.answer_by_at = changes.answer_by(status, wish.starts_at, practice, act.now)
    insert(booking)
    details = changes.overridden(place) | _set_aside(ready, weights)
    changes.note(booking, _made(status), act, before="", details=details)
    treating.keep(booking, act.now)
    if status != Status.HELD:
        _announce_made(booking, practice, act)
    return booking


def _set_aside(ready: Readiness, weights: Iterable[Weight]) -> dict[str, Any]:
    """What staff set aside with their reason does not keep the session from starting later."""
    aside = [each.name for each in ready.missing if each.weight == Weight.POLICY and Weight.POLICY not in weights]
    return {"set_aside": aside} if aside else {}


def _new(wish: Wish, practice: Practice, place: Place, act: Act) -> Booking:
    """The unsaved row, with price and terms as they are agreed now."""
    kind = wish.session_type
    return Booking(
        client=wish.client,
        therapist=place.therapist,
        session_type=kind,
        room=place.room,
        minutes=wish.length.minutes,
        **placing.times(kind, wish.length.minutes, wish.starts_at),
        session_on=walltime.local_date(wish.starts_at, practice.zone),
        made_via=act.via,
        created_at=act.now,
        **_terms(wish, place, practice),
    )


def _terms(wish: Wish, place: Place, practice: Practice) -> dict[str, Any]:
    """As they are now; for a hold that ran out, as its client saw them."""
    if wish.lapsed is not None:
        return {name: getattr(wish.lapsed, name) for name in TERMS}
    kind, own_price = wish.session_type, place.therapist.own_price
    cancelling, moving = kind.cancellation_notice, kind.reschedule_notice
    return {
        "price": wish.length.price if own_price is None else own_price,
        "currency": practice.currency,
        "cancellation_notice": practice.cancellation_notice if cancelling is None else cancelling,
        "reschedule_notice": practice.reschedule_notice if moving is None else moving,
        "late_fee_percent": practice.late_fee_percent,
        "no_show_fee_percent": practice.no_show_fee_percent,
    }


# Answering a request


@taking_time
def approve(booking: Booking, *, by: User, now: dt.datetime, looked: bool = False) -> Booking:
    """The therapist confirms a request; where an answer of the client's asks for a look first, having `looked`. The
    history does not tell of that, since the front desk reads it. Raises Conflict if it is no longer one, or its time has passed, and NotReady."""
    if booking.status != Status.REQUESTED or booking.starts_at <= now:
        raise Conflict
    practice = Practice.objects.current()
    ready = _ready_again(booking, practice, now)
    ready.require(readiness.OVERRIDING, by)
    if not looked:
        ready.require_no_review()
    changed = changes.change(booking, Status.CONFIRMED, "approved", Act(by, now, Way.STAFF), answer_by_at=None)
    changes.withdraw_questions(changed)
    notices.announce(changed, notices.APPROVED, practice=practice, now=now)
    return changed


@taking_time
def decline(booking: Booking, *, by: User, now: dt.datetime, why: str = "") -> Booking:
    """The therapist declines a request; the client is told in neutral words, never `why`. Raises Conflict."""
    if booking.status != Status.REQUESTED:
        raise Conflict
    changed = changes.change(booking, Status.DECLINED, "declined", Act(by, now, Way.STAFF, why), answer_by_at=None)
    changes.withdraw_questions(changed)
    notices.announce(changed, notices.DECLINED, practice=Practice.objects.current(), now=now)
    return changed


# Ending a booking


@taking_time
def cancel(
    booking: Booking,
    *,
    by: User | None,
    now: dt.datetime,
    via: str = Way.WEB,
    accept_late: bool = False,
    why: str = "",
    waive: bool = False,
    clients_word: bool = False,
) -> Booking:
    """Cancels a booking or a request. A client inside the notice owes the fee that was agreed, also where staff cancel on
    the client's word; it is waived with a reason. Where the practice cancels nothing is owed, a late move of it included.
    Raises Conflict, Late, ReasonNeeded."""
    if booking.status not in (Status.CONFIRMED, Status.REQUESTED) or booking.started_at:
        raise Conflict
    if waive and not why.strip():
        raise ReasonNeeded
    act = Act(by, now, via, why, clients_word)
    late = changes.lateness(booking, booking.cancellation_notice, act, accept_late or clients_word or waive)
    if waive and late:
        late = {"is_late": True}
    if not act.by_client:
        late = {"late_fee": 0, "is_late": False}
    details: dict[str, Any] = {"owed_before": str(booking.late_fee)} if booking.is_late else {}
    details |= {"clients_word": True} if clients_word else {}
    ended = {"cancelled_at": now, "answer_by_at": None}
    changed = changes.change(booking, Status.CANCELLED, "cancelled", act, details=details, **ended, **late)
    changes.withdraw_questions(changed)
    notices.announce(changed, notices.CANCELLED, practice=Practice.objects.current(), now=now)
    return changed


@taking_time
def undo_cancel(booking: Booking, *, by: User, now: dt.datetime) -> Booking:
    """Takes the cancellation of a confirmed booking back while its message is unsent and the time is free; what was owed
    before it is owed again. A client takes back their own alone. Raises Conflict, NotReady, Elsewhere, SlotTaken."""
    cancelling = story.cancelling_to_undo(booking, now)
    if cancelling is None or not (by.is_staff or cancelling.by_id == by.pk):
        raise Conflict
    practice, owed = Practice.objects.current(), cancelling.details.get("owed_before")
    ready = _ready_again(booking, practice, now)
    ready.require(readiness.OVERRIDING if by.is_staff else readiness.BY_CLIENT, by)
    if not by.is_staff:
        ready.require_no_review()
    elsewhere.refuse(booking.client, Then(booking.starts_at, booking.ends_at, booking.pk), by=by, practice=practice)
    if not notices.take_back_cancellation(booking, now):
        raise Conflict
    place = moves.find_place(booking, booking.starts_at, booking.therapist, practice, by, now, POLICY)
    changed = changes.change(
        booking,
        Status.CONFIRMED,
        "cancel_undone",
        Act(by, now, Way.WEB),
        cancelled_at=None,
        is_late=owed is not None,
        late_fee=Decimal(owed or 0),
        room=place.room,
    )
    notices.announce(changed, notices.CONFIRMED, practice=practice, now=now)
    return changed


@taking_time
def complete(booking: Booking, *, by: User, now: dt.datetime) -> Booking:
    """The session took place, as the practice knows; the history tells where it is noted afterwards, of one that nobody
    started here and that was not asked what is missing. Raises Conflict before its start."""
    if booking.status != Status.CONFIRMED:
        raise Conflict
    if booking.starts_at > now:
        raise Conflict("The session has not begun yet.")
    if booking.started_at and now < booking.ends_at:
        raise Conflict("This session is running. Please end it when it is over.")
    ended_at = booking.ended_at or booking.ends_at
    act, details = Act(by, now, Way.STAFF), story.without_start(booking)
    changed = changes.change(booking, Status.COMPLETED, "completed", act, details=details, ended_at=ended_at)
    notices.follow_up(changed, now=now)
    return changed


@taking_time
def no_show(booking: Booking, *, by: User, now: dt.datetime, why: str = "", waive: bool = False) -> Booking:
    """The client did not come; the fee that was agreed for it comes due unless it is waived, beside that of a late move and
    with it never more than the price. Raises Conflict, also where there is a signed note of the session."""
    if booking.starts_at > now:
        raise Conflict("The session has not begun yet.")
    if booking.started_at and not booking.ended_at:
        raise Conflict("This session is running: somebody came. Please end it first.")
    if (waive or booking.status == Status.COMPLETED) and not why.strip():
        raise ReasonNeeded
    owed, percent = booking.late_fee, 0 if waive else booking.no_show_fee_percent
    fee = owed + rules.fee_added(booking.price, owed, percent)
    act, details = Act(by, now, Way.STAFF, why), story.owed_before(booking)
    return changes.change(booking, Status.NO_SHOW, "no_show", act, details=details, late_fee=fee)


@taking_time
def came_after_all(booking: Booking, *, by: User, now: dt.datetime, why: str) -> Booking:
    """Corrects a no-show: the session took place, and no more is owed for not coming. Raises Conflict, ReasonNeeded."""
    if not why.strip():
        raise ReasonNeeded
    if booking.status != Status.NO_SHOW:
        raise Conflict
    act, details = Act(by, now, Way.STAFF, why), story.without_start(booking)
    fee = story.owed_without_no_show(booking)
    changed = changes.change(booking, Status.COMPLETED, "came_after_all", act, details=details, late_fee=fee)
    notices.follow_up(changed, now=now)
    return changed


# The steps they share


def _made(status: str) -> str:
    return {Status.HELD: "held", Status.REQUESTED: "requested"}.get(Status(status), "booked")


def _announce_made(booking: Booking, practice: Practice, act: Act) -> None:
    """Who booked themselves looks for the confirmation; what the practice entered may still be put right unseen."""
    requested = booking.status == Status.REQUESTED
    kinds = [notices.REQUESTED, notices.TO_ANSWER] if requested else [notices.CONFIRMED]
    notices.announce(booking, *kinds, practice=practice, now=act.now, anew=False, at_once=act.by_client)
