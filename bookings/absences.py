"""When a therapist is there, and when the practice is shut: the only writer of hours, time off and closures.

Locks the therapists first, so that a booking made at the same moment is either refused or listed here. Drops no booking.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from django.db import connection

from bookings import availability
from bookings.errors import Conflict
from bookings.models import LONGEST_BUSY, Booking, Closure, DateHours, Status, Therapist, TimeOff, WeeklyHours
from bookings.models.booking import BookingQuerySet
from bookings.placing import taking_time
from practice.models import Practice
from practice.walltime import Range, ceil_epoch, floor_epoch

Hours = WeeklyHours | DateHours
Away = TimeOff | Closure
Pair = tuple[int | None, int | None]
"""Opens and closes, in minutes of a date's wall clock; both None for a day off."""
CHANGED = "This was changed or removed since, so nothing was undone. Please look at it again."
TO_COME = (Status.HELD, Status.REQUESTED, Status.CONFIRMED)


@taking_time
def change(
    *, save: Sequence[Hours | Away] = (), remove: Sequence[Hours | Away] = (), now: dt.datetime
) -> list[Booking]:
    """Writes and removes these rows, and gives the bookings to come that stand in the way of them, in order of time.

    Those are the sessions that meet time off or a closure that was saved, and those that lay inside the working hours
    and no longer do. They stay as they are: whoever asked moves or cancels them one by one.
    """
    rows = [*save, *remove]
    lock_therapists(rows)
    at_work = {row.therapist_id for row in rows if isinstance(row, Hours)}
    inside = {pk for therapist in at_work for pk in _inside_hours(therapist, now)}
    for row in save:
        row.save()
    for row in remove:
        row.delete()
    still_inside = {pk for therapist in at_work for pk in _inside_hours(therapist, now)}
    met = {pk for row in save if isinstance(row, Away) for pk in _meeting(row, now).values_list("pk", flat=True)}
    found = Booking.objects.filter(pk__in=met | (inside - still_inside))
    return list(found.select_related("client", "therapist", "session_type"))


class Extra(NamedTuple):
    """What stands in the way of it, and the date's own hours before and after, by which it can be taken back."""

    in_the_way: list[Booking]
    before: list[Pair]
    after: list[Pair]


@taking_time
def add_hours(therapist: Therapist, on: dt.date, opens: int, closes: int, *, now: dt.datetime) -> Extra:
    """Hours on one date beside those that it has: minutes of its wall clock. What the date has by the week is written down
    for it too, since hours of a date take the place of the week's."""
    extra = DateHours(therapist=therapist, on=on, opens=opens, closes=closes)
    lock_therapists([extra])
    dated = _hours_on(therapist, on)
    weekly = WeeklyHours.objects.filter(therapist=therapist, weekday=on.weekday())
    valid = weekly.exclude(valid_from__gt=on).exclude(valid_until__lt=on)
    usual = (
        [] if dated else [DateHours(therapist=therapist, on=on, opens=row.opens, closes=row.closes) for row in valid]
    )
    met = change(save=[*usual, extra], remove=[row for row in dated if row.opens is None], now=now)
    return Extra(met, _pairs(dated), _pairs(_hours_on(therapist, on)))


@taking_time
def put_hours_back(
    therapist: Therapist, on: dt.date, *, before: list[Pair], after: list[Pair], now: dt.datetime
) -> list[Booking]:
    """Gives the date the hours that it had before `add_hours`, where it still has those of after. Raises Conflict."""
    lock_therapists([DateHours(therapist=therapist, on=on)])
    rows = _hours_on(therapist, on)
    if _pairs(rows) != after:
        raise Conflict(CHANGED)
    again = [DateHours(therapist=therapist, on=on, opens=opens, closes=closes) for opens, closes in before]
    return change(save=again, remove=rows, now=now)


def _hours_on(therapist: Therapist, on: dt.date) -> list[DateHours]:
    return list(DateHours.objects.filter(therapist=therapist, on=on).order_by("opens", "closes", "pk"))


def _pairs(rows: Sequence[DateHours]) -> list[Pair]:
    return [(row.opens, row.closes) for row in rows]


def lock_therapists(rows: Sequence[Hours | Away]) -> None:
    """Whoever these rows are about, by key, as every writer that takes time locks them; all of them for a closure."""
    therapists = Therapist.objects.order_by("pk")
    if not any(isinstance(row, Closure) for row in rows):
        therapists = therapists.filter(pk__in={row.therapist_id for row in rows if not isinstance(row, Closure)})
    if connection.features.has_select_for_update:
        therapists = therapists.select_for_update(no_key=True)
    list(therapists.values_list("pk", flat=True))


def _to_come(now: dt.datetime) -> BookingQuerySet:
    return Booking.objects.blocking(now).filter(
        status__in=TO_COME, ends_at__gt=now, busy_from_at__gt=now - LONGEST_BUSY
    )


def _meeting(row: Away, now: dt.datetime) -> BookingQuerySet:
    found = (
        _to_come(now).meeting(row.starts_at, row.ends_at).filter(starts_at__lt=row.ends_at, ends_at__gt=row.starts_at)
    )
    if isinstance(row, TimeOff):
        return found.filter(therapist=row.therapist_id)
    return found if row.room_id is None else found.filter(room=row.room_id)


def _inside_hours(therapist_id: int, now: dt.datetime) -> set[int]:
    """Of the therapist's bookings to come, those whose session lies inside one working window."""
    bookings = list(
        _to_come(now).filter(therapist=therapist_id).values_list("pk", "session_on", "starts_at", "ends_at")
    )
    if not bookings:
        return set()
    days = [on for _, on, _, _ in bookings]
    open_at = _windows(therapist_id, min(days) - dt.timedelta(days=1), max(days) + dt.timedelta(days=2))
    return {
        pk for pk, _, starts_at, ends_at in bookings if _holds(open_at, (floor_epoch(starts_at), ceil_epoch(ends_at)))
    }


def _windows(therapist_id: int, first: dt.date, last: dt.date) -> list[Range]:
    weekly = WeeklyHours.objects.filter(therapist=therapist_id)
    dated = DateHours.objects.filter(therapist=therapist_id, on__range=(first, last))
    book = availability.Book(
        weekly=[
            availability.WeeklyHours(*row)
            for row in weekly.values_list("weekday", "opens", "closes", "valid_from", "valid_until")
        ],
        dated=[availability.DateHours(*row) for row in dated.values_list("on", "opens", "closes")],
    )
    return availability.windows(book, first, last, Practice.objects.current().zone)


def _holds(windows: Sequence[Range], session: Range) -> bool:
    return any(opens <= session[0] and session[1] <= closes for opens, closes in windows)
