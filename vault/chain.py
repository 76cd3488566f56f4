"""How one entry of the ledger hangs on the one before, and what breaks that. Values in, a finding out."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from vault.errors import NotAWord

GENESIS = "0" * 64
WORD = re.compile(r"[A-Za-z0-9_.:/+=-]{0,120}")
"""A name, a number or a digest: nothing that could hold a sentence, an address or a person's name."""


class Link(NamedTuple):
    """An entry as it is hashed; `body` is the canonical JSON of its details."""

    seq: int
    at: dt.datetime
    kind: str
    actor_id: int | None
    subject: str
    object: str
    body: str
    prev: str
    hash: str


class Mark(NamedTuple):
    """What somebody else remembers of the ledger: at this number stood this hash. `source` is how a sentence names it."""

    seq: int
    hash: str
    source: str


class Fault(NamedTuple):
    seq: int
    sentence: str


class Finding(NamedTuple):
    """Up to where the chain holds, how many marks it met on the way, and the first fault, if there is one."""

    seq: int
    at: dt.datetime | None
    marks_met: int
    fault: Fault | None


def canonical(details: dict[str, Any]) -> str:
    """The one spelling of these details. Raises NotAWord where something else than short names and numbers stands."""
    check_words(details, "details")
    return json.dumps(details, sort_keys=True, separators=(",", ":"))


def check_words(value: Any, where: str) -> None:
    if isinstance(value, dict):
        for key, each in value.items():
            check_words(key, f"a name in {where}")
            check_words(each, f"{where}.{key}")
    elif isinstance(value, list | tuple):
        for each in value:
            check_words(each, where)
    elif not (value is None or isinstance(value, int) or (isinstance(value, str) and WORD.fullmatch(value))):
        raise NotAWord(where)


def hash_of(link: Link) -> str:
    """SHA-256 of the hash before, the number, and the canonical JSON of the entry."""
    said = {
        "at": link.at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
        "kind": link.kind,
        "actor": link.actor_id,
        "subject": link.subject,
        "object": link.object,
        "details": link.body,
    }
    words = json.dumps(said, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(bytes.fromhex(link.prev) + link.seq.to_bytes(8, "big") + words.encode()).hexdigest()


def examine(links: Iterable[Link], marks: Iterable[Mark]) -> Finding:
    """Walks the links in order of their numbers and stops at the first fault."""
    waiting: dict[int, list[Mark]] = {}
    for mark in marks:
        waiting.setdefault(mark.seq, []).append(mark)
    last: Link | None = None
    met = 0
    for link in links:
        here = waiting.pop(link.seq, [])
        fault = _fault_of(link, last) or _fault_against(link, here)
        if fault:
            return _finding(last, met, fault)
        last = link
        met += len(here)
    return _finding(last, met, _cut(last, waiting))


def _finding(last: Link | None, met: int, fault: Fault | None) -> Finding:
    return Finding(last.seq if last else 0, last.at if last else None, met, fault)


def _fault_of(link: Link, last: Link | None) -> Fault | None:
    expected = last.seq + 1 if last else 1
    if link.seq > expected:
        return Fault(expected, f"Entry {expected} was removed.")
    if link.seq < expected:
        return Fault(link.seq, f"Entry {link.seq} was inserted: its number does not come next.")
    if not re.fullmatch(r"[0-9a-f]{64}", link.prev) or hash_of(link) != link.hash:
        return Fault(link.seq, f"Entry {link.seq} was changed.")
    if link.prev != (last.hash if last else GENESIS):
        return Fault(
            link.seq,
            f"Entry {link.seq} does not follow from the one before it: one of them was changed, inserted or put in another order.",
        )
    return None


def _fault_against(link: Link, marks: list[Mark]) -> Fault | None:
    for mark in marks:
        if mark.hash != link.hash:
            return Fault(
                link.seq, f"Entry {link.seq} is not the one that {mark.source} names: the ledger was rewritten."
            )
    return None


def _cut(last: Link | None, missing: dict[int, list[Mark]]) -> Fault | None:
    """Marks are at numbers from 1 up; those that were not met lie past the end."""
    if not missing:
        return None
    end = last.seq if last else 0
    seq = max(missing)
    return Fault(end + 1, f"The entries after {end} were removed: {missing[seq][0].source} names entry {seq}.")


def appended(after: Mark | None, link: Link) -> Link:
    """The link with its number, its predecessor's hash and its own."""
    placed = link._replace(seq=after.seq + 1 if after else 1, prev=after.hash if after else GENESIS)
    return placed._replace(hash=hash_of(placed))
