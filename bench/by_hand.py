"""The overview's numbers in SQL written by hand, as somebody would who knows these tables and has one practice before them:
nobody's rights, no filters, no other currency, no words. The hours that were offered are left out: they stand in no row.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db import connection

from reports.period import Period

WORDS = {
    "postgresql": {
        "free_until": "starts_at - cancellation_notice",
        "minutes": "SUM(extract(epoch FROM busy_until_at - busy_from_at)) / 60",
    },
    "sqlite": {
        "free_until": "datetime(starts_at, '-' || (cancellation_notice / 1000000) || ' seconds')",
        "minutes": "SUM(CAST(strftime('%%s', busy_until_at) AS integer) - CAST(strftime('%%s', busy_from_at) AS integer)) / 60",
    },
}
COUNTS = """
  COUNT(*) FILTER (WHERE status = 'completed'),
  coalesce(SUM(minutes) FILTER (WHERE status = 'completed' AND session_type_id <> {consultation}), 0),
  COUNT(*) FILTER (WHERE status = 'no_show'),
  COUNT(*) FILTER (WHERE status = 'cancelled'),
  COUNT(*) FILTER (WHERE status = 'cancelled' AND is_late AND (cancelled_at IS NULL OR cancelled_at > {free_until}))
"""
BY_DAY = "SELECT session_on, {counts} FROM bookings_booking WHERE session_on BETWEEN %s AND %s GROUP BY session_on"
SPLITS = {
    "postgresql": """
SELECT therapist_id, session_type_id, room_id, extract(hour FROM starts_at AT TIME ZONE 'Europe/London') AS begins, {counts}
FROM bookings_booking WHERE session_on BETWEEN %s AND %s
GROUP BY GROUPING SETS ((therapist_id), (session_type_id), (room_id), (begins))""",
    "sqlite": """
SELECT therapist_id, NULL, NULL, NULL, {counts} FROM bookings_booking WHERE session_on BETWEEN %s AND %s
GROUP BY therapist_id""",
}
AGREED = """
SELECT session_on, SUM(CASE WHEN status IN ('confirmed', 'completed') THEN price + late_fee
                            WHEN status IN ('cancelled', 'no_show') THEN late_fee ELSE 0 END)
FROM bookings_booking WHERE session_on BETWEEN %s AND %s GROUP BY session_on
"""
TAKEN = """
SELECT "on", SUM(CASE WHEN (kind = 'refund') = (corrects_id IS NULL) THEN -amount ELSE amount END)
FROM bookings_moneyentry WHERE kind <> 'waiver' AND "on" BETWEEN %s AND %s GROUP BY "on"
"""
BOOKED = """
SELECT session_on, {minutes} FROM bookings_booking
WHERE status IN ('requested', 'confirmed', 'completed', 'no_show') AND session_on BETWEEN %s AND %s GROUP BY session_on
"""
CLIENTS = """
WITH came AS (
  SELECT client_id, MIN(session_on) AS first, {marks} FROM bookings_booking
  WHERE status = 'completed' AND session_on <= %s GROUP BY client_id
)
SELECT {sums} FROM came
"""

Day = tuple[dt.date, list[Any]]


def overview(period: Period) -> dict[str, Any]:
    """By each number's meaning, as the report has it: this period, the one before, the one a year before."""
    periods = period.compared()
    whole = min(each.first for each in periods), max(each.last for each in periods)
    counts, agreed = _days(BY_DAY, whole), _days(AGREED, whole)
    taken, booked = _days(TAKEN, whole), _days(BOOKED, whole)
    names = ("sessions", "hands_on", "no_shows", "cancellations", "late_cancellations")
    found = {name: _three(counts, at, periods) for at, name in enumerate(names)}
    found |= {"agreed": _three(agreed, 0, periods), "taken": _three(taken, 0, periods)}
    found |= {"booked": _three(booked, 0, periods)}
    found |= _clients(periods)
    return found | {"therapists": therapists(period)}


def therapists(period: Period) -> dict[int, tuple[int, ...]]:
    rows = _asked(SPLITS[connection.vendor], [period.first, period.last])
    return {row[0]: (row[4], row[5], row[6], row[8]) for row in rows if row[0] is not None}


def _clients(periods: Sequence[Period]) -> dict[str, tuple[int, ...]]:
    marks = ", ".join(f"MAX(CASE WHEN session_on BETWEEN %s AND %s THEN 1 ELSE 0 END) AS came_{at}" for at in range(3))
    sums = ", ".join(
        f"SUM(came_{at}), SUM(CASE WHEN came_{at} = 1 AND first >= %s THEN 1 ELSE 0 END)" for at in range(3)
    )
    days = [day for each in periods for day in (each.first, each.last)]
    params = [*days, periods[0].last, *(each.first for each in periods)]
    (row,) = _asked(CLIENTS.replace("{marks}", marks).replace("{sums}", sums), params)
    clients, new = [each or 0 for each in row[::2]], [each or 0 for each in row[1::2]]
    returning = (came - first for came, first in zip(clients, new, strict=True))
    return {"clients": tuple(clients), "new_clients": tuple(new), "returning_clients": tuple(returning)}


def _days(text: str, whole: tuple[dt.date, dt.date]) -> list[Day]:
    rows = _asked(text, whole)
    return [(dt.date.fromisoformat(on) if isinstance(on, str) else on, numbers) for on, *numbers in rows]


def _asked(text: str, params: Sequence[dt.date]) -> list[tuple[Any, ...]]:
    words = WORDS[connection.vendor]
    counts = COUNTS.format(consultation=_consultation(), **words)
    with connection.cursor() as cursor:
        cursor.execute(text.format(counts=counts, **words), [str(each) for each in params])
        return cursor.fetchall()


def _consultation() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM bookings_sessiontype WHERE kind = 'consultation'")
        return cursor.fetchone()[0]


def _three(days: list[Day], at: int, periods: Sequence[Period]) -> tuple[Decimal, ...]:
    """SQLite adds binary fractions."""
    return tuple(
        sum((Decimal(numbers[at] or 0) for on, numbers in days if each.first <= on <= each.last), Decimal(0)).quantize(
            Decimal("0.01")
        )
        for each in periods
    )
