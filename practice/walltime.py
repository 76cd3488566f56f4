"""Where the clock on the wall and instants meet: nothing else turns one into the other.

Instants are aware datetimes in UTC, or whole epoch seconds where many are compared.
Python's arithmetic on dates ends with the year 9999; the edges refuse such dates before they come here.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

DAY = 86_400
MIDNIGHT = 24 * 60
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EPOCH_DAY = EPOCH.toordinal()
SECOND = timedelta(seconds=1)

# Zones are looked at once in this long. The shortest time that any zone kept
# an offset since 1900 is four days (Africa/Freetown, 1939).
PROBE = DAY
BLOCK = 64 * DAY

Range = tuple[int, int]
"""Epoch seconds, half-open: [from, until)."""


class Segment(NamedTuple):
    """A stretch of instants [start, until) with one UTC offset, all in seconds."""

    start: int
    until: int
    offset: int


def minutes_of_day(text: str) -> int:
    """“09:30” as 570. Raises ValueError for anything that a clock does not show; 24:00 is the day's end."""
    match = re.fullmatch(r"(\d{1,2}):(\d{2})", text.strip(), re.ASCII)
    if match:
        hours, minutes = int(match[1]), int(match[2])
        if minutes < 60 and hours * 60 + minutes <= MIDNIGHT:
            return hours * 60 + minutes
    raise ValueError(f"“{text}” is not a time of day. Write it like 09:30, at most 24:00.")


def clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def from_wall(wall: datetime, zone: ZoneInfo) -> datetime:
    """The instant at which the wall clock reads `wall`, which has no zone of its own.

    A reading in a skipped hour moves on by the length of the jump; one in a repeated hour means
    the first pass. PEP 495 gives precisely this with fold=0.
    """
    if wall.tzinfo is not None:
        raise ValueError("A wall-clock reading has no time zone of its own.")
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


def instant(on: date, minute: int, zone: ZoneInfo) -> datetime:
    """Minute 0 to 1440 of a date's wall clock; 1440 (24:00) is the next date's 00:00."""
    return from_wall(datetime.combine(on, time.min) + timedelta(minutes=minute), zone)


def local_date(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date()


def floor_epoch(at: datetime) -> int:
    return (at - EPOCH) // SECOND


def ceil_epoch(at: datetime) -> int:
    return -((EPOCH - at) // SECOND)


def from_epoch(seconds: int) -> datetime:
    return EPOCH + timedelta(seconds=seconds)


def dates(first: date, last: date) -> Iterator[date]:
    return map(date.fromordinal, range(first.toordinal(), last.toordinal() + 1))


def segments(start: int, until: int, zone: ZoneInfo) -> list[Segment]:
    """The stretches of constant offset that cover [start, until), in order."""
    blocks = range(start // BLOCK, (until - 1) // BLOCK + 1)
    return _joined(
        Segment(max(start, part.start), min(until, part.until), part.offset)
        for block in blocks
        for part in _block(block, zone)
        if part.start < until and start < part.until
    )


def stretches(first: date, last: date, zone: ZoneInfo) -> list[Segment]:
    """The instants whose local date is from `first` to `last`, both included, in order.

    Mostly one stretch, two where a change falls among them. Where a change goes back across
    midnight (St. John's before 2011) the dates come in stretches with a gap between; a date
    that a zone skipped (Apia, 30 December 2011) has none.
    """
    opens = (first.toordinal() - EPOCH_DAY) * DAY
    closes = (last.toordinal() - EPOCH_DAY + 1) * DAY
    clipped = (
        Segment(max(part.start, opens - part.offset), min(part.until, closes - part.offset), part.offset)
        for part in segments(opens - DAY, closes + DAY, zone)
    )
    return [part for part in clipped if part.start < part.until]


def day_ranges(on: date, zone: ZoneInfo) -> list[Range]:
    """The instants whose local date is `on`; stretches that touch are one."""
    ranges: list[Range] = []
    for start, until, _ in stretches(on, on, zone):
        if ranges and ranges[-1][1] == start:
            start = ranges.pop()[0]
        ranges.append((start, until))
    return ranges


@lru_cache(maxsize=1024)
def _block(number: int, zone: ZoneInfo) -> tuple[Segment, ...]:
    start, until = number * BLOCK, (number + 1) * BLOCK
    edges = [start]
    for probe in range(start, until, PROBE):
        if _offset(probe, zone) != _offset(probe + PROBE, zone):
            edges.append(_change(probe, probe + PROBE, zone))
    return tuple(
        Segment(opens, closes, _offset(opens, zone))
        for opens, closes in zip(edges, [*edges[1:], until], strict=True)
        if opens < closes
    )


def _change(before: int, after: int, zone: ZoneInfo) -> int:
    """The first second of the offset that holds at `after`."""
    old = _offset(before, zone)
    return before + bisect_left(range(before, after), True, key=lambda at: _offset(at, zone) != old)


def _offset(at: int, zone: ZoneInfo) -> int:
    return floor_epoch(datetime.fromtimestamp(at, zone).replace(tzinfo=UTC)) - at


def _joined(parts: Iterable[Segment]) -> list[Segment]:
    joined: list[Segment] = []
    for part in parts:
        if joined and joined[-1].offset == part.offset:
            part = part._replace(start=joined.pop().start)
        joined.append(part)
    return joined
