"""Who cancelled bookings and how long before, and what fees came of it. Only reads.

Who it was stands in the history alone: its line has the moment that the booking has. A booking that came from a file, or was
released because something it rested on ended, was cancelled by neither side.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Case, Count, F, FilteredRelation, Q, QuerySet, Value, When
from django.db.models.expressions import Combinable

from bookings import owing
from bookings.models import Status, Way
from reports import combining
from reports.asking import Asked, within
from reports.attendance import CANCELLED, CANCELLED_LATE, MISSED

HOUR = dt.timedelta(hours=1)

CLIENT, PRACTICE, OTHERWISE = "client", "practice", "otherwise"
WHO = {CLIENT: "The client", PRACTICE: "The practice", OTHERWISE: "Neither, or not known"}

BANDS = {
    "hours": "Under 3 hours",
    "notice": "Under the agreed notice",
    "days": "Up to 2 days",
    "week": "Up to a week",
    "longer": "Longer",
    "unknown": "Not known",
}
"""How long before the session it was cancelled; what is under the agreed notice and under three hours is in the first."""

OUTCOMES = {
    "late": "Late cancellations",
    "missed": "No-shows",
    "other": "Other cancellations",
}


class Ways(NamedTuple):
    """How many of one band were cancelled by whom."""

    client: int = 0
    practice: int = 0
    otherwise: int = 0


class Fees(NamedTuple):
    """Of the bookings of one outcome."""

    bookings: int = 0
    with_fee: int = 0
    due: Decimal = Decimal("0.00")
    waived: Decimal = Decimal("0.00")
    to_pay: Decimal = Decimal("0.00")


def by_notice(asked: Asked) -> dict[str, Ways]:
    """For each of BANDS."""
    found = told(asked.bookings().filter(within(asked.period), CANCELLED)).values("band", "who")
    rows = found.annotate(number=Count("pk", distinct=True)).values_list("band", "who", "number")
    counted = {(band, who): number for band, who, number in rows}
    return {band: Ways(*(counted.get((band, who), 0) for who in WHO)) for band in BANDS}


def fees(asked: Asked) -> dict[str, Fees]:
    """For each of OUTCOMES, in the practice's currency."""
    ours = asked.bookings().filter(within(asked.period), CANCELLED | MISSED, currency=asked.currency)
    ended = owing.with_accounts(ours).annotate(outcome=_outcome())
    rows = combining.rows(
        "SELECT outcome, COUNT(*), SUM(CASE WHEN agreed > 0 THEN 1 ELSE 0 END), SUM(agreed), SUM(agreed - owed), "
        "SUM(CASE WHEN balance > 0 THEN balance ELSE 0 END) FROM ended GROUP BY outcome",
        ended=ended.values("outcome", "agreed", "owed", "balance"),
    )
    found = {outcome: Fees(many, with_fee, *map(combining.exact, sums)) for outcome, many, with_fee, *sums in rows}
    return {outcome: found.get(outcome, Fees()) for outcome in OUTCOMES}


def told(bookings: QuerySet[Any]) -> QuerySet[Any]:
    """Cancelled bookings, each with its `band` and `who`."""
    line = FilteredRelation(
        "changes", condition=Q(changes__after=Status.CANCELLED, changes__at=F("cancelled_at")) & ~Q(changes__before=Status.CANCELLED)
    )  # fmt: skip
    return bookings.annotate(line=line).annotate(band=_band(), who=_who())


def _band() -> Combinable:
    before = F("starts_at")
    return Case(
        When(cancelled_at=None, then=Value("unknown")),
        When(cancelled_at__gt=before - Value(3 * HOUR), then=Value("hours")),
        When(cancelled_at__gt=before - F("cancellation_notice"), then=Value("notice")),
        When(cancelled_at__gte=before - Value(48 * HOUR), then=Value("days")),
        When(cancelled_at__gte=before - Value(7 * 24 * HOUR), then=Value("week")),
        default=Value("longer"),
    )


def _who() -> Combinable:
    """As the acts themselves decide it: the client, also by a link or on their word."""
    by_client = Q(line__details__clients_word=True) | Q(line__via=Way.LINK) | Q(line__by__is_staff=False)
    return Case(
        When(Q(line__isnull=True) | Q(line__what="released"), then=Value(OTHERWISE)),
        When(by_client, then=Value(CLIENT)),
        default=Value(PRACTICE),
    )


def _outcome() -> Combinable:
    return Case(When(MISSED, then=Value("missed")), When(CANCELLED_LATE, then=Value("late")), default=Value("other"))
