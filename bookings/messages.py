"""What each message about a booking says, and whether it is still wanted. Only reads; planned by `notices`, sent by `outbox`."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from bookings import ical, notices, particulars
from bookings.models import Answer, Booking, MoveRequest, Proposal, Status
from outbox import registry
from outbox.models import Message
from outbox.registry import Attachment, Said
from practice import words
from practice.models import Practice

WANTED_WHILE: dict[str, tuple[str, ...]] = {
    notices.CONFIRMED: (Status.CONFIRMED,),
    notices.APPROVED: (Status.CONFIRMED,),
    notices.MOVED: (Status.CONFIRMED,),
    notices.REMINDER: (Status.CONFIRMED,),
    notices.REQUESTED: (Status.REQUESTED,),
    notices.PROPOSED: (Status.REQUESTED,),
    notices.WAITING: (Status.REQUESTED,),
    notices.TO_ANSWER: (Status.REQUESTED, Status.CONFIRMED),
    notices.TO_LOOK_AT: (Status.REQUESTED,),
    notices.MOVE_REQUESTED: (Status.CONFIRMED,),
    notices.MOVE_DECLINED: (Status.CONFIRMED,),
    notices.DECLINED: (Status.DECLINED,),
    notices.CANCELLED: (Status.CANCELLED,),
    notices.EXPIRED: (Status.EXPIRED,),
    notices.NOT_ANSWERED: (Status.EXPIRED, Status.CONFIRMED),
}
WITH_CALENDAR = frozenset({notices.CONFIRMED, notices.APPROVED, notices.MOVED, notices.CANCELLED})


def register() -> None:
    for kind in notices.KINDS:
        registry.register(kind, still_wanted, say)


def booking_of(message: Message) -> Booking | None:
    pk = message.about.removeprefix("booking:")
    return Booking.objects.select_related("client", "therapist", "session_type", "room").filter(pk=pk).first()


def still_wanted(message: Message, now: dt.datetime) -> bool:
    """The booking is still as the message tells it: the same version, in a state that it speaks of."""
    booking = booking_of(message)
    return booking is not None and booking.version == message.version and booking.status in WANTED_WHILE[message.kind]


def say(message: Message, now: dt.datetime) -> Said:
    booking = booking_of(message)
    if booking is None:
        raise ValueError("The booking is gone.")
    practice = Practice.objects.current()
    context = _context(message, booking, practice, now)
    name = message.kind.removeprefix("booking_")
    subject = " ".join(render_to_string(f"emails/booking/{name}.subject.txt", context).split())
    text = re.sub(r"\n{3,}", "\n\n", render_to_string(f"emails/booking/{name}.txt", context)).strip() + "\n"
    html = render_to_string(f"emails/booking/{name}.html", context)
    attachments = (calendar_file(booking, practice, now),) if message.kind in WITH_CALENDAR else ()
    return Said(subject=subject, text=text, html=html, kept=text, attachments=attachments)


def calendar_file(booking: Booking, practice: Practice, now: dt.datetime) -> Attachment:
    """The booking as calendars take it, under its neutral name."""
    content = ical.event(
        uid=f"{booking.ref}@{urlsplit(settings.SITE_URL).hostname}",
        sequence=booking.version,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        summary=neutral_name(booking),
        location=practice.address if booking.room_id else "",
        description=words.moment(booking.starts_at, practice.zone) + f" ({words.zone(practice.timezone)})",
        organizer_email=practice.email,
        stamp_at=now,
        cancelled=booking.status == Status.CANCELLED,
    )
    method = "CANCEL" if booking.status == Status.CANCELLED else "PUBLISH"
    return Attachment("session.ics", content, f"text/calendar; method={method}")


def neutral_name(booking: Booking) -> str:
    return booking.session_type.neutral_name or "Session"


def _context(message: Message, booking: Booking, practice: Practice, now: dt.datetime) -> dict[str, Any]:
    zone = practice.zone
    return {
        "booking": booking,
        "practice": practice,
        "session": neutral_name(booking),
        "when": words.moment(booking.starts_at, zone),
        "until": words.time(booking.ends_at, zone),
        "zone": words.zone(practice.timezone),
        "length": words.counted(booking.minutes, "minute"),
        "price": words.price(booking.price, booking.currency),
        "fee": words.money(booking.late_fee, booking.currency) if booking.late_fee else "",
        "free_until": words.moment(booking.free_until_at, zone),
        "facts": particulars.of_booking(booking, practice, now),
        "late_share": words.share(booking.late_fee_percent),
        "proposals": [words.moment(each.starts_at, zone) for each in _proposed(message, booking)],
        "asked_for": [words.moment(each.starts_at, zone) for each in _asked_for(message, booking)],
        "link": settings.SITE_URL + reverse("my_booking", args=[booking.ref]),
        "staff_link": settings.SITE_URL + reverse("admin:bookings_booking_change", args=[booking.pk]),
        "book_link": settings.SITE_URL + reverse("book"),
    }


def _proposed(message: Message, booking: Booking) -> list[Proposal]:
    return list(booking.proposals.filter(answer=Answer.OPEN)) if message.kind == notices.PROPOSED else []


def _asked_for(message: Message, booking: Booking) -> list[MoveRequest]:
    speaks_of_it = message.kind in (notices.MOVE_REQUESTED, notices.TO_ANSWER)
    return list(booking.move_requests.filter(answer=Answer.OPEN)) if speaks_of_it else []
