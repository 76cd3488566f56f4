"""When a session can be had: loads the rows of a whole range in a fixed number of queries and asks `availability`.

Only reads. The page, the API, the save, the explanation and the admin all come here.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import DateField, IntegerField, Q, Value

from bookings import availability
from bookings.availability import Book, Question, Reason, Rules, Taken, Wanted
from bookings.models import (
    BLOCKING,
    LONGEST_BUSY,
    Booking,
    Closure,
    DateHours,
    Kind,
    Room,
    SessionType,
    SessionTypeRoom,
    Status,
    Therapist,
    TimeOff,
    WeeklyHours,
)
from practice import walltime
from practice.models import Practice

ONE_DAY = dt.timedelta(days=1)
TAKEN_COLUMNS = (
    "pk",
    "therapist_id",
    "room_id",
    "starts_at",
    "minutes",
    "busy_from_at",
    "busy_until_at",
    "session_type__kind",
)


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


@dataclass(frozen=True, slots=True)
class Slot:
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


@dataclass(slots=True)
class Rows:
    """What was loaded for a range, by therapist and by room."""

    weekly: dict[int, list[availability.WeeklyHours]] = field(default_factory=lambda: defaultdict(list))
    dated: dict[int, list[availability.DateHours]] = field(default_factory=lambda: defaultdict(list))
    away: dict[int, list[walltime.Range]] = field(default_factory=lambda: defaultdict(list))
    closed: list[walltime.Range] = field(default_factory=list)
    room_closed: dict[int, list[walltime.Range]] = field(default_factory=lambda: defaultdict(list))
    taken: dict[int, list[Taken]] = field(default_factory=lambda: defaultdict(list))
    room_busy: dict[int, list[walltime.Range]] = field(default_factory=lambda: defaultdict(list))
    lapsed: list[int] = field(default_factory=list)
    """Holds that ran out but still stand in the table."""


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
    """Three queries, whatever the range and however many therapists: hours, absences, bookings."""
    zone = ask.practice.zone
    start = walltime.instant(first - ONE_DAY, 0, zone)
    end = walltime.instant(last + 2 * ONE_DAY, 0, zone)
    rows = Rows()
    _load_hours(rows, therapist_ids, *availability.dates_around(ask.wanted, first, last))
    _load_absences(rows, therapist_ids, room_ids, start, end)
    _load_bookings(rows, ask, therapist_ids, room_ids, start, end)
    return rows


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


def _load_hours(rows: Rows, therapist_ids: list[int], first: dt.date, last: dt.date) -> None:
    weekly = WeeklyHours.objects.filter(
        Q(valid_from=None) | Q(valid_from__lte=last),
        Q(valid_until=None) | Q(valid_until__gte=first),
        therapist__in=therapist_ids,
    )
    dated = DateHours.objects.filter(therapist__in=therapist_ids, on__range=(first, last))
    both = (
        weekly.order_by()
        .annotate(date=Value(None, output_field=DateField()))
        .values_list("therapist_id", "weekday", "date", "opens", "closes", "valid_from", "valid_until")
        .union(
            dated.order_by()
            .annotate(
                weekday=Value(None, output_field=IntegerField()),
                valid_from=Value(None, output_field=DateField()),
                valid_until=Value(None, output_field=DateField()),
            )
            .values_list("therapist_id", "weekday", "on", "opens", "closes", "valid_from", "valid_until"),
            all=True,
        )
    )
    for therapist_id, weekday, on, opens, closes, valid_from, valid_until in both:
        if on is None:
            rows.weekly[therapist_id].append(availability.WeeklyHours(weekday, opens, closes, valid_from, valid_until))
        else:
            rows.dated[therapist_id].append(availability.DateHours(on, opens, closes))


def _load_absences(
    rows: Rows, therapist_ids: list[int], room_ids: list[int], start: dt.datetime, end: dt.datetime
) -> None:
    meets = Q(starts_at__lt=end, ends_at__gt=start)
    no_id = Value(None, output_field=IntegerField())
    off = TimeOff.objects.order_by().filter(meets, therapist__in=therapist_ids).annotate(room_id=no_id)
    closures = (
        Closure.objects.order_by().filter(meets, Q(room=None) | Q(room__in=room_ids)).annotate(therapist_id=no_id)
    )
    columns = ("therapist_id", "room_id", "starts_at", "ends_at")
    for therapist_id, room_id, starts_at, ends_at in off.values_list(*columns).union(
        closures.values_list(*columns), all=True
    ):
        interval = (walltime.floor_epoch(starts_at), walltime.ceil_epoch(ends_at))
        if therapist_id is not None:
            rows.away[therapist_id].append(interval)
        elif room_id is not None:
            rows.room_closed[room_id].append(interval)
        else:
            rows.closed.append(interval)


def _load_bookings(
    rows: Rows, ask: Ask, therapist_ids: list[int], room_ids: list[int], start: dt.datetime, end: dt.datetime
) -> None:
    """The range stands beside each of therapist and room, so that both databases walk both indexes with it."""
    span = Q(busy_from_at__gt=start - LONGEST_BUSY, busy_from_at__lt=end + LONGEST_BUSY)
    mine = Q(span, therapist_id__in=therapist_ids)
    bookings = Booking.objects.order_by().filter(
        mine | Q(span, room_id__in=room_ids) if room_ids else mine, status__in=BLOCKING
    )
    wanted = set(therapist_ids)
    for row in bookings.values_list(*TAKEN_COLUMNS, "status", "hold_ends_at"):
        if ask.moving is None or row[0] != ask.moving.pk:
            _note(rows, row, wanted, ask.now)


def _note(rows: Rows, row: tuple[Any, ...], wanted: set[int], now: dt.datetime) -> None:
    pk, therapist_id, room_id, starts_at, minutes, busy_from_at, busy_until_at, kind, status, hold_ends_at = row
    if status == Status.HELD and hold_ends_at <= now:
        rows.lapsed.append(pk)
        return
    busy = (walltime.floor_epoch(busy_from_at), walltime.ceil_epoch(busy_until_at))
    if therapist_id in wanted:
        rows.taken[therapist_id].append(
            Taken(walltime.floor_epoch(starts_at), minutes * 60, *busy, kind != Kind.CONSULTATION)
        )
    if room_id is not None:
        rows.room_busy[room_id].append(busy)


def days_with_room(slots: Iterable[Slot], practice: Practice) -> dict[dt.date, int]:
    """How many free starts each local date has."""
    counts: dict[dt.date, int] = defaultdict(int)
    for slot in slots:
        counts[walltime.local_date(slot.starts_at, practice.zone)] += 1
    return dict(counts)
