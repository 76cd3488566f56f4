"""Whom somebody who works alone names to be told: saved, tested by a message that they answer, taken away.

The only writer of named persons. Words are kept as hashes and never shown again.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.crypto import constant_time_compare

from accounts.models import User
from bookings.errors import NotGiven
from care import alerts, cover, links
from care.models import Cover, NamedPerson
from clients.errors import Declined
from outbox.models import Channel

WORDS_DIFFER = "Please choose two different words."
BOTH_WORDS = "Please choose both words, or neither."
NO_ADDRESS = "Please save an address or a number first; then a test can be sent to it."
NOT_THE_CODE = "These are not the six figures of the latest test to this number."


class InUse(Declined):
    code = "conflict"
    sentence = "A session is covered by this at the moment. Please end it first."


@dataclass(frozen=True, slots=True)
class Named:
    """Who is told, how they are reached, and when. `closing_word` and `help_word` empty: as they are."""

    name: str
    email: str = ""
    phone: str = ""
    own_phone: str = ""
    ask_after_minutes: int = 15
    tell_after_minutes: int = 10
    closing_word: str = ""
    help_word: str = ""


@transaction.atomic
def save(named: Named, *, by: User, now: dt.datetime) -> NamedPerson:
    """Whoever saves it names somebody for themselves. Another address or number has to be tested anew. Raises NotGiven."""
    User.objects.select_for_update(of=("self",)).get(pk=by.pk)  # the first person they name has no row to hold yet
    person = NamedPerson.objects.select_for_update(of=("self",)).filter(user=by).first() or NamedPerson(user=by)
    closing, calling = cover.plain(named.closing_word), cover.plain(named.help_word)
    if bool(closing) != bool(calling):
        raise NotGiven("help_word", BOTH_WORDS)
    if closing and closing == calling:
        raise NotGiven("help_word", WORDS_DIFFER)
    if person.email.lower() != named.email.lower():
        person.email_reached_at = None
    if person.phone != named.phone:
        person.phone_reached_at = None
    person.name, person.email, person.phone, person.own_phone = named.name, named.email, named.phone, named.own_phone
    person.ask_after_minutes, person.tell_after_minutes = named.ask_after_minutes, named.tell_after_minutes
    if closing:
        person.closing_word, person.help_word = make_password(closing), make_password(calling)
    person.saved_at = now
    person.save()
    return person


@transaction.atomic
def forget_words(person: NamedPerson) -> None:
    """A session ends without a word from now on."""
    NamedPerson.objects.filter(pk=person.pk).update(closing_word="", help_word="")


@transaction.atomic
def remove(person: NamedPerson) -> None:
    """Raises InUse while a session is covered by it."""
    if Cover.objects.filter(user=person.user_id, closed_at=None).exists():
        raise InUse
    person.delete()


@transaction.atomic
def send_test(person: NamedPerson, channel: str, *, now: dt.datetime) -> None:
    """Raises NotGiven."""
    if not (person.phone if channel == Channel.SMS else person.email):
        raise NotGiven("name", NO_ADDRESS)
    alerts.test(person, channel, now)


@transaction.atomic
def reached_by_mail(person: NamedPerson, *, now: dt.datetime) -> None:
    """They pressed the button in the test, which was sent to the address that they have."""
    NamedPerson.objects.filter(pk=person.pk, email=person.email, email_reached_at=None).update(email_reached_at=now)


@transaction.atomic
def reached_by_text(person: NamedPerson, figures: str, *, now: dt.datetime) -> None:
    """They told the therapist the figures that the text message had. Raises NotGiven."""
    typed = "".join(figures.split())
    if not constant_time_compare(typed, links.code(person)):
        raise NotGiven("code", NOT_THE_CODE)
    NamedPerson.objects.filter(pk=person.pk, phone=person.phone).update(phone_reached_at=now)
