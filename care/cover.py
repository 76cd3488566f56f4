"""Cover for a session with nobody else about: armed at its start, put off or closed by the therapist alone. An aid, not an
emergency service.

The only writer of covers. Nothing that the client does closes one.
"""

from __future__ import annotations

import datetime as dt

from django.contrib.auth.hashers import check_password
from django.db import transaction

from accounts.models import User
from bookings.errors import NotGiven
from bookings.models import Booking
from care import alerts, standing
from care.models import Cover, NamedPerson

LONGER = dt.timedelta(minutes=30)
NOT_THE_WORD = "That is not one of your words. Please type it again."
# At the start


def arm_at_start(booking: Booking, by: User, now: dt.datetime) -> None:
    """A step of the start, in its transaction: covered from here on, where it can be."""
    person = standing.named_by(booking)
    if person is None or standing.why_not(booking, now):
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
