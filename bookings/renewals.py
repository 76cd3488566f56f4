"""The message that something a client filled in or signed runs out soon: planned here, said here. It names no form."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext

from bookings import quiet
from bookings.models import Booking, Status
from clients import reach, running_out
from clients.models import Client
from outbox import planning, registry
from outbox.models import Channel, Message
from outbox.parts import Button, Context, Links
from outbox.registry import Said
from outbox.wording import write
from practice import walltime, words
from practice.models import Practice

FORMS_EXPIRING = "forms_expiring"
LAST_MONTHS = dt.timedelta(days=180)
"""Who has nothing to come and came longer ago than this is not asked."""
KEEPS = dt.timedelta(days=3)
COMING = (Status.REQUESTED, Status.CONFIRMED, Status.COMPLETED)
PLACEHOLDERS = {
    "client": "the client's name",
    "until": "the last day on which everything is valid",
    "button": "the links to the client's forms and agreements",
}


def register() -> None:
    registry.register(
        FORMS_EXPIRING,
        still_wanted,
        say,
        title="Forms run out soon",
        group="forms",
        placeholders=PLACEHOLDERS,
        sample=lambda channel: _context("Robin Vale", dt.date(2026, 7, 4)),
        needs=("button",),
        in_sms=("client", "until"),
        address=address,
    )


def plan(practice: Practice, now: dt.datetime) -> None:
    """Thirty days and seven days before, in the waking hours, to those who come."""
    today = walltime.local_date(now, practice.zone)
    ends = running_out.by_client(today)
    theirs = Booking.objects.filter(client__in=ends, status__in=COMING, starts_at__gt=now - LAST_MONTHS)
    for client in Client.objects.filter(pk__in=theirs.values("client")):
        expires_on = ends[client.pk]
        days = min(days for days in running_out.TOLD_DAYS_BEFORE if (expires_on - today).days <= days)
        planning.plan_once(
            _messages(client, expires_on, days, quiet.awake(now, practice.zone), now),
            was_due_at=walltime.instant(expires_on - dt.timedelta(days=days), quiet.ENDS, practice.zone),
        )


def _messages(client: Client, expires_on: dt.date, days: int, due_at: dt.datetime, now: dt.datetime) -> list[Message]:
    made = planning.draft(
        FORMS_EXPIRING,
        recipient="",
        whom=f"client:{client.pk}",
        about=f"client:{client.pk}",
        key=f"client:{client.pk}:{FORMS_EXPIRING}:{expires_on}:{days}",
        due_at=due_at,
        expires_at=due_at + KEEPS,
        now=now,
    )
    made.user_id = client.user_id
    return [planning.by(made, way.channel, way.address) for way in reach.ways(client, reach.FORMS, FORMS_EXPIRING)]


def _client(message: Message) -> Client | None:
    return Client.objects.filter(pk=message.about.removeprefix("client:")).first()


def still_wanted(message: Message, now: dt.datetime) -> bool:
    """While it has not been renewed. Raises NotWanted where the client wants no such message."""
    client = _client(message)
    if client is None or _until(client, now) is None:
        return False
    reach.require_wanted(client, reach.FORMS, message, now)
    return True


def _until(client: Client, now: dt.datetime) -> dt.date | None:
    return running_out.first_of(client.pk, walltime.local_date(now, Practice.objects.current().zone))


def say(message: Message, now: dt.datetime) -> Said:
    client = _client(message)
    until = _until(client, now) if client else None
    if client is None or until is None:
        raise ValueError("Nothing runs out any more.")
    return write(message, _context(client.name, until), Practice.objects.current())


def address(message: Message) -> str:
    """Where it would go today."""
    client = _client(message)
    if client is None:
        return ""
    return client.phone if message.channel == Channel.SMS else client.email


def _context(name: str, until: dt.date) -> Context:
    forms = Button(gettext("See your forms"), settings.SITE_URL + reverse("my_forms"))
    agreements = Button(gettext("See your agreements"), settings.SITE_URL + reverse("my_agreements"), quiet=True)
    return {"client": name, "until": words.day(until), "button": Links((forms, agreements))}
