"""When what is told ahead of a session goes out: so long before it, and not while people sleep. Values in, instants out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo

from practice import walltime

BEGINS, ENDS = 21 * 60, 8 * 60
"""Minutes of the practice's day between which nothing goes out by itself: from 21:00 to 08:00."""
EVENING = 20 * 60
"""What would wake somebody goes out at 20:00 the evening before, where the morning would come too late."""
NOT_TOO_LATE = dt.timedelta(hours=1)
"""A morning that leaves less than this until the session comes too late."""
APART = dt.timedelta(hours=1)
"""Of two reminders closer together than this, the later one is enough."""


def is_quiet(at: dt.datetime, zone: ZoneInfo) -> bool:
    local = at.astimezone(zone)
    return not ENDS <= local.hour * 60 + local.minute < BEGINS


def due(starts_at: dt.datetime, before: dt.timedelta, zone: ZoneInfo, now: dt.datetime) -> dt.datetime | None:
    """So long before the start; in the night, the morning after it, or where that comes too late the evening before.
    Where that has passed too, the night is broken. None for what is past already."""
    at = starts_at - before
    if at <= now or starts_at <= at:
        return None
    if not is_quiet(at, zone):
        return at
    morning, evening = awake(at, zone), _evening_before(at, zone)
    if morning <= starts_at - NOT_TOO_LATE:
        return morning
    return evening if evening > now else at


def awake(at: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """That moment, or the end of the night it lies in."""
    if not is_quiet(at, zone):
        return at
    on = walltime.local_date(at, zone)
    same_day = walltime.instant(on, ENDS, zone)
    return same_day if same_day > at else walltime.instant(on + dt.timedelta(days=1), ENDS, zone)


def _evening_before(at: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    on = walltime.local_date(at, zone)
    same_day = walltime.instant(on, EVENING, zone)
    return same_day if same_day < at else walltime.instant(on - dt.timedelta(days=1), EVENING, zone)


def reminders(
    starts_at: dt.datetime, spans: Iterable[dt.timedelta], zone: ZoneInfo, now: dt.datetime
) -> list[tuple[dt.timedelta, dt.datetime]]:
    """Each span whose reminder is still to come, with when it is due, the first to go out first."""
    found = ((span, due(starts_at, span, zone, now)) for span in set(spans))
    ordered = sorted(((at, span) for span, at in found if at), key=lambda each: (each[0], -each[1]))
    return [(span, at) for span, at in _thinned(ordered)]


def _thinned(ordered: list[tuple[dt.datetime, dt.timedelta]]) -> Iterator[tuple[dt.timedelta, dt.datetime]]:
    for index, (at, span) in enumerate(ordered):
        is_last = index + 1 == len(ordered)
        if is_last or ordered[index + 1][0] - at >= APART:
            yield span, at
