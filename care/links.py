"""The links in messages about working alone: one says that a test came, the other opens the question whether all is well.

Signed for one purpose and made while sending; nothing is kept of them. Only reads.
"""

from __future__ import annotations

import datetime as dt
import hashlib

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse
from django.utils.crypto import salted_hmac

from bookings.errors import LinkOver, NoSuchLink
from care.models import Cover, NamedPerson

TEST_LASTS = dt.timedelta(days=3)
ANSWER_LASTS = dt.timedelta(days=1)
"""Counted from when it was asked; “longer” makes it last anew."""

PASSED = "This link has had its time. The page where you set this up can send another."
OVER = "This was some time ago, so nothing is asked here any more."


def reached(person: NamedPerson, sent_at: dt.datetime) -> str:
    """For the named person: the whole address, as it stands in the test."""
    parts = f"{person.pk:x}-{int((sent_at + TEST_LASTS).timestamp()):x}-{_digest(person.email)}"
    return settings.SITE_URL + reverse("link_reached", args=[_signer("reached").sign(parts)])


def to_answer(cover: Cover) -> str:
    """For the therapist: the whole address, as it stands in the question."""
    return settings.SITE_URL + reverse("link_well", args=[_signer("well").sign(f"{cover.pk:x}")])


def who_was_reached(token: str, now: dt.datetime) -> NamedPerson:
    """Raises NoSuchLink for what was never sent to the address that the person has now, LinkOver after its time."""
    pk, until, digest = _parts("reached", token)
    person = NamedPerson.objects.select_related("user").filter(pk=int(pk, 16)).first()
    if person is None or digest != _digest(person.email):
        raise NoSuchLink
    if now.timestamp() >= int(until, 16):
        raise LinkOver(PASSED, "")
    return person


def what_is_asked(token: str, now: dt.datetime) -> Cover:
    """Raises NoSuchLink, and LinkOver a day after it was asked last."""
    [pk] = _parts("well", token)
    cover = Cover.objects.select_related("booking", "user__named_person").filter(pk=int(pk, 16)).first()
    if cover is None:
        raise NoSuchLink
    if now >= cover.ask_at + ANSWER_LASTS:
        raise LinkOver(OVER, "")
    return cover


def code(person: NamedPerson) -> str:
    """Six figures that a text message to this number carries, since it carries no link."""
    found = salted_hmac("care.links.code", f"{person.pk}:{person.phone}", algorithm="sha256").hexdigest()
    return f"{int(found, 16) % 1_000_000:06d}"


def _parts(purpose: str, token: str) -> list[str]:
    try:
        return _signer(purpose).unsign(token).split("-")
    except BadSignature:
        raise NoSuchLink from None


def _digest(address: str) -> str:
    return hashlib.sha256(address.lower().encode()).hexdigest()[:16]


def _signer(purpose: str) -> Signer:
    return Signer(salt=f"care.links.{purpose}", sep=".")
