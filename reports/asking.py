"""What a reader asks a report: the period, what it is narrowed to, and what this reader may see at all. Only reads.

Every query of a report starts here. A therapist's reports are about their own sessions; the owner's and the front desk's about
the practice's.
"""

from __future__ import annotations

import datetime as dt
import functools
import operator
import zoneinfo
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from accounts.models import Role, User
from bookings.models import Booking, MoneyEntry, Room, SessionType, Therapist
from practice import walltime
from practice.models import Practice
from reports.errors import UnknownFilter
from reports.period import DAY, Period


@dataclass(frozen=True, slots=True)
class Filters:
    """By slug; an empty one narrows nothing."""

    therapists: tuple[Therapist, ...] = ()
    session_types: tuple[SessionType, ...] = ()
    rooms: tuple[Room, ...] = ()

    @property
    def names(self) -> list[str]:
        """As they are called on the site."""
        return [each.name for rows in (self.therapists, self.session_types, self.rooms) for each in rows]

    def on(self, prefix: str = "") -> Q:
        """As a condition on bookings, or on rows that reach one by `prefix` (“booking__”)."""
        wanted = {"therapist": self.therapists, "session_type": self.session_types, "room": self.rooms}
        return Q(**{f"{prefix}{name}__in": [each.pk for each in rows] for name, rows in wanted.items() if rows})


@dataclass(frozen=True, slots=True)
class Asked:
    period: Period
    filters: Filters
    by: User
    practice: Practice
    now: dt.datetime

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return self.practice.zone

    @property
    def today(self) -> dt.date:
        return walltime.local_date(self.now, self.zone)

    @property
    def currency(self) -> str:
        return self.practice.currency

    @property
    def is_own(self) -> bool:
        """Whether this reader sees their own sessions alone."""
        return self.by.role == Role.THERAPIST

    def bookings(self) -> QuerySet[Booking]:
        """Of every time, in no order."""
        return Booking.objects.for_user(self.by).filter(self.meant()).order_by()

    def meant(self) -> Q:
        """Which bookings the report is about, as a condition on others too."""
        return self._own("therapist__") & self.filters.on()

    def money(self) -> QuerySet[MoneyEntry]:
        """Lines of every day in the practice's currency, in no order."""
        found = MoneyEntry.objects.for_user(self.by).filter(self.filters.on("booking__"), currency=self.currency)
        return found.order_by()

    def therapists(self) -> QuerySet[Therapist]:
        """Those whose time is reported on; also who gives no sessions any more."""
        found = Therapist.objects.filter(self._own(""))
        wanted = [each.pk for each in self.filters.therapists]
        return found.filter(pk__in=wanted) if wanted else found

    def _own(self, prefix: str) -> Q:
        return Q(**{f"{prefix}user_id": self.by.pk}) if self.is_own else Q()


def within(period: Period, name: str = "session_on") -> Q:
    """On rows whose day is in the period. A session belongs to the day on which it begins."""
    return Q(**{f"{name}__range": (period.first, period.last)})


def within_any(periods: Iterable[Period], name: str = "session_on") -> Q:
    """As within, of several. Those that touch or meet are one, so that each row is compared with as few as can be."""
    joined: list[Period] = []
    for each in sorted(periods, key=lambda period: period.first):
        if joined and each.first <= joined[-1].last + DAY:
            each = Period(joined[-1].first, max(each.last, joined.pop().last))
        joined.append(each)
    return functools.reduce(operator.or_, (within(each, name) for each in joined))


def filters(by: User, therapists: Iterable[str], session_types: Iterable[str], rooms: Iterable[str]) -> Filters:
    """Raises UnknownFilter with the name that is not known. A therapist's own filter is always themselves."""
    own = Q(user_id=by.pk) if by.role == Role.THERAPIST else Q()
    return Filters(
        _found(Therapist.objects.filter(own), therapists, "therapist"),
        _found(SessionType.objects.all(), session_types, "session type"),
        _found(Room.objects.all(), rooms, "room"),
    )


def _found(rows: QuerySet[Any], slugs: Iterable[str], what: str) -> tuple[Any, ...]:
    wanted = sorted({slug for slug in slugs if slug})
    found = {row.slug: row for row in rows.filter(slug__in=wanted)} if wanted else {}
    for slug in wanted:
        if slug not in found:
            raise UnknownFilter(f"There is no {what} “{slug[:60]}” here.")
    return tuple(found[slug] for slug in wanted)
