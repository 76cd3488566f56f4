"""Sessions as calendars take them (RFC 5545 and 5546): beside a mail, as a download, as a feed to subscribe to.

Values in, bytes out. What stands in them is chosen by the caller; a neutral name is theirs to give.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from icalendar import Alarm, Calendar, Event, vCalAddress, vDuration

PRODUCT = "-//Practice//Bookings//EN"
STEERING = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]")


class Standing(StrEnum):
    CONFIRMED = "CONFIRMED"
    TENTATIVE = "TENTATIVE"
    CANCELLED = "CANCELLED"


class Method(StrEnum):
    PUBLISH = "PUBLISH"
    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


class Party(NamedTuple):
    """Somebody with an address; the name may be empty."""

    email: str
    name: str = ""


class File(NamedTuple):
    method: Method
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One event. The same `uid` with a higher `sequence` replaces it in a calendar that has it; `stamp_at` says when this
    was so."""

    uid: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    summary: str
    stamp_at: dt.datetime
    sequence: int = 0
    standing: Standing = Standing.CONFIRMED
    location: str = ""
    description: str = ""
    url: str = ""
    alarm_before: dt.timedelta | None = None


def letter(entry: Entry, organizer: Party, attendee: Party) -> File:
    """What goes beside a mail to `attendee`.

    Calendars take a move or a cancelling in by themselves only where the event was a REQUEST with the receiver in it. No
    answer is asked for, since declining in a calendar would not cancel anything here. Without two addresses to name, it is
    an event to take in by hand.
    """
    if (
        not _is_address(organizer.email)
        or not _is_address(attendee.email)
        or organizer.email.lower() == attendee.email.lower()
    ):
        return download(entry, organizer)
    method = Method.CANCEL if entry.standing == Standing.CANCELLED else Method.REQUEST
    event = _event(entry, organizer, with_alarm=method == Method.REQUEST)
    event.add("attendee", _invited(attendee))
    return File(method, _bytes(_calendar(method), [event]))


def download(entry: Entry, organizer: Party) -> File:
    """An event to take in by hand; a cancelled one takes itself out."""
    method = Method.CANCEL if entry.standing == Standing.CANCELLED else Method.PUBLISH
    event = _event(entry, organizer, with_alarm=method == Method.PUBLISH)
    return File(method, _bytes(_calendar(method), [event]))


def feed(entries: Iterable[Entry], *, name: str, organizer: Party, fetch_every: dt.timedelta) -> bytes:
    """All that stands in a calendar at this moment; what is no longer in it, its subscribers drop."""
    calendar = _calendar(Method.PUBLISH)
    calendar.add("name", _one_line(name))
    calendar.add("x-wr-calname", _one_line(name))
    calendar.add("refresh-interval", fetch_every, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(fetch_every))
    return _bytes(calendar, [_event(entry, organizer, with_alarm=False) for entry in entries])


def _event(entry: Entry, organizer: Party, *, with_alarm: bool) -> Event:
    event = Event()
    event.add("uid", _one_line(entry.uid))
    event.add("sequence", entry.sequence)
    for name, at in (
        ("dtstamp", entry.stamp_at),
        ("last-modified", entry.stamp_at),
        ("dtstart", entry.starts_at),
        ("dtend", entry.ends_at),
    ):
        event.add(name, at.astimezone(dt.UTC))
    event.add("status", str(entry.standing))
    event.add("class", "PRIVATE")
    event.add("summary", _one_line(entry.summary))
    for name, words in (("location", entry.location), ("description", entry.description)):
        if words:
            event.add(name, _clean(words))
    if entry.url:
        event.add("url", entry.url)
    if _is_address(organizer.email):
        event.add("organizer", _address(organizer))
    if with_alarm and entry.alarm_before is not None:
        event.add_component(_alarm(entry.alarm_before, _one_line(entry.summary)))
    return event


def _alarm(before: dt.timedelta, words: str) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", -before)
    alarm.add("description", words)
    return alarm


def _invited(party: Party) -> vCalAddress:
    address = _address(party)
    address.params |= {"CUTYPE": "INDIVIDUAL", "ROLE": "REQ-PARTICIPANT", "PARTSTAT": "ACCEPTED", "RSVP": "FALSE"}
    return address


def _address(party: Party) -> vCalAddress:
    address = vCalAddress(f"mailto:{party.email}")
    if party.name:
        address.params["CN"] = _one_line(party.name)
    return address


def _is_address(text: str) -> bool:
    return "@" in text and text.isprintable() and " " not in text


def _calendar(method: Method) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", str(method))
    return calendar


def _bytes(calendar: Calendar, events: Iterable[Event]) -> bytes:
    for event in events:
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _clean(words: str) -> str:
    """Every kind of line break as one, and nothing else that steers or turns the writing round."""
    return "\n".join(STEERING.sub("", line) for line in words.splitlines())


def _one_line(words: str) -> str:
    return " ".join(_clean(words).split())
