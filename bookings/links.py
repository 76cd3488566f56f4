"""The links in a client's messages with which they say that they will come, choose another time or cancel, signed out.

Each is signed for one purpose, one booking and the version of it that the message spoke of, and ends with the session's
start. Made while sending; nothing is kept of them. Only reads.
"""

from __future__ import annotations

import datetime as dt
import functools
from enum import StrEnum

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from bookings.errors import LinkOver, LinkUsed, NoSuchLink
from bookings.models import Booking, Status, Way

SHOWN_FOR = dt.timedelta(hours=1)
"""How long the page that says what was done can be looked at again."""

PLACE = "PLACE"

PASSED = "The time of this session has come, so it cannot be changed here any more."
CHANGED = "This booking has changed since our message was written, so its links lead no further. Those in our latest message do."
CANCELLED = "This session is cancelled."
OFF = "This session does not take place."


class Purpose(StrEnum):
    COMING = "coming"
    MOVE = "move"
    CANCEL = "cancel"
    DONE = "done"


def address(booking: Booking, purpose: Purpose) -> str:
    """The whole address, as it stands in a message."""
    return settings.SITE_URL + path(booking, purpose, booking.starts_at)


def path(booking: Booking, purpose: Purpose, until: dt.datetime) -> str:
    value = "-".join(f"{number:x}" for number in (booking.pk, booking.version, int(until.timestamp())))
    return _page(purpose).replace(PLACE, _signer(purpose).sign(value))


@functools.cache
def _page(purpose: Purpose) -> str:
    """Looked up once: each message has three of them."""
    return reverse(f"link_{purpose}", args=[PLACE])


def follow(purpose: Purpose, token: str, now: dt.datetime) -> Booking:
    """The booking that the link is about, as it is now. Raises NoSuchLink for what was never made here for this purpose,
    LinkUsed where it did what it was for just now, and LinkOver where its time has passed or the booking has moved on."""
    try:
        pk, version, until = (int(number, 16) for number in _signer(purpose).unsign(token).split("-"))
    except BadSignature:
        raise NoSuchLink from None
    beside = Booking.objects.select_related("client__user", "session_type", "therapist", "room")
    booking = beside.filter(pk=pk).first()
    if booking is None:
        raise NoSuchLink
    if now.timestamp() >= until:
        raise LinkOver(PASSED if purpose != Purpose.DONE else CHANGED, _ref(booking))
    if booking.version == version:
        return booking
    if booking.version == version + 1 and _was_it_just_now(booking, now):
        raise LinkUsed(_moved_on(booking), _ref(booking), booking)
    raise LinkOver(_moved_on(booking), _ref(booking))


def _was_it_just_now(booking: Booking, now: dt.datetime) -> bool:
    """Whether the latest change came by a link: a button is pressed twice, a page asked for again."""
    last = booking.changes.order_by("-pk").first()
    return last is not None and last.via == Way.LINK and now < last.at + SHOWN_FOR


def _moved_on(booking: Booking) -> str:
    if booking.status == Status.CANCELLED:
        return CANCELLED
    return OFF if booking.status in (Status.DECLINED, Status.EXPIRED) else CHANGED


def _ref(booking: Booking) -> str:
    """For the way to the booking's own page; none for a client without an account."""
    return booking.ref if booking.client.user_id else ""


def _signer(purpose: Purpose) -> Signer:
    return Signer(salt=f"bookings.links.{purpose}", sep=".")
