"""Loads what decides about a range of dates, as whole numbers: two queries, whatever the range and the therapists.

Only reads. In SQL, since every calendar and every booking comes here: putting these queries together anew each time cost
more than everything else about a month.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from bookings.availability import DateHours, Taken, WeeklyHours
from bookings.constraints import BLOCKING_SQL
from bookings.models import LONGEST_BUSY, Kind
from practice import walltime
from practice.statements import ask
from practice.walltime import Range

# Weekly hours, hours on a date, time off, closures; from and until are minutes of the first two, instants of the others.
TIMES = """
SELECT therapist_id, CAST(NULL AS bigint), weekday, CAST(NULL AS date), opens, closes, valid_from, valid_until
FROM bookings_weeklyhours WHERE therapist_id {of_therapists}
  AND (valid_from IS NULL OR valid_from <= %(last)s) AND (valid_until IS NULL OR valid_until >= %(first)s)
UNION ALL
SELECT therapist_id, NULL, NULL, "on", opens, closes, NULL, NULL
FROM bookings_datehours WHERE therapist_id {of_therapists} AND "on" BETWEEN %(first)s AND %(last)s
UNION ALL
SELECT therapist_id, NULL, NULL, NULL, {starts_at}, {ends_at}, NULL, NULL
FROM bookings_timeoff WHERE therapist_id {of_therapists} AND starts_at < %(closes)s AND ends_at > %(opens)s
UNION ALL
SELECT NULL, room_id, NULL, NULL, {starts_at}, {ends_at}, NULL, NULL
FROM bookings_closure WHERE starts_at < %(closes)s AND ends_at > %(opens)s AND (room_id IS NULL OR room_id {of_rooms})
"""

# The range stands beside each of therapist and room, so that both databases walk both indexes with it.
BOOKINGS = f"""
SELECT b.id, b.therapist_id, b.room_id, {{b_starts_at}}, b.minutes, {{b_busy_from_at}}, {{b_busy_until_at}},
  s.kind <> '{Kind.CONSULTATION}', b.status = 'held' AND b.hold_ends_at <= %(now)s
FROM bookings_booking b JOIN bookings_sessiontype s ON s.id = b.session_type_id
WHERE b.status IN {BLOCKING_SQL} AND (
  b.therapist_id {{of_therapists}} AND b.busy_from_at > %(since)s AND b.busy_from_at < %(closes)s
  OR b.room_id {{of_rooms}} AND b.busy_from_at > %(since)s AND b.busy_from_at < %(closes)s
)
"""

# Parts of a second go down at a start and up at an end; only time off and closures can have any. SQLite keeps text.
FLOOR = {
    "postgresql": "floor(extract(epoch FROM {0}))::bigint",
    "sqlite": "CAST(strftime('%%s', substr({0}, 1, 19)) AS integer)",
}
CEIL = {
    "postgresql": "ceil(extract(epoch FROM {0}))::bigint",
    "sqlite": FLOOR["sqlite"] + " + (length({0}) > 19)",
}


@dataclass(slots=True)
class Rows:
    """What was loaded for a range, by therapist and by room."""

    weekly: dict[int, list[WeeklyHours]] = field(default_factory=lambda: defaultdict(list))
    dated: dict[int, list[DateHours]] = field(default_factory=lambda: defaultdict(list))
    away: dict[int, list[Range]] = field(default_factory=lambda: defaultdict(list))
    closed: list[Range] = field(default_factory=list)
    room_closed: dict[int, list[Range]] = field(default_factory=lambda: defaultdict(list))
    taken: dict[int, list[Taken]] = field(default_factory=lambda: defaultdict(list))
    room_busy: dict[int, list[Range]] = field(default_factory=lambda: defaultdict(list))
    lapsed: list[int] = field(default_factory=list)
    """Holds that ran out but still stand in the table."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """Whose rows are wanted: of these therapists and these rooms, as they stand at `now`."""

    therapists: Sequence[int]
    rooms: Sequence[int]
    now: dt.datetime
    leaving_out: int | None = None
    """A booking that is being moved."""

    def ask(self, query: str, **values: dt.datetime | dt.date) -> list[tuple[Any, ...]]:
        stored: dict[str, Any] = {name: _stored(each) for name, each in values.items()}
        if connection.vendor == "postgresql":
            return ask(_for_postgresql(query), stored | {"therapists": self.therapists, "rooms": self.rooms})
        ids = {"of_therapists": _among(self.therapists), "of_rooms": _among(self.rooms)}
        return ask(query.format(**ids, **_instants("sqlite")), stored)


def load(shelf: Shelf, days: tuple[dt.date, dt.date], span: Range) -> Rows:
    """The hours of the days, both included, and what meets the span."""
    rows = load_times(shelf, days, span)
    _load_bookings(rows, shelf, walltime.from_epoch(span[0]), walltime.from_epoch(span[1]))
    return rows


def load_times(shelf: Shelf, days: tuple[dt.date, dt.date], span: Range) -> Rows:
    """The same without the bookings, for whoever shows those themselves."""
    rows = Rows()
    opens, closes = walltime.from_epoch(span[0]), walltime.from_epoch(span[1])
    for row in shelf.ask(TIMES, first=days[0], last=days[1], opens=opens, closes=closes):
        _note(rows, *row)
    return rows


def _note(
    rows: Rows, therapist: Any, room: Any, weekday: Any, on: Any, start: int, end: int, *valid_dates: Any
) -> None:
    if weekday is not None:
        valid = [each and _date(each) for each in valid_dates]
        rows.weekly[therapist].append(WeeklyHours(weekday, start, end, *valid))
    elif on is not None:
        rows.dated[therapist].append(DateHours(_date(on), start, end))
    elif therapist is not None:
        rows.away[therapist].append((start, end))
    elif room is not None:
        rows.room_closed[room].append((start, end))
    else:
        rows.closed.append((start, end))


def _load_bookings(rows: Rows, shelf: Shelf, opens: dt.datetime, closes: dt.datetime) -> None:
    wanted = set(shelf.therapists)
    found = shelf.ask(BOOKINGS, since=opens - LONGEST_BUSY, closes=closes, now=shelf.now)
    for pk, therapist, room, start, minutes, busy_from, busy_until, hands_on, has_lapsed in found:
        if pk == shelf.leaving_out:
            continue
        if has_lapsed:
            rows.lapsed.append(pk)
            continue
        if therapist in wanted:
            rows.taken[therapist].append(Taken(start, minutes * 60, busy_from, busy_until, bool(hands_on)))
        if room is not None:
            rows.room_busy[room].append((busy_from, busy_until))


@functools.cache
def _for_postgresql(query: str) -> str:
    """One text whoever is asked about."""
    ids = {"of_therapists": "= ANY(%(therapists)s)", "of_rooms": "= ANY(%(rooms)s)"}
    return query.format(**ids, **_instants("postgresql"))


def _among(ids: Sequence[int]) -> str:
    """SQLite has no lists of values: whole numbers of ours, and NULL where there are none, which is in nothing."""
    return f"IN ({', '.join(str(int(each)) for each in ids) or 'NULL'})"


def _instants(vendor: str) -> dict[str, str]:
    """SQL that gives each instant as epoch seconds."""
    floor, ceil = FLOOR[vendor], CEIL[vendor]
    found = {"starts_at": floor.format("starts_at"), "ends_at": ceil.format("ends_at")}
    return found | {f"b_{name}": floor.format(f"b.{name}") for name in ("starts_at", "busy_from_at", "busy_until_at")}


def _stored(value: dt.datetime | dt.date) -> Any:
    if isinstance(value, dt.datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return connection.ops.adapt_datefield_value(value)


def _date(value: dt.date | str) -> dt.date:
    return dt.date.fromisoformat(value) if isinstance(value, str) else value
