"""Who opened a client's record, as the client reads it: when, who, and what kind of thing. Only reads.

What the same person opened several times within an hour is one line that says how often; nothing is left out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from accounts.models import User
from clients.models import Client
from practice import words
from practice.models import Practice
from vault import trail
from vault.models import Entry, EntryQuerySet

READ = "record.read"
OPENED = "record.opened"

WHAT = {
    "intake": "what you told us about your health",
    "flags": "what your answers ask us to mind",
    "agreements": "what you agreed to",
    "boundaries": "your answers about the boundaries",
    "journey": "your journey, with the notes on it",
    "sheet": "the boundary sheet of a session",
    "note": "the note of a session",
    "plan": "the plan for your sessions",
    "record": "your record as a whole",
    "copy": "your record as a whole, as a copy on paper",
    "messages": "your messages",
}
"""Anything else is “your record”: what it is called inside tells nobody anything."""

IN_NEED = "your record, though they do not treat you: they gave a reason, and the owner was told"
SOMEBODY = "somebody who is no longer with us"


TOGETHER = dt.timedelta(hours=1)
"""From the first reading of a line on."""


class Line(NamedTuple):
    when: str
    who: str
    what: str


@dataclass(slots=True)
class Reading:
    """What one person opened, once or several times within an hour."""

    first: Entry
    last: Entry
    times: int = 1


def entries(client: Client) -> EntryQuerySet:
    """The latest first."""
    return trail.about(client.vault_subject()).filter(kind__in=(READ, OPENED)).order_by("-seq")


def readings(client: Client) -> list[Reading]:
    """The latest first."""
    found: list[Reading] = []
    latest: dict[tuple[str, str, int | None], Reading] = {}
    for entry in reversed(entries(client).only("at", "kind", "object", "actor_id")):
        alike = (entry.kind, entry.object, entry.actor_id)
        before = latest.get(alike)
        if before is not None and entry.kind == READ and entry.at - before.first.at < TOGETHER:
            before.last, before.times = entry, before.times + 1
        else:
            latest[alike] = Reading(entry, entry)
            found.append(latest[alike])
    return sorted(found, key=lambda reading: reading.last.seq, reverse=True)


def told(found: Iterable[Reading], practice: Practice) -> list[Line]:
    rows = list(found)
    people = User.objects.in_bulk({row.first.actor_id for row in rows if row.first.actor_id})
    return [Line(_when(row, practice), _who(people.get(row.first.actor_id or 0)), _what(row.first)) for row in rows]


def _when(reading: Reading, practice: Practice) -> str:
    """“Tuesday 2 June 2026, 09:00”, or “…, from 09:00 to 09:40, three times”."""
    first, last = reading.first.at.astimezone(practice.zone), reading.last.at.astimezone(practice.zone)
    if reading.times == 1:
        return words.moment(first, practice.zone)
    often = "twice" if reading.times == 2 else f"{words.small(reading.times)} times"
    if first.date() != last.date():
        return f"{words.moment(first, practice.zone)} to {words.moment(last, practice.zone)}, {often}"
    begins, ends = words.time(first, practice.zone), words.time(last, practice.zone)
    span = begins if begins == ends else f"from {begins} to {ends}"
    return f"{words.day(first.date())}, {span}, {often}"


def _who(user: User | None) -> str:
    return f"{user.name or 'Somebody'}, {user.get_role_display().lower()}" if user else SOMEBODY


def _what(entry: Entry) -> str:
    if entry.kind == OPENED:
        return IN_NEED
    return WHAT.get(entry.object.removeprefix("record:"), "your record")
