"""The life of bookings that come from a practice file: entered as they are told, changed only as long as nobody here has.

Obeys physics, which the database judges, and no policy. Sends no confirmation; bookings to come get their reminder.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from bookings import constraints, notices
from bookings.errors import Conflict, Refusal, SlotTaken, UnderAge
from bookings.models import Booking, BookingChange, Status, Way
from clients.models import Client
from practice.models import Practice

BATCH = 500
WHAT = "imported"


class Refused(Exception):
    """The database refused this booking; `refusal` says why in the words of the family."""

    def __init__(self, ref: str, refusal: Refusal) -> None:
        super().__init__(ref)
        self.ref = ref
        self.refusal = refusal


def enter(bookings: Sequence[Booking], *, practice: Practice, now: dt.datetime, tell: Callable[[int], None]) -> None:
    """Saves new rows with their first line of history, and plans the reminders of those to come. `tell` hears how many are in.

    Raises Refused.
    """
    done = 0
    for batch in _batches(bookings):
        _insert(batch)
        BookingChange.objects.bulk_create(_line(booking, now, before="") for booking in batch)
        notices.remind(batch, practice=practice, now=now)
        done += len(batch)
        tell(done)


def follow(changes: Sequence[tuple[Booking, dict[str, Any]]], *, practice: Practice, now: dt.datetime) -> None:
    """Gives bookings the fields that a later file tells, each with its line of history and its reminder anew. Raises Refused.

    All let go of their times first, since two of them may have changed places. Raises Conflict where one was changed here
    after the file was checked.
    """
    _hold([booking for booking, _ in changes])
    for batch in _batches(changes):
        Booking.objects.filter(pk__in=[booking.pk for booking, _ in batch]).update(status=Status.CANCELLED)
    for booking, fields in changes:
        _change(booking, fields, now)
        notices.announce(booking, practice=practice, now=now)


def _hold(bookings: Sequence[Booking]) -> None:
    """Locks them, their clients first, and sees once more that only files have told of them: none overrules anybody's act."""
    clients = sorted({booking.client_id for booking in bookings})
    for batch in _batches(clients):
        list(Client.objects.select_for_update(no_key=True).order_by("pk").filter(pk__in=batch).values_list("pk"))
    for batch in _batches(bookings):
        standing = Booking.objects.select_for_update(of=("self",), no_key=True).order_by("pk")
        versions = dict(standing.filter(pk__in=[each.pk for each in batch]).values_list("pk", "version"))
        touched = BookingChange.objects.filter(booking__in=batch).exclude(via=Way.IMPORT).exists()
        if touched or any(versions.get(each.pk) != each.version for each in batch):
            raise Conflict("A booking of the file was changed here just now. Please import the file again.")


def _change(booking: Booking, fields: dict[str, Any], now: dt.datetime) -> None:
    before = booking.status
    details = {name: [str(getattr(booking, name)), str(value)] for name, value in fields.items()}
    for name, value in fields.items():
        setattr(booking, name, value)
    with _judged(booking.ref):
        Booking.objects.filter(pk=booking.pk).update(**({"status": before} | fields), version=F("version") + 1)
    booking.version += 1
    _line(booking, now, before=before, details=details).save()


def _line(booking: Booking, now: dt.datetime, *, before: str, details: dict[str, Any] | None = None) -> BookingChange:
    return BookingChange(
        booking=booking,
        at=now,
        by=None,
        via=Way.IMPORT,
        what=WHAT,
        before=before,
        after=booking.status,
        details=details or {},
    )


def _batches(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (rows[first : first + BATCH] for first in range(0, len(rows), BATCH))


def _insert(batch: Sequence[Booking]) -> None:
    """All at once; where the database refuses, one by one, to name the booking."""
    try:
        with transaction.atomic():
            Booking.objects.bulk_create(batch)
    except IntegrityError:
        for booking in batch:
            with _judged(booking.ref):
                booking.pk = None
                booking.save(force_insert=True)


@contextmanager
def _judged(ref: str) -> Iterator[None]:
    """Turns the database's refusal into Refused with the booking's ref."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        guard = constraints.broken_guard(error)
        if guard in constraints.OVERLAPS:
            raise Refused(ref, SlotTaken()) from error
        if guard == constraints.ADULT:
            raise Refused(ref, UnderAge()) from error
        raise
