"""One session as a calendar file (RFC 5545), for a download or beside a mail.

Values in, bytes out. What stands in it is chosen by the caller; a neutral name is theirs to give.
"""

from __future__ import annotations

import datetime as dt

from icalendar import Calendar, Event, vCalAddress

PRODUCT = "-//Practice//Bookings//EN"


def event(
    *,
    uid: str,
    sequence: int,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    summary: str,
    location: str,
    description: str,
    organizer_email: str,
    stamp_at: dt.datetime,
    cancelled: bool = False,
) -> bytes:
    """A calendar with this one event, its instants in UTC; the same `uid` with a higher `sequence` replaces it."""
    entry = Event()
    entry.add("uid", uid)
    entry.add("sequence", sequence)
    entry.add("dtstamp", stamp_at.astimezone(dt.UTC))
    entry.add("dtstart", starts_at.astimezone(dt.UTC))
    entry.add("dtend", ends_at.astimezone(dt.UTC))
    entry.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    for name, words in (("summary", summary), ("location", location), ("description", description)):
        if words:
            entry.add(name, words)
    if organizer_email:
        entry["organizer"] = vCalAddress(f"mailto:{organizer_email}")
    return _calendar(entry, "CANCEL" if cancelled else "PUBLISH")


def _calendar(entry: Event, method: str) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add_component(entry)
    return bytes(calendar.to_ical())
