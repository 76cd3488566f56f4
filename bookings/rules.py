"""Plain rules of a booking's life: coming of age, notice, fees, which state may follow which. Values in, values out."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal

ADULT_YEARS = 18
OLDEST_YEARS = 120

HOLD = dt.timedelta(minutes=10)
HOLD_LONGEST = dt.timedelta(minutes=60)
HOLDS_AT_ONCE = 2

ALLOWED: dict[str, frozenset[str]] = {
    "": frozenset({"held", "requested", "confirmed"}),
    "held": frozenset({"held", "requested", "confirmed", "expired"}),
    "requested": frozenset({"requested", "confirmed", "declined", "cancelled", "expired"}),
    "confirmed": frozenset({"confirmed", "completed", "no_show", "cancelled", "requested"}),
    "cancelled": frozenset({"confirmed"}),
    "completed": frozenset({"no_show"}),
    "no_show": frozenset({"completed"}),
    "declined": frozenset(),
    "expired": frozenset(),
}
"""Which status may follow which; a status that follows itself is a change that keeps it (a renewed hold, a move)."""


def adult_on(born: dt.date) -> dt.date:
    """The date from which somebody is an adult; born on 29 February, 1 March (18 years on is never a leap year)."""
    if (born.month, born.day) == (2, 29):
        return dt.date(born.year + ADULT_YEARS, 3, 1)
    return born.replace(year=born.year + ADULT_YEARS)


def is_adult(born: dt.date, on: dt.date) -> bool:
    return born.year + ADULT_YEARS <= on.year and adult_on(born) <= on


def is_believable(born: dt.date, on: dt.date) -> bool:
    """Nobody is older than a hundred and twenty, or born after that day."""
    return on.year - OLDEST_YEARS <= born.year and born <= on


def is_late(starts_at: dt.datetime, notice: dt.timedelta, now: dt.datetime) -> bool:
    """Inside the notice: exactly at its edge it is still free of charge."""
    return now > starts_at - notice


def share(price: Decimal, percent: int) -> Decimal:
    return (price * percent / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)


def fee_added(price: Decimal, owed: Decimal, percent: int) -> Decimal:
    """What one more late change, or not coming, adds to the fees that a booking owes already: its share of the price, and
    never more than is left to the whole price. Each counts once; none takes the place of another."""
    return max(min(share(price, percent), price - owed), Decimal("0.00"))


def hold_end(held_since: dt.datetime, now: dt.datetime) -> dt.datetime:
    """Ten minutes from now, sixty in all."""
    return min(now + HOLD, held_since + HOLD_LONGEST)
