"""The subjects' keys in use: made when a subject is first written about, unwrapped into memory for a short while.

Making one belongs to saving a sealed value, so it stands here beside the fields. A key is never put in Django's cache.
"""

from __future__ import annotations

import base64
import functools
import threading
import time
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from vault.crypto import KeyRing, SubjectKey
from vault.errors import Erased, Unreadable
from vault.models import DataKey

REMEMBERED = 256
SECONDS = 10
"""After a key is destroyed another process may still read with it for this long."""


def ring() -> KeyRing:
    """The wrapping keys of the environment."""
    return _ring(tuple(settings.FIELD_ENCRYPTION_KEYS))


@functools.lru_cache(maxsize=4)
def _ring(encoded: tuple[str, ...]) -> KeyRing:
    return KeyRing([base64.b64decode(key.strip()) for key in encoded])


def for_sealing(subject: str) -> SubjectKey:
    """The subject's key; a new one is made and stored where there is none. Raises Erased after it was destroyed.

    It is asked of the database in each transaction anew: a key made in one that is rolled back must seal nothing more.
    """
    if known := _known_here(subject):
        return known
    row = DataKey.objects.filter(subject=subject).first() or _made(subject)
    key = _unwrapped(row)
    if connection.in_atomic_block:
        transaction.on_commit(_Known(subject, key))
    return key


def _made(subject: str) -> DataKey:
    """Two who make it at once end with the same one."""
    new = DataKey(subject=subject, wrapped=ring().wrap_new(subject), wrapped_by=ring().newest_id)
    DataKey.objects.bulk_create([new], ignore_conflicts=True)
    return DataKey.objects.get(subject=subject)


class _Known:
    """A key that this transaction has read, in its list of things to do at commit: it goes when the transaction or the
    savepoint goes, whichever way that ends."""

    def __init__(self, subject: str, key: SubjectKey) -> None:
        self.subject = subject
        self.key = key

    def __call__(self) -> None:
        """Nothing is left to do."""


def _known_here(subject: str) -> SubjectKey | None:
    waiting: list[tuple[Any, ...]] = connection.run_on_commit
    found = (act for _, act, _ in waiting if isinstance(act, _Known) and act.subject == subject)
    return next((act.key for act in found), None)


def for_opening(subject: str, key_id: bytes) -> SubjectKey:
    """The key with this id, if the subject has it. Raises Unreadable, Erased or KeyMissing."""
    found = _memory.get(subject, key_id)
    if found is None:
        row = DataKey.objects.filter(subject=subject).first()
        if row is None:
            raise Unreadable
        found = _unwrapped(row)
        if found.id != key_id:
            raise Unreadable
        _memory.put(subject, found)
    return found


def pseudonym(subject: str) -> str:
    """The subject's name in the ledger; empty for one without a key, about whom there is nothing."""
    row = DataKey.objects.in_use().filter(subject=subject).first()
    return _unwrapped(row).pseudonym(subject) if row else ""


def pseudonyms() -> Iterator[tuple[str, str]]:
    """Each subject whose key is in use, with its name in the ledger. To open all the keys takes long; stop when you know."""
    for row in DataKey.objects.in_use().iterator():
        yield row.subject, _unwrapped(row).pseudonym(row.subject)


def _unwrapped(row: DataKey) -> SubjectKey:
    if row.destroyed_at is not None:
        raise Erased
    return ring().unwrap(bytes(row.wrapped), row.subject)


def forget(subject: str) -> None:
    """No key of theirs stays in this process's memory."""
    _memory.drop(subject)
    connection.run_on_commit = [
        entry
        for entry in connection.run_on_commit
        if not (isinstance(entry[1], _Known) and entry[1].subject == subject)
    ]


class _Memory:
    """The keys last used for reading, few and for seconds. A key is found by its own id, so it can never be a wrong one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._keys: dict[tuple[str, bytes], tuple[float, SubjectKey]] = {}

    def get(self, subject: str, key_id: bytes) -> SubjectKey | None:
        with self._lock:
            until, key = self._keys.pop((subject, key_id), (0.0, None))
            if key is None or until < time.monotonic():
                return None
            self._keys[subject, key_id] = until, key
            return key

    def put(self, subject: str, key: SubjectKey) -> None:
        with self._lock:
            self._keys.pop((subject, key.id), None)
            self._keys[subject, key.id] = time.monotonic() + SECONDS, key
            while len(self._keys) > REMEMBERED:
                del self._keys[next(iter(self._keys))]

    def drop(self, subject: str) -> None:
        with self._lock:
            for place in [place for place in self._keys if place[0] == subject]:
                del self._keys[place]


_memory = _Memory()
