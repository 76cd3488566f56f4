"""Money in the demo: past sessions are paid for, one is still owing and one was waived; each day but the last is closed.

All of it is made through the verbs, day by day.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from itertools import groupby

from accounts.models import User
from bookings import money, takings
from bookings.demo.past import PAST
from bookings.models import Booking, CashUp, PaidBy, Status
from bookings.money import Count
from practice.models import Practice
from practice.walltime import from_wall, local_date

WAYS = (PaidBy.CARD, PaidBy.CASH, PaidBy.CARD, PaidBy.CARD, PaidBy.TRANSFER)
OWING, WAIVED = 2, 4
"""Counted from the last session that took place."""
SHORT = Decimal(5)
"""By so much the drawer is short on the first day that had cash."""
DEPOSIT = Decimal("30.00")
EVENING = dt.time(20)


def enter_money(now: dt.datetime) -> None:
    practice = Practice.objects.current()
    desk = User.objects.get(email="desk@demo.example")
    took_place = Booking.objects.filter(status=Status.COMPLETED, price__gt=0, ends_at__lte=now)
    of_these_weeks = took_place.exclude(client__ref__startswith=PAST).order_by("ends_at", "pk")
    rows = list(of_these_weeks.select_related("client", "session_type"))
    for on, same_day in groupby(rows, key=lambda row: row.session_on):
        for row in same_day:
            _settle(row, len(rows) - rows.index(row), by=desk, now=now)
        if on < local_date(now, practice.zone) - dt.timedelta(days=1):
            _close(on, practice, by=desk)
    coming = Booking.objects.filter(client__ref="demo-robin", status=Status.CONFIRMED, starts_at__gt=now)
    if booking := coming.order_by("starts_at").first():
        money.take(booking, DEPOSIT, PaidBy.TRANSFER, by=desk, now=now)


def _settle(booking: Booking, place: int, *, by: User, now: dt.datetime) -> None:
    after = min(booking.ends_at + dt.timedelta(minutes=5), now)
    if place == WAIVED:
        money.waive(booking, booking.price, by=by, now=after, why="The heating was off; a gift of the house.")
    elif place != OWING:
        money.take(booking, booking.price, WAYS[place % len(WAYS)], by=by, now=after)


def _close(on: dt.date, practice: Practice, *, by: User) -> None:
    evening = from_wall(dt.datetime.combine(on, EVENING), practice.zone)
    counts = {way.paid_by: Count(way.expected) for way in takings.of_day(on, practice.currency)}
    cash = counts[PaidBy.CASH].amount
    if cash >= SHORT and not CashUp.objects.exclude(why="").exists():
        counts[PaidBy.CASH] = Count(cash - SHORT, "Change for the taxi, the slip is in the drawer.")
    money.close_day(on, counts, by=by, now=evening)
