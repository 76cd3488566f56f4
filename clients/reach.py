"""How a client is reached: whether at all, and by which channels for each group of messages. Only reads."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings

from clients.models import Client
from outbox import wording
from outbox.models import Channel, Message
from outbox.registry import NotWanted, NotYet
from practice import walltime
from practice.models import Practice

BOOKING = "booking"
REMINDER = "reminder"
CARE = "care"
FORMS = "forms"
WAITING = "message"
GROUPS = (BOOKING, REMINDER, CARE, FORMS, WAITING)
"""What a client chooses about; changes of a booking are told in one way at least."""
HOURS = "hours"
"""Beside the groups: from when to when text messages may come, like ["09:00", "18:00"]; at any hour where it is not there."""

REFUSED = "The client does not want to be contacted."
NOT_CHOSEN = "The client has chosen not to get this kind of message this way."
NO_TEXTS = "The client has not agreed to text messages at this number."
NOT_IN_TIME = "The client takes text messages only from {} to {}, and then it would be too late."


class Way(NamedTuple):
    channel: str
    address: str


def chosen(client: Client, group: str) -> list[str]:
    """The channels they chose; e-mail where they never chose."""
    wishes: dict[str, list[str]] = client.reached_by or {}
    return wishes.get(group, [Channel.EMAIL])


def takes_texts(client: Client) -> bool:
    """They agreed to it, for the number they have now, and the practice can send them."""
    agreed = client.texts_agreed_at is not None and client.texts_number == client.phone
    return agreed and bool(client.phone) and bool(settings.SMS_URL)


def ways(client: Client, group: str, kind: str) -> list[Way]:
    """Where a message of this kind goes: nowhere for who wants no contact or none of the group. What has to be told goes
    by e-mail where no chosen way is open, to an empty address if need be, so that somebody sees it."""
    if client.contact_refused_at is not None:
        return []
    found = [way for channel in chosen(client, group) if (way := _way(client, channel, kind)).address]
    if found or group != BOOKING:
        return found
    others = [_way(client, channel, kind) for channel in (Channel.EMAIL, Channel.SMS)]
    return [way for way in others if way.address][:1] or [Way(Channel.EMAIL, "")]


def ways_in_time(client: Client, group: str, message: Message) -> list[Way]:
    """The same for a message with its moments: what has to be told, and would come too late by text message at the hours that
    the client takes them, goes by e-mail where there is an address."""
    found = ways(client, group, message.kind)
    if group != BOOKING or [way.channel for way in found] != [Channel.SMS] or not client.email:
        return found
    between = hours(client)
    is_late = bool(between) and _opens(between, message.due_at) >= message.expires_at
    return [Way(Channel.EMAIL, client.email)] if is_late else found


def _way(client: Client, channel: str, kind: str) -> Way:
    if channel == Channel.SMS:
        return Way(channel, client.phone if takes_texts(client) and wording.has_sms(kind) else "")
    return Way(channel, client.email)


def hours(client: Client) -> list[str]:
    """From when to when text messages may come; empty for any hour."""
    wishes: dict[str, list[str]] = client.reached_by or {}
    between = wishes.get(HOURS, [])
    return between if between[:1] < between[1:] else []


def texts_open_at(opens: int, closes: int, now: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """`now` within these minutes of the day, else the next moment at which they begin."""
    today = walltime.local_date(now, zone)
    begins = walltime.instant(today, opens, zone)
    if begins <= now < walltime.instant(today, closes, zone):
        return now
    return begins if begins > now else walltime.instant(today + dt.timedelta(days=1), opens, zone)


def require_wanted(client: Client, group: str, message: Message, now: dt.datetime) -> None:
    """Asked again when a message is about to go out. Raises NotWanted with the reason that staff read, NotYet for a text
    message outside the hours that the client takes them."""
    if client.contact_refused_at is not None:
        raise NotWanted(REFUSED)
    if message.channel == Channel.SMS and not takes_texts(client):
        raise NotWanted(NO_TEXTS)
    if group != BOOKING and message.channel not in chosen(client, group):
        raise NotWanted(NOT_CHOSEN)
    if message.channel == Channel.SMS and (between := hours(client)):
        _require_hours(between, message, now)


def _require_hours(between: list[str], message: Message, now: dt.datetime) -> None:
    at = _opens(between, now)
    if at >= message.expires_at:
        raise NotWanted(NOT_IN_TIME.format(*between))
    if at > now:
        raise NotYet(at)


def _opens(between: list[str], now: dt.datetime) -> dt.datetime:
    opens, closes = map(walltime.minutes_of_day, between)
    return texts_open_at(opens, closes, now, Practice.objects.current().zone)


def is_unreachable(client: Client) -> bool:
    """Nothing at all can be sent to them, wanted or not."""
    return not client.email and not takes_texts(client)
