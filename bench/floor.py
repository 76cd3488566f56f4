"""The least that would do the work: one range look-up for a month and a sweep; one row inserted under the constraint.

No rooms, closures, limits, holds, notice in days, clock changes or reasons; on the practice that is measured it finds
the same starts.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from bookings.models import BLOCKING, Booking, TimeOff, WeeklyHours

STEP = 15 * 60


def month(
    therapist: int, minutes: int, first: dt.date, last: dt.date, now: dt.datetime, zone: ZoneInfo
) -> list[dt.datetime]:
    """Three queries and a sweep of whole seconds."""
    begin = dt.datetime.combine(first, dt.time(), zone)
    end = dt.datetime.combine(last + dt.timedelta(days=1), dt.time(), zone)
    taken = Booking.objects.filter(
        therapist=therapist, busy_from_at__gt=begin - dt.timedelta(days=1), busy_from_at__lt=end, status__in=BLOCKING
    ).values_list("busy_from_at", "busy_until_at")
    away = TimeOff.objects.filter(therapist=therapist, starts_at__lt=end, ends_at__gt=begin)
    blocked = sorted((a.timestamp(), b.timestamp()) for a, b in [*taken, *away.values_list("starts_at", "ends_at")])
    weekly = defaultdict(list)
    for weekday, opens, closes in WeeklyHours.objects.filter(therapist=therapist).values_list(
        "weekday", "opens", "closes"
    ):
        weekly[weekday].append((opens * 60, closes * 60))
    return [
        dt.datetime.fromtimestamp(at, dt.UTC) for at in _sweep(first, last, weekly, blocked, minutes * 60, now, zone)
    ]


def _sweep(
    first: dt.date, last: dt.date, weekly: Any, blocked: Any, length: int, now: dt.datetime, zone: ZoneInfo
) -> list[float]:
    free, reached, soonest = [], 0, now.timestamp()
    for number in range((last - first).days + 1):
        on = first + dt.timedelta(days=number)
        midnight = dt.datetime.combine(on, dt.time(), zone).timestamp()
        for opens, closes in weekly[on.weekday()]:
            at = midnight + opens
            while at + length <= midnight + closes:
                while reached < len(blocked) and blocked[reached][1] <= at:
                    reached += 1
                if (reached == len(blocked) or blocked[reached][0] >= at + length) and at >= soonest:
                    free.append(at)
                at += STEP
    return free


class RawInsert:
    """One row after the other into the table, each in a transaction of its own, under the constraint."""

    def __init__(self, template: dict[str, Any]) -> None:
        self.row = template
        columns, places = ", ".join(template), ", ".join(["%s"] * len(template))
        self.sql = f"INSERT INTO bookings_booking ({columns}) VALUES ({places})"

    def __call__(self, number: int, therapist: int, start: dt.datetime) -> None:
        text, until = start.strftime("%F %T"), (start + dt.timedelta(hours=1)).strftime("%F %T")
        zoned = "+00" if connection.vendor == "postgresql" else ""
        moments = {
            "starts_at": text + zoned,
            "busy_from_at": text + zoned,
            "ends_at": until + zoned,
            "busy_until_at": until + zoned,
        }
        own = {"ref": f"raw-{number}", "therapist_id": therapist, "room_id": None, "session_on": text[:10]}
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(self.sql, list((self.row | moments | own).values()))
