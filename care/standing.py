"""How a session is covered: that it will be, is, or why not, in a sentence for its therapist and the owner. Only reads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from accounts.models import User
from bookings.models import Booking, Status
from care import alerts
from care.models import Cover, NamedPerson
from outbox import health
from outbox.models import Message, State
from practice import words
from practice.models import Practice

NOBODY_NAMED = "Not covered: nobody is named who would be told."
NOT_TESTED = "Not covered: no test has reached {person} yet."
NOT_SENDING = "Not covered: messages are not leaving at the moment, so nobody would be told."
STANDS_STILL = (
    "Not watched at the moment: messages have stopped leaving since this session began. Please tell somebody yourself."
)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a booking is covered: `name` is one of ready, off, armed, unwatched, asked, told, closed."""

    name: str
    sentence: str
    cover: Cover | None = None

    @property
    def is_trouble(self) -> bool:
        return self.name in ("off", "unwatched", "asked", "told")


def may_see(booking: Booking, user: User) -> bool:
    return user.is_owner or booking.therapist.user_id == user.pk


def state_of(booking: Booking, now: dt.datetime) -> Standing | None:
    """None for a booking that is not to be covered any more, or whose therapist has no account."""
    return states_of([booking], now).get(booking.pk)


def states_of(bookings: Sequence[Booking], now: dt.datetime) -> dict[int, Standing]:
    """The same of each, by its key, in a number of queries that does not grow with them."""
    covers = {cover.booking_id: cover for cover in Cover.objects.filter(booking__in=bookings)}
    coming = [each for each in bookings if each.pk not in covers and _can_be_covered(each)]
    people = {each.user_id: each for each in _people_of(coming)} if coming else {}
    told, seen = _told(covers.values()), _Seen(now)
    armed = {number: _standing(each, seen, was_told=each.pk in told) for number, each in covers.items()}
    return armed | {each.pk: _not_armed(each, people.get(each.therapist.user_id or 0), seen) for each in coming}


def _can_be_covered(booking: Booking) -> bool:
    return booking.status == Status.CONFIRMED and bool(booking.therapist.user_id) and not booking.ended_at


class _Seen:
    """What is asked once for all, if at all."""

    def __init__(self, now: dt.datetime) -> None:
        self.now = now

    @cached_property
    def zone(self) -> ZoneInfo:
        return Practice.objects.current().zone

    @cached_property
    def messages_leave(self) -> bool:
        return health.look(self.now).is_well


def _people_of(bookings: Iterable[Booking]) -> QuerySet[NamedPerson]:
    return NamedPerson.objects.select_related("user").filter(user__in={each.therapist.user_id for each in bookings})


def _not_armed(booking: Booking, person: NamedPerson | None, seen: _Seen) -> Standing:
    if booking.started_at:
        return Standing("off", "Not covered: it could not be when this session began.")
    reason = _why_not(person, seen)
    return Standing("off", reason) if reason else Standing("ready", "It will be covered when it starts.")


def _standing(cover: Cover, seen: _Seen, *, was_told: bool) -> Standing:
    ask, tell = words.time(cover.ask_at, seen.zone), words.time(cover.tell_at, seen.zone)
    if cover.closed_at:
        return Standing("closed", "It was covered. All is well.", cover)
    if was_told:
        return Standing("told", f"There was no answer, so {cover.person} has been told.", cover)
    if not seen.messages_leave:
        return Standing("unwatched", STANDS_STILL, cover)
    if seen.now >= cover.ask_at:
        return Standing(
            "asked",
            f"You have been asked whether all is well. Without an answer {cover.person} is told at {tell}.",
            cover,
        )
    return Standing(
        "armed", f"Covered. If it is not ended by {ask} you are asked, and at {tell} {cover.person} is told.", cover
    )


def _told(covers: Iterable[Cover]) -> set[int]:
    """The keys of those whose person was told that there is no answer, at the times that they have now."""
    by_about = {alerts.about(cover): cover for cover in covers}
    if not by_about:
        return set()
    sent = Message.objects.filter(about__in=by_about, kind=alerts.TELL, state__in=(State.SENT, State.BOUNCED))
    told = sent.values_list("about", "version")
    return {by_about[about].pk for about, version in told if by_about[about].version == version}


def why_not(booking: Booking, now: dt.datetime) -> str:
    """Why a session that began now would not be covered; empty where it would be."""
    return _why_not(named_by(booking), _Seen(now))


def _why_not(person: NamedPerson | None, seen: _Seen) -> str:
    if person is None:
        return NOBODY_NAMED
    if not alerts.ways(person):
        return NOT_TESTED.format(person=person.name)
    return "" if seen.messages_leave else NOT_SENDING


def named_by(booking: Booking) -> NamedPerson | None:
    return _people_of([booking]).first()
