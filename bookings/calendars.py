"""What a session is called, and how it stands, in people's calendars: beside a mail, as a download, in a feed.

Only reads. Names are neutral; what a therapist's feed says of a client is what they chose to have shown.
"""

from __future__ import annotations

import datetime as dt
from email.utils import parseaddr

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop

from bookings import ical, kinds
from bookings.ical import Entry, File, Party, Standing
from bookings.models import Booking, Status
from outbox.models import Channel, Message
from outbox.registry import Attachment
from practice import words
from practice.models import Practice

ALARM_BEFORE = dt.timedelta(hours=1)
HOW_TO_CHANGE = gettext_noop(
    "To move or cancel it, please use our message or “My bookings”; a change in your calendar does not reach us."
)

INTO_CALENDAR = frozenset({kinds.CONFIRMED, kinds.APPROVED, kinds.MOVED, kinds.LENGTH_CHANGED})
CALENDAR_AGAIN = frozenset({kinds.CANCELLED, kinds.DECLINED, kinds.EXPIRED, kinds.WAITING})

STANDING = {Status.REQUESTED: Standing.TENTATIVE} | dict.fromkeys(
    (Status.CANCELLED, Status.DECLINED, Status.EXPIRED), Standing.CANCELLED
)


def neutral_name(booking: Booking) -> str:
    return booking.session_type.name_outside


def requested(name: str) -> str:
    """Of a session that waits for the therapist's answer."""
    return gettext("Requested: %(name)s") % {"name": name}


def goes_beside(kind: str, booking: Booking) -> bool:
    """What confirms puts it into the client's calendar; what ends or unsettles it goes where an earlier mail had put it."""
    if kind not in CALENDAR_AGAIN:
        return kind in INTO_CALENDAR
    said = Message.objects.filter(about=f"booking:{booking.pk}", kind__in=INTO_CALENDAR, channel=Channel.EMAIL)
    return said.filter(sent_at__isnull=False).exists()


def beside_mail(booking: Booking, practice: Practice, recipient: str, now: dt.datetime) -> Attachment:
    """For the client's mail about it; a calendar that has it moves it, or takes it out, by itself."""
    return _attachment(ical.letter(of_client(booking, practice, now), organizer(practice), Party(recipient)))


def download(booking: Booking, practice: Practice, now: dt.datetime) -> Attachment:
    return _attachment(ical.download(of_client(booking, practice, now), organizer(practice)))


def organizer(practice: Practice) -> Party:
    """Who stands behind it in a calendar: the practice, by the address that people write to."""
    return Party(practice.email or parseaddr(settings.DEFAULT_FROM_EMAIL)[1], practice.name)


def uid(name: str, practice: Practice) -> str:
    """The same for all of a booking's life, and in every calendar, whatever becomes of the site's address."""
    return f"{name}@{practice.calendar_domain}"


def of_client(booking: Booking, practice: Practice, now: dt.datetime) -> Entry:
    """How it stands in its client's own calendar; `now` is the moment of which it tells."""
    name = neutral_name(booking)
    waits = booking.status == Status.REQUESTED
    when = f"{words.moment(booking.starts_at, practice.zone)} ({words.zone(practice.timezone)})"
    return Entry(
        uid=uid(booking.ref, practice),
        sequence=booking.version,
        standing=STANDING.get(Status(booking.status), Standing.CONFIRMED),
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        summary=requested(name) if waits else name,
        location=practice.address if booking.room_id else "",
        description=f"{when}\n{gettext(HOW_TO_CHANGE)}",
        url=settings.SITE_URL + reverse("my_booking", args=[booking.ref]),
        stamp_at=now,
        alarm_before=ALARM_BEFORE,
    )


def _attachment(file: File) -> Attachment:
    return Attachment("session.ics", file.content, f"text/calendar; method={file.method}")
