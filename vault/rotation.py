"""Brings every subject's key under the newest wrapping key, while the site runs; broken off, it goes on where it stopped."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from vault import keys, ledger
from vault.crypto import KeyRing
from vault.errors import KeyMissing
from vault.models import DataKey

BATCH = 200


class Count(NamedTuple):
    """How many were wrapped anew, and how many somebody else changed in the same moment."""

    rewrapped: int
    passed_over: int


def waiting() -> int:
    """How many keys in use hang on an older wrapping key."""
    return DataKey.objects.wrapped_by_others([keys.ring().newest_id]).count()


def missing_keys() -> dict[str, int]:
    """Wrapping keys that are needed and not in the ring: their ids, and how many subjects hang on each."""
    ring = keys.ring()
    ids = DataKey.objects.wrapped_by_others(ring.ids).order_by().values_list("wrapped_by", flat=True).distinct()
    return {each: DataKey.objects.in_use().filter(wrapped_by=each).count() for each in sorted(ids)}


def rewrap(*, now: dt.datetime) -> Count:
    """Wraps each key anew that is not under the newest wrapping key. Each is a change of its own that names what it saw,
    so that one destroyed or wrapped meanwhile is left alone. A line of the ledger tells what was done.

    Raises KeyMissing before anything is done where a key that is needed is not in the ring.
    """
    for missing in missing_keys():
        raise KeyMissing(missing)
    ring, count, after = keys.ring(), Count(0, 0), 0
    while batch := list(
        DataKey.objects.wrapped_by_others([ring.newest_id]).filter(pk__gt=after).order_by("pk")[:BATCH]
    ):
        done = sum(_rewrapped(row, ring) for row in batch)
        count = Count(count.rewrapped + done, count.passed_over + len(batch) - done)
        after = batch[-1].pk
    if count.rewrapped:
        details = {"to": ring.newest_id, "rewrapped": count.rewrapped}
        ledger.append("keys.rotated", actor_id=None, subject="", object="", details=details, now=now)
    return count


def _rewrapped(row: DataKey, ring: KeyRing) -> int:
    old = bytes(row.wrapped)
    wrapped = ring.rewrap(old, row.subject)
    return DataKey.objects.filter(pk=row.pk, wrapped=old).update(wrapped=wrapped, wrapped_by=ring.newest_id)
