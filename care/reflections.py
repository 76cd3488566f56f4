"""The verbs of private reflections: write, change, remove. Their author's alone, and no part of the record."""

from __future__ import annotations

import datetime as dt

from accounts.models import User
from bookings.models import Booking
from care.errors import NothingWritten
from care.models import Reflection
from clients.models import Client


def write(client: Client, words: str, *, by: User, now: dt.datetime, booking: Booking | None = None) -> Reflection:
    """Raises NothingWritten."""
    if not words.strip():
        raise NothingWritten
    return Reflection.objects.create(
        author=by, client=client, booking=booking, written_at=now, changed_at=now, words=words.strip()
    )


def change(reflection: Reflection, words: str, *, now: dt.datetime) -> Reflection:
    """Raises NothingWritten."""
    if not words.strip():
        raise NothingWritten
    reflection.words, reflection.changed_at = words.strip(), now
    reflection.save(update_fields=["words", "changed_at"])
    return reflection


def remove(reflection: Reflection) -> None:
    """For good: nobody else has a claim to it."""
    reflection.delete()
