"""What each message about a booking says, and whether it is still wanted. Only reads; planned by `notices`, sent by `outbox`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse

from bookings import calendars, links, notices, particulars, wanted
from bookings.described import ABOUT, ANEW, IN_SMS, LINKS_OUT, THEIRS, placeholders_of, sample_of
from bookings.links import Purpose
from bookings.models import Answer, Booking, MoveRequest, Proposal
from outbox import registry
from outbox.models import Channel, Message
from outbox.parts import Box, Button, Context, Links, Points, Value
from outbox.registry import Said
from outbox.wording import write
from practice import words
from practice.models import Practice
from practice.words import gettext


def register() -> None:
    for kind in notices.KINDS:
        described = ABOUT[kind]
        registry.register(
            kind,
            still_wanted,
            say,
            title=described.title,
            group=described.group,
            placeholders=placeholders_of(kind),
            sample=lambda channel, kind=kind: sample_of(kind),
            needs=described.needs,
            in_sms=(*IN_SMS, *described.in_sms, *(name for name in described.more if name in LINKS_OUT)),
            address=address,
            load=load,
        )


def load(messages: Sequence[Message]) -> None:
    """The bookings of a whole batch."""
    found = {booking.pk: booking for booking in _bookings([_key(message) for message in messages])}
    for message in messages:
        message.loaded = found.get(_key(message))


def booking_of(message: Message) -> Booking | None:
    return message.loaded or _bookings([_key(message)]).first()


def _bookings(keys: list[int]) -> QuerySet[Booking]:
    return Booking.objects.select_related("client", "therapist", "session_type", "room").filter(pk__in=keys)


def _key(message: Message) -> int:
    return int(message.about.removeprefix("booking:"))


def still_wanted(message: Message, now: dt.datetime) -> bool:
    booking = booking_of(message)
    return booking is not None and wanted.is_wanted(message, booking, now)


def address(message: Message) -> str:
    """Where it would go today."""
    booking = booking_of(message)
    if booking is None:
        return ""
    if message.kind in notices.TO_THERAPIST:
        return message.user.email if message.user else ""
    return booking.client.phone if message.channel == Channel.SMS else booking.client.email


def say(message: Message, now: dt.datetime) -> Said:
    booking = booking_of(message)
    if booking is None:
        raise ValueError("The booking is gone.")
    practice = message.practice or Practice.objects.current()
    has_file = message.channel == Channel.EMAIL and calendars.goes_beside(message.kind, booking)
    attachments = (calendars.beside_mail(booking, practice, message.recipient, now),) if has_file else ()
    return write(message, _context(message, booking, practice, now), practice, attachments)


def _context(message: Message, booking: Booking, practice: Practice, now: dt.datetime) -> Context:
    zone = practice.zone
    values: dict[str, Value] = {
        "client": booking.client.name,
        "therapist": booking.therapist.name,
        "session": calendars.neutral_name(booking),
        "when": words.moment(booking.starts_at, zone),
        "until": words.time(booking.ends_at, zone),
        "zone": words.zone(practice.timezone),
        "length": words.counted(booking.minutes, "minute"),
        "price": words.price(booking.price, booking.currency),
    }
    fee = words.money(booking.late_fee, booking.currency) if booking.late_fee else ""
    times = _times(message, booking, practice)
    return values | {
        "facts": _facts(values, practice.address if booking.room_id else ""),
        "terms": _terms(booking, practice, now),
        "coming": _coming(booking, practice),
        "owed": _owed(fee),
        "times": times,
        "asked": gettext("another time") if times.lines else gettext("a session"),
        "preparation": booking.session_type.preparation,
        "aftercare": booking.session_type.aftercare,
        **_links(booking),
        "button": Button(gettext(ABOUT[message.kind].button), settings.SITE_URL + _page(message, booking)),
    }


def _links(booking: Booking) -> dict[str, Value]:
    """For the booking as this message tells it; signed anew each time one is made."""
    coming = Button(gettext("Yes, I will come"), links.address(booking, Purpose.COMING))
    return {
        "confirm_link": Links(() if booking.coming_said_at else (coming,)),
        "change_link": Button(gettext("Choose another time"), links.address(booking, Purpose.MOVE), quiet=True),
        "cancel_link": Button(gettext("Cancel"), links.address(booking, Purpose.CANCEL), quiet=True),
    }


def _facts(values: Mapping[str, Value], address: str) -> Box:
    when = gettext("%(when)s to %(until)s (%(zone)s)") % values
    what = f"{values['session']}, {values['length']}"
    return Box((when, what, gettext("With %(therapist)s") % values, *address.splitlines()))


def _terms(booking: Booking, practice: Practice, now: dt.datetime) -> str:
    """The price, and until when cancelling is free, at the moment at which it is read."""
    facts = particulars.of_booking(booking, practice, now)
    price = words.money(booking.price, booking.currency)
    costs = gettext("The price is %(price)s.") % {"price": price} if booking.price else gettext("It costs nothing.")
    if not facts.late_fee or facts.is_late or booking.late_fee:
        return f"{costs} {facts.cancelling}"
    said = {
        "until": f"{words.moment(booking.free_until_at, practice.zone)} ({facts.zone})",
        "share": words.share(booking.late_fee_percent),
    }
    return f"{costs} " + gettext("Cancelling is free until %(until)s; after that %(share)s is due.") % said


def _owed(fee: str) -> str:
    return (
        gettext("By the terms agreed when you booked, %(fee)s is due.") % {"fee": fee}
        if fee
        else gettext("Nothing is owed.")
    )


def _coming(booking: Booking, practice: Practice) -> str:
    """What to bring and how to find the door."""
    has_way = practice.directions and booking.room_id
    way = gettext("How to find us: %(way)s") % {"way": practice.directions} if has_way else ""
    return "\n\n".join(filter(None, (practice.bring, way)))


def _times(message: Message, booking: Booking, practice: Practice) -> Points:
    """The times proposed, or those wished for."""
    open_ones: list[Proposal] | list[MoveRequest] = []
    if message.kind == notices.PROPOSED:
        open_ones = list(booking.proposals.filter(answer=Answer.OPEN))
    elif message.kind in (notices.MOVE_REQUESTED, notices.TO_ANSWER):
        open_ones = list(booking.move_requests.filter(answer=Answer.OPEN))
    zone = words.zone(practice.timezone)
    return Points(tuple(f"{words.moment(each.starts_at, practice.zone)} ({zone})" for each in open_ones))


def _page(message: Message, booking: Booking) -> str:
    """Where the button leads: a page that asks for a sign-in."""
    leads_to = ABOUT[message.kind].leads_to
    if leads_to == THEIRS:
        return reverse("admin:bookings_booking_change", args=[booking.pk])
    return reverse("book") if leads_to == ANEW else reverse("my_booking", args=[booking.ref])
