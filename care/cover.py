"""Cover for a session with nobody else about: armed at its start, put off or closed by the therapist alone. An aid, not an
emergency service.

The only writer of covers. Nothing that the client does closes one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.contrib.auth.hashers import check_password
from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from bookings.errors import NotGiven
from bookings.models import Booking, Status
from care import alerts
from care.models import Cover, NamedPerson
from outbox import health
from outbox.models import Message, State
from practice import words
from practice.models import Practice

LONGER = dt.timedelta(minutes=30)
NOT_THE_WORD = "That is not one of your words. Please type it again."
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


# At the start


def arm_at_start(booking: Booking, by: User, now: dt.datetime) -> None:
    """A step of the start, in its transaction: covered from here on, where it can be."""
    person = _named_by(booking)
    if person is None or why_not(booking, now):
        return
    expected = max(booking.ends_at, now + dt.timedelta(minutes=booking.minutes))
    ask_at = expected + dt.timedelta(minutes=person.ask_after_minutes)
    cover = Cover.objects.create(
        booking=booking,
        user=person.user,
        person=person.name,
        armed_at=now,
        expected_at=expected,
        ask_at=ask_at,
        tell_at=ask_at + dt.timedelta(minutes=person.tell_after_minutes),
    )
    alerts.watch(cover, person, now)


def why_not(booking: Booking, now: dt.datetime) -> str:
    """Why a session that began now would not be covered; empty where it would be."""
    return _why_not(_named_by(booking), health.look(now).is_well)


def _why_not(person: NamedPerson | None, is_well: bool) -> str:
    if person is None:
        return NOBODY_NAMED
    if not alerts.ways(person):
        return NOT_TESTED.format(person=person.name)
    return "" if is_well else NOT_SENDING


def _named_by(booking: Booking) -> NamedPerson | None:
    return _people_of([booking]).first()


# The answers


@transaction.atomic
def say_well(cover: Cover, *, word: str, now: dt.datetime) -> None:
    """The therapist says that all is well, or ends the session: it is closed, and nobody is told any more. With the word for
    help the person is told at once, and all else is the same. Raises NotGiven for a word that is neither."""
    cover = _locked(cover)
    if cover.closed_at:
        return
    wants_help = _wants_help(cover, word)
    cover.closed_at = now
    cover.save(update_fields=["closed_at"])
    alerts.close(cover, now, is_well=not wants_help)
    if wants_help:
        alerts.call(cover, now)


@transaction.atomic
def say_longer(cover: Cover, *, word: str, now: dt.datetime) -> None:
    """It takes half an hour longer, from now or from when it was to be asked. The word for help works here too."""
    cover = _locked(cover)
    if cover.closed_at:
        return
    wants_help = _wants_help(cover, word)
    wait = cover.tell_at - cover.ask_at
    cover.ask_at = max(cover.ask_at, now) + LONGER
    cover.tell_at, cover.version = cover.ask_at + wait, cover.version + 1
    cover.save(update_fields=["ask_at", "tell_at", "version"])
    alerts.put_off(cover, now, is_well=not wants_help)
    if wants_help:
        alerts.call(cover, now)


def asks_for_word(booking: Booking, user: User) -> bool:
    """Whether ending this session asks this user for one of their words."""
    cover = _open(booking)
    return cover is not None and cover.user_id == user.pk and needs_word(cover)


def needs_word(cover: Cover) -> bool:
    person = _person_of(cover)
    return person is not None and person.has_words


def hear_at_end(booking: Booking, by: User, word: str, now: dt.datetime) -> None:
    """A step of ending a session, in its transaction. Somebody else's ending leaves the cover open: its therapist is asked.
    Raises NotGiven."""
    cover = _open(booking)
    if cover is not None and cover.user_id == by.pk:
        say_well(cover, word=word, now=now)


def close_at_end(booking: Booking, by: User | None, now: dt.datetime) -> None:
    """However else the therapist ended it. Where they have words it stays open, and they are asked."""
    cover = _open(booking)
    if cover is not None and by is not None and cover.user_id == by.pk and not needs_word(cover):
        say_well(cover, word="", now=now)


def _open(booking: Booking) -> Cover | None:
    return Cover.objects.filter(booking=booking, closed_at=None).first()


def _locked(cover: Cover) -> Cover:
    return Cover.objects.select_for_update(of=("self",)).get(pk=cover.pk)


def _person_of(cover: Cover) -> NamedPerson | None:
    return NamedPerson.objects.filter(user=cover.user_id).first()


def _wants_help(cover: Cover, word: str) -> bool:
    """Compares with both words whichever it is, so that neither answer takes longer."""
    person = _person_of(cover)
    if person is None or not person.has_words:
        return False
    typed = plain(word)
    closes, calls = check_password(typed, person.closing_word), check_password(typed, person.help_word)
    if not (closes or calls):
        raise NotGiven("word", NOT_THE_WORD)
    return calls


def plain(word: str) -> str:
    """Capitals and spaces make no difference to a word that is typed in a hurry."""
    return " ".join(word.split()).casefold()


# How it stands


def may_see(booking: Booking, user: User) -> bool:
    return user.is_owner or booking.therapist.user_id == user.pk


def state_of(booking: Booking, now: dt.datetime) -> Standing | None:
    """None for a booking that is not to be covered any more, or whose therapist has no account."""
    return states_of([booking], now).get(booking.pk)


def states_of(bookings: Sequence[Booking], now: dt.datetime) -> dict[int, Standing]:
    """The same of each, by its key, in a number of queries that does not grow with them."""
    if not bookings:
        return {}
    covers = {cover.booking_id: cover for cover in Cover.objects.filter(booking__in=bookings)}
    people = {each.user_id: each for each in _people_of(bookings)}
    told, is_well = _told(covers.values()), health.look(now).is_well
    zone = Practice.objects.current().zone
    found = {}
    for booking in bookings:
        if cover := covers.get(booking.pk):
            found[booking.pk] = _standing(cover, _Seen(now, zone, is_well, cover.pk in told))
        elif booking.status == Status.CONFIRMED and booking.therapist.user_id and not booking.ended_at:
            found[booking.pk] = _not_armed(booking, people.get(booking.therapist.user_id), is_well)
    return found


class _Seen(NamedTuple):
    now: dt.datetime
    zone: ZoneInfo
    is_well: bool
    """Messages leave."""
    was_told: bool


def _people_of(bookings: Iterable[Booking]) -> QuerySet[NamedPerson]:
    return NamedPerson.objects.select_related("user").filter(user__in={each.therapist.user_id for each in bookings})


def _not_armed(booking: Booking, person: NamedPerson | None, is_well: bool) -> Standing:
    if booking.started_at:
        return Standing("off", "Not covered: it could not be when this session began.")
    reason = _why_not(person, is_well)
    return Standing("off", reason) if reason else Standing("ready", "It will be covered when it starts.")


def _standing(cover: Cover, seen: _Seen) -> Standing:
    ask, tell = words.time(cover.ask_at, seen.zone), words.time(cover.tell_at, seen.zone)
    if cover.closed_at:
        return Standing("closed", "It was covered. All is well.", cover)
    if seen.was_told:
        return Standing("told", f"There was no answer, so {cover.person} has been told.", cover)
    if not seen.is_well:
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
    sent = Message.objects.filter(about__in=by_about, kind=alerts.TELL, state__in=(State.SENT, State.BOUNCED))
    told = sent.values_list("about", "version")
    return {by_about[about].pk for about, version in told if by_about[about].version == version}
