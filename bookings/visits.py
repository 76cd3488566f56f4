"""The visit itself: check in, start, end. Verbs of a booking's life like those of `lifecycle`.

What the client is ready for is asked at the door and once more at the start; nothing starts that is incomplete.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection
from typing import NamedTuple

from django.db import transaction
from django.db.models import TextChoices

from accounts.models import User
from bookings import changes, notices, placing, readiness
from bookings.changes import Act
from bookings.errors import Conflict, NotGiven, NotReady, ReasonNeeded
from bookings.models import Booking, BookingChange, Status, Way
from bookings.placing import taking_time
from bookings.readiness import Missing, Readiness, Weight
from bookings.unanswered import unanswered
from clients.models import Consent
from practice import walltime
from practice.models import Practice
from vault import ledger

AROUND = dt.timedelta(hours=12)
"""A visit begins within so long before or after the time that was booked; a slip of the finger is not a visit."""

REAFFIRMED = "consent.reaffirmed"
UNANSWERED = "Please tell us first whether anything has changed."
SAY_AGAIN = "A consent that this session rests on is said again at each session. Please go through it together."


class EndedBy(TextChoices):
    """Who wanted a session to be over before its time."""

    CLIENT = "client", "The client"
    THERAPIST = "therapist", "The therapist"
    BOTH = "both", "Both"


class EndedWhy(TextChoices):
    """Why, in a word that anybody at the practice may read; what there is to say of it belongs in the session's note."""

    ENOUGH = "enough", "It was enough for today"
    TIME = "time", "Somebody had to leave"
    STOPPED = "stopped", "It was better to stop"
    OTHER = "other", "Something else"


_at_start: list[Callable[[Booking, User, dt.datetime], object]] = []


def when_started(follows: Callable[[Booking, User, dt.datetime], object]) -> None:
    """Registers what follows from a start in the same transaction; for apps further up, in their AppConfig.ready."""
    _at_start.append(follows)


class Closing(NamedTuple):
    """What a word at the end of a session is for: whether it is asked of this user, and who hears it."""

    asks: Callable[[Booking, User], bool]
    hears: Callable[[Booking, User, str, dt.datetime], object]


_closing: list[Closing] = []


def when_word_is_asked(
    asks: Callable[[Booking, User], bool], hears: Callable[[Booking, User, str, dt.datetime], object]
) -> None:
    """Registers who hears the word with which a session is ended, before it is, in the same transaction. `hears` raises
    NotGiven for a word that it does not take. For apps further up, in their AppConfig.ready."""
    _closing.append(Closing(asks, hears))


def asks_for_word(booking: Booking, user: User) -> bool:
    return any(each.asks(booking, user) for each in _closing)


@transaction.atomic
def hear(booking: Booking, *, by: User, word: str, now: dt.datetime) -> None:
    """The word of who meant to end it: it counts also where they came second or left something out. Raises NotGiven."""
    for each in _closing:
        each.hears(booking, by, word, now)


when_ended = changes.when_ended  # beside the start's: how a session ends is not for this module alone
when_missed = changes.when_missed


@transaction.atomic
def say_coming(booking: Booking, *, by: User | None, now: dt.datetime, via: str) -> Booking:
    """The client says that they will come, at the time it has now. The booking's version stays, since nothing that was
    said or planned about it changes. Raises Conflict where it has changed, and where they have said so already."""
    as_read = Booking.objects.filter(pk=booking.pk, status=Status.CONFIRMED, version=booking.version)
    if booking.starts_at <= now or not as_read.filter(coming_said_at=None).update(coming_said_at=now):
        raise Conflict
    booking.coming_said_at = now
    changes.note(booking, "coming_said", Act(by, now, via), before=booking.status, details={})
    return booking


@taking_time
def check_in(
    booking: Booking, *, by: User, now: dt.datetime, identity_seen: bool, reaffirmed: Collection[str] = ()
) -> Booking:
    """The client is here: somebody saw who they are, and the consents that are asked at every session (their slugs) were
    said again. What the client still has to fill in can be filled in now. Raises Conflict, NotGiven, NotReady."""
    if booking.status != Status.CONFIRMED or booking.checked_in_at:
        raise Conflict
    if abs(booking.starts_at - now) > AROUND:
        raise Conflict("This session is not today.")
    if not identity_seen:
        raise NotGiven("identity_seen", "Please see first that this is the person who booked.")
    placing.lock_client(booking.client)
    _ready(booking, now).require(readiness.OVERRIDING, by)
    again = to_reaffirm(booking, now)
    if unsaid := [slug for slug in again if slug not in reaffirmed]:
        raise NotReady([_said_again(slug) for slug in unsaid])
    details = {"identity_seen": True} | ({"reaffirmed": sorted(again)} if again else {})
    changed = changes.change(
        booking, Status.CONFIRMED, "checked_in", Act(by, now, Way.STAFF), checked_in_at=now, details=details
    )
    _note_reaffirmed(changed, again, by, now)
    return changed


@taking_time
def start(booking: Booking, *, by: User, now: dt.datetime, override: bool = False, why: str = "") -> Booking:
    """The session begins; refused while anything is missing. `override` (with `why`) sets a stage or a number of earlier
    sessions aside, as it can be when booking; a form or a consent never. Raises Conflict, NotReady, ReasonNeeded."""
    if override and not why.strip():
        raise ReasonNeeded
    if booking.status != Status.CONFIRMED or booking.started_at:
        raise Conflict
    if booking.checked_in_at is None:
        raise Conflict("Please check the client in first.")
    placing.lock_client(booking.client)
    missing = to_start(booking, now)
    if override:
        missing = [each for each in missing if each.weight != Weight.POLICY]
    Readiness(tuple(missing), needs_approval=False).require(Weight, by)
    changed = changes.change(booking, Status.CONFIRMED, "started", Act(by, now, Way.STAFF, why), started_at=now)
    for follows in _at_start:
        follows(changed, by, now)
    return changed


@taking_time
def end(
    booking: Booking, *, by: User, now: dt.datetime, early_by: str = "", early_why: str = "", word: str = ""
) -> Booking:
    """The session is over and took place. Before its planned end it is said by whom (EndedBy) and why (EndedWhy); `word`
    is for who asked for one. Raises Conflict, NotGiven."""
    if booking.started_at is None or now < booking.started_at:
        raise Conflict("This session has not been started yet, so it cannot be ended.")
    if booking.status != Status.CONFIRMED or booking.ended_at:
        raise Conflict
    early = _early(booking, now, early_by, early_why)
    hear(booking, by=by, word=word, now=now)
    act = Act(by, now, Way.STAFF)
    changed = changes.change(booking, Status.COMPLETED, "completed", act, details=early, ended_at=now)
    notices.follow_up(changed, now=now)
    return changed


def is_early(booking: Booking, now: dt.datetime) -> bool:
    """A minute is no sooner than planned."""
    return now <= booking.ends_at - dt.timedelta(minutes=1)


def _early(booking: Booking, now: dt.datetime, by: str, why: str) -> dict[str, str]:
    if not is_early(booking, now):
        return {}
    if by not in EndedBy:
        raise NotGiven("early_by", "It is over sooner than planned: please say who wanted that.")
    if why not in EndedWhy:
        raise NotGiven("early_why", "It is over sooner than planned: please say why, in a word.")
    return {"early_by": by, "early_why": why}


# What they ask


def to_start(booking: Booking, now: dt.datetime) -> list[Missing]:
    """What keeps this booking from starting; what staff set aside with a reason when they booked it does not."""
    set_aside: set[str] = set()
    for details in BookingChange.objects.filter(booking=booking).values_list("details", flat=True):
        set_aside.update(details.get("set_aside", ()))
    missing = [each for each in _ready(booking, now).missing if each.name not in set_aside]
    return missing + _visit_forms(booking)


def _visit_forms(booking: Booking) -> list[Missing]:
    still = unanswered([booking]).get(booking.pk, [])
    return [Missing("intake_required", UNANSWERED, Weight.FORM, slug) for slug in still]


def to_reaffirm(booking: Booking, now: dt.datetime) -> dict[str, Consent]:
    """The consents of this client's that the session rests on and that are said again at every session, by their slug."""
    today = walltime.local_date(now, Practice.objects.current().zone)
    return readiness.said_at_each_session(booking, today)


def _ready(booking: Booking, now: dt.datetime) -> Readiness:
    today = walltime.local_date(now, Practice.objects.current().zone)
    return readiness.of(booking.client, booking.session_type, today, booking=booking)


def _said_again(slug: str) -> Missing:
    return Missing("consent_required", SAY_AGAIN, Weight.FORM, slug)


def _note_reaffirmed(booking: Booking, again: dict[str, Consent], by: User, now: dt.datetime) -> None:
    for consent in again.values():
        ledger.append(
            REAFFIRMED,
            actor_id=by.pk,
            subject=booking.client.vault_subject(),
            object=f"clients.consent:{consent.pk}",
            details={"booking": booking.pk, "text": consent.text_sha256},
            now=now,
        )
