"""A receipt that the desk sends to its client by e-mail: planned here, said here. The paper goes with it, under its neutral
name; nothing is kept of it but that it went, when and where to.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import NamedTuple

from django.conf import settings
from django.urls import reverse

from bookings import receipts
from bookings.errors import Refusal
from bookings.models import MoneyEntry
from clients import reach
from clients.models import Client
from outbox import log, planning, registry
from outbox.models import OPEN, Channel, Message
from outbox.parts import Button, Context, Links
from outbox.registry import Attachment, NotWanted, Said
from outbox.wording import write
from practice import walltime, words
from practice.models import Practice
from practice.words import gettext

RECEIPT = "receipt"
KEEPS = dt.timedelta(days=1)
NO_ADDRESS = "There is no e-mail address to send a receipt to."
TEXTS_ALONE = "The client has chosen text messages and no e-mail for bookings. Please give them the receipt on paper, or ask them first."
ON_ITS_WAY = "This receipt is on its way already."
PLACEHOLDERS = {
    "client": "the client's name",
    "number": "the number of the receipt",
    "day": "the day of the payment",
    "amount": "what was paid or given back",
    "button": "the link to all receipts, for who has an account",
}


class Mailed(NamedTuple):
    """The latest letter with a receipt: what became of it, and when."""

    outcome: str
    at: dt.datetime


class NotMailed(Refusal):
    code = "not_available"


def register() -> None:
    registry.register(
        RECEIPT,
        still_wanted,
        say,
        title="Receipt",
        group="booking",
        placeholders=PLACEHOLDERS,
        sample=lambda channel: _context("Robin Vale", "12", "Thursday 4 June 2026", "£70", has_account=True),
        address=address,
    )


def about(entry: MoneyEntry) -> str:
    return f"receipt:{entry.pk}"


def why_not(client: Client) -> str:
    """Why no receipt can be sent to them; empty where it can."""
    if client.contact_refused_at is not None:
        return reach.REFUSED
    if not client.email:
        return NO_ADDRESS
    return "" if Channel.EMAIL in reach.chosen(client, reach.BOOKING) else TEXTS_ALONE


def send(entry: MoneyEntry, *, now: dt.datetime) -> str:
    """It leaves at once; gives the address. Two presses are one letter, a later one sends it again. Raises NotMailed."""
    client = entry.booking.client
    if reason := why_not(client):
        raise NotMailed(reason)
    earlier = list(Message.objects.filter(about=about(entry)).values_list("state", flat=True))
    if any(state in OPEN for state in earlier):
        raise NotMailed(ON_ITS_WAY)
    made = planning.draft(
        RECEIPT,
        recipient=client.email,
        whom=f"client:{client.pk}",
        about=about(entry),
        key=f"{about(entry)}:{len(earlier)}",
        due_at=now,
        expires_at=now + KEEPS,
        now=now,
    )
    made.user_id = client.user_id
    planning.plan_once([made])
    return client.email


def last_sent(entries: Collection[MoneyEntry]) -> dict[int, Mailed]:
    """What became of the latest letter with each of these receipts, by their keys, in one query."""
    by_about = {about(entry): entry.pk for entry in entries if entry.number is not None}
    found = Message.objects.filter(about__in=by_about).order_by("created_at", "pk") if by_about else ()
    return {by_about[each.about]: Mailed(log.became(each), log.became_at(each)) for each in found}


# Saying


def still_wanted(message: Message, now: dt.datetime) -> bool:
    """Raises NotWanted where the client wants no e-mail by now."""
    entry = _entry(message)
    if entry is None:
        return False
    reach.require_wanted(entry.booking.client, reach.BOOKING, message, now)
    if reason := why_not(entry.booking.client):
        raise NotWanted(reason)
    return True


def say(message: Message, now: dt.datetime) -> Said:
    entry, practice = _entry(message), Practice.objects.current()
    if entry is None:
        raise ValueError("The receipt is gone.")
    client, paid_on = entry.booking.client, words.day(walltime.local_date(entry.at, practice.zone))
    amount = words.money(entry.amount, entry.currency)
    context = _context(client.name, str(entry.number), paid_on, amount, has_account=client.user_id is not None)
    paper = Attachment(receipts.filename(entry, practice), receipts.pdf(entry, practice), "application/pdf")
    return write(message, context, practice, (paper,))


def address(message: Message) -> str:
    """Where it would go today."""
    entry = _entry(message)
    return entry.booking.client.email if entry else ""


def _entry(message: Message) -> MoneyEntry | None:
    found = MoneyEntry.objects.receipts().select_related("booking__client", "corrects")
    return found.filter(pk=message.about.removeprefix("receipt:")).first()


def _context(client: str, number: str, day: str, amount: str, *, has_account: bool) -> Context:
    all_of_them = Button(gettext("See your receipts"), settings.SITE_URL + reverse("my_receipts"), quiet=True)
    return {
        "client": client,
        "number": number,
        "day": day,
        "amount": amount,
        "button": Links((all_of_them,) if has_account else ()),
    }
