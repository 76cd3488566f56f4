"""A call that is sent again with its key gets the first answer. The only writer of keys.

Only an answer that made a booking is kept: what was refused may be tried again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from django.db import IntegrityError

from accounts.models import User
from bookings.errors import KeyReused, Refusal
from bookings.models import Booking, IdempotencyKey

KEPT_FOR = dt.timedelta(hours=48)

Keep = Callable[[Booking, str], None]


@dataclass(frozen=True, slots=True)
class Key:
    """Whose key it is, the key, a digest of what was asked, and when."""

    user: User
    text: str
    digest: str
    now: dt.datetime


def once(key: Key | None, book: Callable[[Keep], str]) -> str:
    """What `book` answers, or what it answered the first time. Raises KeyReused, and whatever `book` raises.

    `book` hands booking and answer to `keep` in the transaction that makes the booking, as its last step. So of two
    calls at the same moment one breaks on the other's key and is undone; either then finds the first answer.
    """
    if key is None:
        return book(lambda booking, answer: None)
    try:
        return book(lambda booking, answer: _keep(key, booking, answer))
    except (Refusal, IntegrityError):
        first = first_answer(key)
        if first is None:
            raise
        return first


def first_answer(key: Key) -> str | None:
    """Raises KeyReused where something else was asked with the same key."""
    row = IdempotencyKey.objects.filter(user=key.user, key=key.text).first()
    if row is None:
        return None
    if row.digest != key.digest:
        raise KeyReused
    return str(row.answer)


def purge(now: dt.datetime) -> int:
    """Removes keys that are older than two days; gives how many."""
    return IdempotencyKey.objects.filter(made_at__lt=now - KEPT_FOR).delete()[0]


def _keep(key: Key, booking: Booking, answer: str) -> None:
    IdempotencyKey.objects.create(
        user=key.user, key=key.text, digest=key.digest, booking=booking, answer=answer, made_at=key.now
    )
