"""When a session can be had: has the rows of a whole range loaded, in a fixed number of queries, and asks `availability`.

Only reads. The page, the API, the save, the explanation and the admin all come here.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from bookings import availability, loading
from bookings.availability import Book, Question, Reason, Rules, Wanted
from bookings.loading import Rows, Shelf
from bookings.models import Booking, Room, SessionType, SessionTypeRoom, Therapist
from practice import walltime
from practice.models import Practice

ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Ask:
    """What somebody wants: a session type and length, as the practice stands at `now`.

    `rooms` may be given where the caller has them (and has locked them); `moving` is the booking that is left out.
    """

    practice: Practice
    session_type: SessionType
    minutes: int
    now: dt.datetime
    rooms: Sequence[Room] | None = None
    moving: Booking | None = None

    @property
    def wanted(self) -> Wanted:
        kind = self.session_type
        return Wanted(
            self.minutes * 60, kind.buffer_before_minutes * 60, kind.buffer_after_minutes * 60, kind.is_hands_on
        )

    @property
    def rules(self) -> Rules:
        practice = self.practice
        return Rules(practice.zone, practice.slot_step_minutes, self.now, practice.min_notice, practice.horizon_days)

    @property
    def today(self) -> dt.date:
        return walltime.local_date(self.now, self.practice.zone)


class Slot(NamedTuple):
    """A free start, and who can give the session then, in their order."""

    starts_at: dt.datetime
    ends_at: dt.datetime
    therapists: tuple[Therapist, ...]


@dataclass(slots=True)
class Place:
    """Where and with whom a start is possible: the therapist, the room (None where none is needed), or the reasons."""

    therapist: Therapist
    room: Room | None = None
    reasons: list[Reason] = field(default_factory=list)


def therapists_for(session_type: SessionType) -> list[Therapist]:
    """Who gives this session type, in their order."""
    return list(Therapist.objects.filter(active=True, offers__session_type=session_type))


def rooms_for(session_type: SessionType) -> list[Room]:
    choices = (
        SessionTypeRoom.objects.filter(session_type=session_type).select_related("room").order_by("order", "room_id")
    )
    return [choice.room for choice in choices]


def free(ask: Ask, therapists: Sequence[Therapist], first: dt.date, last: dt.date) -> list[Slot]:
    """Every free start on the dates from `first` to `last`, both included, in order."""
    first = max(first, ask.today - ONE_DAY)
    last = min(last, ask.rules.last_date)
    if first > last or not therapists:
        return []
    found: dict[int, list[Therapist]] = defaultdict(list)
    for therapist, question in questions(ask, therapists, first, last)[0]:
        for start in availability.free_starts(question, first, last):
            found[start].append(therapist)
    length = dt.timedelta(minutes=ask.minutes)
    return [
        Slot(starts_at := walltime.from_epoch(start), starts_at + length, tuple(found[start]))
        for start in sorted(found)
    ]


def soonest(ask: Ask, therapists: Sequence[Therapist], after: dt.datetime, limit: int) -> list[Slot]:
    """The next free starts not before `after`, at most `limit`, up to the horizon."""
    found: list[Slot] = []
    begin = walltime.local_date(max(after, ask.now), ask.practice.zone)
    for first, last in availability.chunks(begin, ask.rules.last_date):
        found += [slot for slot in free(ask, therapists, first, last) if slot.starts_at >= after]
        if len(found) >= limit:
            break
    return found[:limit]


def nearest(ask: Ask, therapists: Sequence[Therapist], start: dt.datetime, limit: int) -> list[Slot]:
    """The free starts closest to one that is gone, in order of time; a week each way, else the next after it."""
    on = walltime.local_date(start, ask.practice.zone)
    slots = free(ask, therapists, on - 7 * ONE_DAY, on + 7 * ONE_DAY)
    if len(slots) < limit:
        return soonest(ask, therapists, min(start, slots[0].starts_at) if slots else start, limit)
    closest = sorted(slots, key=lambda slot: abs(slot.starts_at - start))[:limit]
    return sorted(closest, key=lambda slot: slot.starts_at)


def places(ask: Ask, therapists: Sequence[Therapist], start: dt.datetime) -> tuple[list[Place], Rows]:
    """For one start: each therapist with a room or the reasons why not, the least busy that day first.

    Also gives the rows it looked at, for a writer to move lapsed holds on.
    """
    on, at = walltime.local_date(start, ask.practice.zone), walltime.floor_epoch(start)
    asked, rows = questions(ask, therapists, on, on)
    rooms = {room.pk: room for room in ask.rooms or ()}
    found = []
    for therapist, question in asked:
        reasons = availability.reasons(question, at)
        room = _room_at(question, at)
        load = (
            availability.day_loads(question.book.taken, on, on, ask.practice.zone).get(on, availability.Load()).seconds
        )
        found.append((load, Place(therapist, rooms[int(room.name)] if room else None, reasons)))
    return [place for _, place in sorted(found, key=lambda each: each[0])], rows


def _room_at(question: Question, at: int) -> availability.Room | None:
    """The first free room in the session type's order; else, for an override of its closure, the first without a booking."""
    rooms = question.rooms or ()
    return availability.free_room(question.wanted, rooms, at) or availability.free_room(
        question.wanted, [room._replace(closed=()) for room in rooms], at
    )


def explain(ask: Ask, therapist: Therapist, start: dt.datetime) -> list[Reason]:
    """Every reason why this start is not offered with this therapist; empty where it is free."""
    (place,), _ = places(with_rooms(ask), [therapist], start)
    return place.reasons


def with_rooms(ask: Ask) -> Ask:
    if ask.rooms is not None:
        return ask
    return Ask(ask.practice, ask.session_type, ask.minutes, ask.now, rooms_for(ask.session_type), ask.moving)


def questions(
    ask: Ask, therapists: Sequence[Therapist], first: dt.date, last: dt.date
) -> tuple[list[tuple[Therapist, Question]], Rows]:
    """One question for each therapist, from rows loaded once for all of them."""
    ask = with_rooms(ask)
    rooms = ask.rooms or ()
    rows = load(ask, [therapist.pk for therapist in therapists], [room.pk for room in rooms], first, last)
    views = [
        availability.Room(str(room.pk), rows.room_closed.get(room.pk, ()), rows.room_busy.get(room.pk, ()))
        for room in rooms
    ]
    return [
        (therapist, Question(ask.wanted, _book(therapist, rows), views or None, ask.rules)) for therapist in therapists
    ], rows


def load(ask: Ask, therapist_ids: list[int], room_ids: list[int], first: dt.date, last: dt.date) -> Rows:
    """What decides about starts from `first` to `last`; nothing for a date that the zone skipped."""
    parts = walltime.stretches(first, last, ask.practice.zone)
    if not parts:
        return Rows()
    wanted = ask.wanted
    shelf = Shelf(therapist_ids, room_ids, ask.now, ask.moving.pk if ask.moving else None)
    span = (parts[0].start - wanted.before, parts[-1].until + wanted.seconds + wanted.after)
    return loading.load(shelf, availability.dates_around(wanted, first, last), span)


def _book(therapist: Therapist, rows: Rows) -> Book:
    return Book(
        weekly=rows.weekly.get(therapist.pk, ()),
        dated=rows.dated.get(therapist.pk, ()),
        away=rows.away.get(therapist.pk, ()),
        closed=rows.closed,
        taken=rows.taken.get(therapist.pk, ()),
        max_minutes=therapist.max_minutes_per_day,
        max_sessions=therapist.max_sessions_per_day,
    )


def days_with_room(slots: Iterable[Slot], practice: Practice) -> dict[dt.date, int]:
    """How many free starts each local date has."""
    counts: dict[dt.date, int] = defaultdict(int)
    for slot in slots:
        counts[walltime.local_date(slot.starts_at, practice.zone)] += 1
    return dict(counts)
