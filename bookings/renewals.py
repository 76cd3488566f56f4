"""The message that something a client filled in or signed runs out soon: planned here, said here. It names no form."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import NamedTuple

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
        load=load,
    )


def plan(practice: Practice, now: dt.datetime) -> None:
    """Thirty days and seven days before, in the waking hours, to those who come."""
    today = walltime.local_date(now, practice.zone)
    ends = running_out.by_client(today)
    theirs = Booking.objects.filter(client__in=ends, status__in=COMING, starts_at__gt=now - LAST_MONTHS)
    due_at, made = quiet.awake(now, practice.zone), list[Message]()
    moments: dict[str, dt.datetime] = {}
    for client in Client.objects.filter(pk__in=theirs.values("client")):
        expires_on = ends[client.pk]
        days = min(days for days in running_out.TOLD_DAYS_BEFORE if (expires_on - today).days <= days)
        told_on = expires_on - dt.timedelta(days=days)
        rows = _messages(client, expires_on, days, due_at, now)
        moments |= {row.key: walltime.instant(told_on, quiet.ENDS, practice.zone) for row in rows}
        made += rows
    for first in range(0, len(made), planning.BATCH):
        planning.plan_once(made[first : first + planning.BATCH], moments=moments)


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


class _Loaded(NamedTuple):
    client: Client
    dates: list[dt.date]
    """On which something of theirs runs out."""

    def until(self, practice: Practice, now: dt.datetime) -> dt.date | None:
        return running_out.first_of(self.dates, walltime.local_date(now, practice.zone))


def load(messages: Sequence[Message]) -> None:
    """The clients of a whole batch, in three queries."""
    found = _found([_key(message) for message in messages])
    for message in messages:
        message.loaded = found.get(_key(message))


def _of(message: Message) -> _Loaded | None:
    return message.loaded or _found([_key(message)]).get(_key(message))


def _found(keys: Collection[int]) -> dict[int, _Loaded]:
    clients, dates = Client.objects.in_bulk(keys), running_out.dates_of(keys)
    return {pk: _Loaded(client, dates.get(pk, [])) for pk, client in clients.items()}


def _key(message: Message) -> int:
    return int(message.about.removeprefix("client:"))


def still_wanted(message: Message, now: dt.datetime) -> bool:
    """While it has not been renewed. Raises NotWanted where the client wants no such message."""
    found = _of(message)
    if found is None or found.until(_practice(message), now) is None:
        return False
    reach.require_wanted(found.client, reach.FORMS, message, now)
    return True


def say(message: Message, now: dt.datetime) -> Said:
    found, practice = _of(message), _practice(message)
    until = found.until(practice, now) if found else None
    if found is None or until is None:
        raise ValueError("Nothing runs out any more.")
    return write(message, _context(found.client.name, until), practice)


def _practice(message: Message) -> Practice:
    return message.practice or Practice.objects.current()


def address(message: Message) -> str:
    """Where it would go today."""
    found = _of(message)
    if found is None:
        return ""
    return found.client.phone if message.channel == Channel.SMS else found.client.email


def _context(name: str, until: dt.date) -> Context:
    forms = Button(gettext("See your forms"), settings.SITE_URL + reverse("my_forms"))
    agreements = Button(gettext("See your agreements"), settings.SITE_URL + reverse("my_agreements"), quiet=True)
    return {"client": name, "until": words.day(until), "button": Links((forms, agreements))}
