"""How long before a session it is booked. Only reads. What came with a practice file is left out: it was entered later."""

from __future__ import annotations

from collections import Counter

from django.db.models import Count, DurationField, ExpressionWrapper, F

from bookings.models import Status, Way
from reports.asking import Asked, within
from reports.spread import in_bands

DAYS = ExpressionWrapper(F("session_on") - F("booked_on"), output_field=DurationField())
STANDS = (Status.CONFIRMED, Status.COMPLETED, Status.NO_SHOW)
UP_TO = (0, 1, 3, 7, 14, 30, 90)
BANDS = (
    "On the day itself",
    "The day before",
    "2 or 3 days before",
    "4 to 7 days before",
    "8 to 14 days before",
    "15 to 30 days before",
    "31 to 90 days before",
    "Longer before",
)


def by_days(asked: Asked) -> Counter[int]:
    """How many sessions of the period were booked so many days before; one entered afterwards counts as on the day."""
    found = asked.bookings().filter(within(asked.period), status__in=STANDS).exclude(made_via=Way.IMPORT)
    days: Counter[int] = Counter()
    for span, number in found.values_list(DAYS).annotate(number=Count("pk")):
        days[max(span.days, 0)] += number
    return days


def banded(days: Counter[int]) -> list[tuple[str, int]]:
    return list(zip(BANDS, in_bands(days, UP_TO), strict=True))
