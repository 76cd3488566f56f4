"""Gaps between two sessions of a day that nobody can book, since the therapist gives nothing so short. Only reads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import Case, F, Min, QuerySet, When, Window
from django.db.models.functions import Lead

from bookings.models import Booking, Therapist
from practice import walltime
from reports.asking import Asked, within
from reports.presence import AtWork


class Gaps(NamedTuple):
    shortest: int | None
    """Minutes that the shortest session takes with the time kept around it; None for one who offers nothing."""
    number: int = 0
    minutes: int = 0


def too_short(asked: Asked, people: Iterable[AtWork]) -> dict[int, Gaps]:
    """By therapist. Two queries. A gap with a break, time off or a closure in it is none."""
    shortest = dict(_shortest(asked))
    found = {each.therapist.pk: Gaps(shortest.get(each.therapist.pk)) for each in people}
    there = {each.therapist.pk: each.there for each in people if each.there}
    if not shortest:
        return found
    for therapist, on, start_at, until_at in _gaps(asked, shortest).iterator(2000):
        start, until = walltime.floor_epoch(start_at), walltime.floor_epoch(until_at)
        if therapist in there and there[therapist].is_there(on, start, until):
            _, number, minutes = found[therapist]
            found[therapist] = Gaps(shortest[therapist], number + 1, minutes + (until - start) // 60)
    return found


def _shortest(asked: Asked) -> QuerySet[Therapist, tuple[int, int]]:
    kind = F("offers__session_type__lengths__minutes") + F("offers__session_type__buffer_before_minutes")
    whole = kind + F("offers__session_type__buffer_after_minutes")
    offered = asked.therapists().filter(offers__session_type__active=True, offers__session_type__lengths__isnull=False)
    return offered.order_by().values_list("pk").annotate(shortest=Min(whole))


def _gaps(asked: Asked, shortest: dict[int, int]) -> QuerySet[Booking, tuple[int, dt.date, dt.datetime, dt.datetime]]:
    """Between any two bookings of a therapist that follow one another on a day, whatever their type and room."""
    kept = Booking.objects.for_user(asked.by).blocking(asked.now)
    next_at = Window(Lead("busy_from_at"), partition_by=[F("therapist_id"), F("session_on")], order_by="busy_from_at")
    found = kept.filter(within(asked.period), therapist__in=shortest).order_by().annotate(next_at=next_at)
    lengths = (
        When(therapist=pk, then=F("busy_until_at") + dt.timedelta(minutes=each)) for pk, each in shortest.items()
    )
    short = found.filter(next_at__gt=F("busy_until_at"), next_at__lt=Case(*lengths))
    return short.values_list("therapist_id", "session_on", "busy_until_at", "next_at")
