"""Who came, counted: new, returning and lapsed clients, how often they came and who came back. Only reads.

A client is one record, whoever gave the sessions: their first session is the first that ever took place here, also where the
report is narrowed.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

from django.db.models import Count, Max, Min, Q, QuerySet

from bookings.models import Booking, Status
from clients.models import Client
from reports import combining
from reports.asking import Asked, within
from reports.combining import month_number

LAPSED_AFTER = dt.timedelta(days=180)
SOON = (30, 90, 180)
"""Within how many days of their first session clients came back."""
STANDING = (Status.REQUESTED, Status.CONFIRMED, Status.COMPLETED)
OFTEN = (
    ("Once", 1, 1),
    ("Twice", 2, 2),
    ("3 to 5 times", 3, 5),
    ("6 to 10 times", 6, 10),
    ("More often", 11, 1_000_000),
)


class People(NamedTuple):
    clients: int
    new: int
    returning: int


class Cohort(NamedTuple):
    """The clients who came first in one month, and how many of them came again within each of SOON."""

    month: dt.date
    size: int
    again: tuple[int, ...]


def totals(asked: Asked) -> tuple[People, People, People]:
    """Of this period, the one before and the one a year before."""
    periods = asked.period.compared()
    came = {f"came_{at}": Count("pk", filter=asked.meant() & within(each)) for at, each in enumerate(periods)}
    clients = by_client(asked, asked.period.last).annotate(**came)
    wanted: dict[str, Any] = {}
    for at, period in enumerate(periods):
        is_here = Q(**{f"came_{at}__gt": 0})
        wanted[f"clients_{at}"] = Count("client_id", filter=is_here)
        wanted[f"new_{at}"] = Count("client_id", filter=is_here & Q(first__gte=period.first))
    found = clients.aggregate(**wanted)
    counted = [(found[f"clients_{at}"], found[f"new_{at}"]) for at in range(3)]
    this, before, year_before = (People(clients, new, clients - new) for clients, new in counted)
    return this, before, year_before


def lapsed(asked: Asked) -> tuple[int, int, int]:
    """Whose last session became LAPSED_AFTER old on a day of the period up to today, and who then had nothing to come."""
    found = Booking.objects.for_user(asked.by).filter(status__in=STANDING).order_by().values("client_id")
    wanted: dict[str, Any] = {}
    for at, period in enumerate(asked.period.compared()):
        end = min(period.last, asked.today)
        came = Q(status=Status.COMPLETED, session_on__lte=end)
        found = found.annotate(
            **{
                f"last_{at}": Max("session_on", filter=came),
                f"meant_{at}": Count("pk", filter=came & asked.meant()),
                f"ahead_{at}": Count("pk", filter=Q(session_on__gte=end, booked_on__lte=end)),
            }
        )
        days = (period.first - LAPSED_AFTER, end - LAPSED_AFTER)
        is_lapsed = Q(**{f"last_{at}__range": days, f"meant_{at}__gt": 0, f"ahead_{at}": 0})
        wanted[f"lapsed_{at}"] = Count("client_id", filter=is_lapsed)
    counted = found.aggregate(**wanted)
    return counted["lapsed_0"], counted["lapsed_1"], counted["lapsed_2"]


def months(asked: Asked) -> dict[dt.date, tuple[int, int]]:
    """By month, the clients and those of them who were new in it."""
    seen = _sessions(asked).annotate(month=month_number("session_on")).values("client_id", "month").distinct()
    firsts = by_client(asked, asked.period.last).annotate(first_month=month_number("first"))
    is_new = "came.first_month = seen.month AND came.first >= %s"
    text = (
        f"SELECT seen.month, COUNT(*), SUM(CASE WHEN {is_new} THEN 1 ELSE 0 END) "
        "FROM seen JOIN came ON came.client_id = seen.client_id GROUP BY seen.month"
    )
    parts = {"seen": seen, "came": firsts.values("client_id", "first", "first_month")}
    found = combining.rows(text, [asked.period.first], **parts)
    return {combining.month(number): (int(clients), int(new)) for number, clients, new in found}


def cohorts(asked: Asked) -> list[Cohort]:
    """Of the period's new clients, by the month of their first session; they came again whoever gave it, and whenever."""
    new = _new(asked).annotate(month=month_number("first")).values("client_id", "first", "month")
    later = _everybody(asked).values("client_id", "session_on")
    days = combining.days_between("second", "first")
    again = ", ".join(f"SUM(CASE WHEN {days} <= {soon} THEN 1 ELSE 0 END)" for soon in SOON)
    text = (
        "SELECT month, COUNT(*), " + again + " FROM ("
        "SELECT new.client_id, new.first, new.month, MIN(later.session_on) AS second FROM new LEFT JOIN later "
        "ON later.client_id = new.client_id AND later.session_on > new.first "
        "GROUP BY new.client_id, new.first, new.month) AS each_one GROUP BY month ORDER BY month"
    )
    found = combining.rows(text, new=new, later=later)
    return [Cohort(combining.month(number), int(size), tuple(map(int, again))) for number, size, *again in found]


def often(asked: Asked) -> list[int]:
    """As OFTEN, how many clients came so often in the period."""
    times = _sessions(asked).values("client_id").annotate(times=Count("pk"))
    bands = {f"band_{at}": Q(times__range=(least, most)) for at, (_, least, most) in enumerate(OFTEN)}
    found = times.aggregate(**{name: Count("client_id", filter=band) for name, band in bands.items()})
    return [found[name] for name in bands]


def heard(asked: Asked) -> dict[str, int]:
    """Of the period's new clients."""
    told = Client.objects.for_user(asked.by).filter(pk__in=_new(asked).values("client_id")).order_by()
    found = told.values_list("heard_from").annotate(Count("pk"))
    sums: dict[str, int] = {}
    for heard, number in found:
        sums[heard or ""] = sums.get(heard or "", 0) + number
    return sums


def _everybody(asked: Asked) -> QuerySet[Booking]:
    """Sessions that took place, of every time and with whomever."""
    return Booking.objects.for_user(asked.by).filter(status=Status.COMPLETED).order_by()


def _sessions(asked: Asked) -> QuerySet[Booking]:
    return asked.bookings().filter(within(asked.period), status=Status.COMPLETED)


def by_client(asked: Asked, last: dt.date) -> QuerySet[Any]:
    """Everybody who came up to that day, with the day of their first session."""
    return _everybody(asked).filter(session_on__lte=last).values("client_id").annotate(first=Min("session_on"))


def _new(asked: Asked) -> QuerySet[Any]:
    """The period's new clients."""
    came = Count("pk", filter=asked.meant() & within(asked.period))
    return by_client(asked, asked.period.last).annotate(came=came).filter(came__gt=0, first__gte=asked.period.first)
