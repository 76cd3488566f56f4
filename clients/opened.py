"""Who opened a client's record, as the client reads it: when, who, and what kind of thing. Only reads."""

from __future__ import annotations

from collections.abc import Iterable
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
    "messages": "your messages",
}
"""Anything else is “your record”: what it is called inside tells nobody anything."""

IN_NEED = "your record, though they do not treat you: they gave a reason, and the owner was told"
SOMEBODY = "somebody who is no longer with us"


class Line(NamedTuple):
    when: str
    who: str
    what: str


def entries(client: Client) -> EntryQuerySet:
    """The latest first."""
    return trail.about(client.vault_subject()).filter(kind__in=(READ, OPENED)).order_by("-seq")


def told(found: Iterable[Entry], practice: Practice) -> list[Line]:
    rows = list(found)
    people = User.objects.in_bulk({row.actor_id for row in rows if row.actor_id})
    return [Line(words.moment(row.at, practice.zone), _who(people.get(row.actor_id or 0)), _what(row)) for row in rows]


def _who(user: User | None) -> str:
    return f"{user.name or 'Somebody'}, {user.get_role_display().lower()}" if user else SOMEBODY


def _what(entry: Entry) -> str:
    if entry.kind == OPENED:
        return IN_NEED
    return WHAT.get(entry.object.removeprefix("record:"), "your record")
