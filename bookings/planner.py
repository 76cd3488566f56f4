"""What the practice's calendar shows of a range of dates: sessions, working hours, time off, closures. Only reads.

A fixed number of queries, whatever the range and however full it is. The hours are those that `availability` books by.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from accounts.models import User
from bookings import availability, loading, newcomers, readiness
from bookings.availability import Book
from bookings.loading import Rows, Shelf
from bookings.models import Booking, Room, SessionType, Status, Therapist
from bookings.permissions import may_change
from practice import walltime
from practice.models import Practice
from practice.walltime import Range

LONGEST = 62
"""Days that are shown at once, at most."""

WAITED_FOR = (Status.HELD, Status.REQUESTED, Status.CONFIRMED)
"""Bookings for which something can still be filled in."""


class Session(NamedTuple):
    """A booking that keeps its time, and what is to be seen of it at a glance."""

    booking: Booking
    is_first: bool
    """The client has not been here before."""
    is_complete: bool | None
    """All forms are filled in; None where nothing is waited for any more."""
    may_move: bool
    """By whoever looks, as it stands."""
    may_last_otherwise: bool


class Stretch(NamedTuple):
    """A stretch of time in somebody's column: “hours” or “away” of a therapist, “closed” of a room or of the practice."""

    kind: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    therapist: int | None = None
    room: int | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    practice: Practice
    therapists: list[Therapist]
    rooms: list[Room]
    sessions: list[Session]
    stretches: list[Stretch]


def of(user: User, first: dt.date, last: dt.date, now: dt.datetime) -> Plan:
    """What this member of staff sees of the dates from `first` to `last`, both included; nothing of dates a zone skipped."""
    practice = Practice.objects.current()
    parts = walltime.stretches(first, last, practice.zone)
    span = (parts[0].start, parts[-1].until) if parts else (0, 0)
    bookings = _bookings(user, span, now)
    therapists = _therapists(bookings)
    rooms = list(Room.objects.all())
    shelf = Shelf([each.pk for each in therapists], [each.pk for each in rooms], now)
    rows = loading.load_times(shelf, (first - dt.timedelta(days=1), last), span)
    hours = _hours(rows, therapists, (first, last), practice, span[0])
    return Plan(practice, therapists, rooms, _sessions(bookings, user, practice, now), [*hours, *_shut(rows)])


def _bookings(user: User, span: Range, now: dt.datetime) -> list[Booking]:
    """Those whose session or buffers meet the span. The session types come once, not with every booking."""
    since, until = walltime.from_epoch(span[0]), walltime.from_epoch(span[1])
    found = Booking.objects.for_user(user).blocking(now).meeting(since, until)
    bookings = list(found.select_related("client").order_by("starts_at", "pk"))
    kinds = SessionType.objects.prefetch_related("lengths").in_bulk()
    therapists, rooms = Therapist.objects.in_bulk(), Room.objects.in_bulk()
    for booking in bookings:
        booking.session_type, booking.therapist = kinds[booking.session_type_id], therapists[booking.therapist_id]
        booking.room = rooms[booking.room_id] if booking.room_id else None
    return bookings


def _therapists(bookings: Iterable[Booking]) -> list[Therapist]:
    """Who gives sessions, and who has any among these."""
    busy = {booking.therapist_id for booking in bookings}
    return [each for each in Therapist.objects.all() if each.active or each.pk in busy]


def _sessions(bookings: Sequence[Booking], user: User, practice: Practice, now: dt.datetime) -> list[Session]:
    waited_for = [each for each in bookings if each.status in WAITED_FOR]
    incomplete = readiness.incomplete(waited_for, walltime.local_date(now, practice.zone))
    new = newcomers.first_timers(waited_for)
    complete = {each.pk: each.pk not in incomplete for each in waited_for}
    return [
        Session(each, each.pk in new, complete.get(each.pk), may_move, may_move and can_last_otherwise(each, now))
        for each in bookings
        for may_move in [is_movable(each, now) and may_change(each, user)]
    ]


def is_movable(booking: Booking, now: dt.datetime) -> bool:
    """As the verbs that move it and change its length see it."""
    stands = booking.status in (Status.CONFIRMED, Status.REQUESTED)
    return stands and booking.started_at is None and booking.starts_at > now


def can_last_otherwise(booking: Booking, now: dt.datetime) -> bool:
    """Whether its session type is given in another length too."""
    return is_movable(booking, now) and any(
        each.minutes != booking.minutes for each in booking.session_type.lengths.all()
    )


def _hours(
    rows: Rows, therapists: Iterable[Therapist], days: tuple[dt.date, dt.date], practice: Practice, since: int
) -> list[Stretch]:
    """A window of the evening before may go on past midnight."""
    found = []
    for each in therapists:
        book = Book(weekly=rows.weekly.get(each.pk, ()), dated=rows.dated.get(each.pk, ()))
        open_at = availability.windows(book, days[0] - dt.timedelta(days=1), days[1], practice.zone)
        found += [_stretch("hours", window, therapist=each.pk) for window in open_at if window[1] > since]
    return found


def _shut(rows: Rows) -> list[Stretch]:
    away = [_stretch("away", each, therapist=pk) for pk, ranges in rows.away.items() for each in ranges]
    rooms = [_stretch("closed", each, room=pk) for pk, ranges in rows.room_closed.items() for each in ranges]
    return [*away, *rooms, *(_stretch("closed", each) for each in rows.closed)]


def _stretch(kind: str, each: Range, *, therapist: int | None = None, room: int | None = None) -> Stretch:
    return Stretch(kind, walltime.from_epoch(each[0]), walltime.from_epoch(each[1]), therapist, room)
