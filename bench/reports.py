"""The reports of a practice with ten years behind it: a year and all ten, the overview beside SQL written by hand."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.db import connection

from bench import by_hand, years
from bench.measure import side_by_side
from bench.report import Report
from bookings.models import Therapist
from reports import catalogue
from reports.asking import Asked, Filters
from reports.period import Period
from reports.reading import reading
from reports.shape import Report as Made

PART = "reports"
PERIODS = {
    "a year": Period(dt.date(2026, 1, 1), dt.date(2026, 12, 31)),
    "ten years": Period(years.FIRST, years.LAST),
}
MOST_MS = {"a year": 1000, "ten years": 3000}
TIMES_BY_HAND = 1.5


def run(report: Report, *, bookings: int, therapists: int, repeats: int) -> None:
    made = years.make(bookings, therapists)
    for name, period in PERIODS.items():
        asked = Asked(period, Filters(), made.owner, made.practice, years.NOW)
        check(asked)
        overview(report, name, asked, bookings, repeats)
        others(report, name, asked, bookings)


def overview(report: Report, name: str, asked: Asked, bookings: int, repeats: int) -> None:
    whole = catalogue.found("overview", asked.by)
    acts = {"ours": lambda: whole.made(asked), "by hand": lambda: as_ours(asked.period)}
    found = side_by_side(acts, repeats)
    for who, cost in found.items():
        what = f"overview of {name}, {who}, {bookings:,} bookings"
        report.add(PART, what, ms=cost.wall_ms, cpu_ms=cost.cpu_ms, queries=cost.queries)
    report.hold(f"queries of the overview of {name}", found["ours"].queries, at_most=20)
    if connection.vendor == "postgresql":
        report.hold_pace(f"ms of the overview of {name}", found["ours"].wall_ms, at_most=MOST_MS[name])
        times = found["ours"].wall_ms / found["by hand"].wall_ms
        report.hold_pace(f"time of the overview of {name} to SQL by hand", times, at_most=TIMES_BY_HAND)


def as_ours(period: Period) -> None:
    """In the same kind of transaction, with as much memory."""
    with reading():
        by_hand.overview(period)


def others(report: Report, name: str, asked: Asked, bookings: int) -> None:
    """For information: no bound but the one on a statement's time."""
    for entry in catalogue.visible_to(asked.by):
        if entry.slug not in ("overview", "days"):
            cost = side_by_side({entry.slug: lambda entry=entry: entry.made(asked)}, 1)[entry.slug]
            what = f"{entry.slug} of {name}, {bookings:,} bookings"
            report.add(PART, what, ms=cost.wall_ms, cpu_ms=cost.cpu_ms, queries=cost.queries)


def check(asked: Asked) -> None:
    """Both find the same numbers."""
    made, expected = catalogue.found("overview", asked.by).made(asked), by_hand.overview(asked.period)
    figures = _table(made, "figures")
    ours = {mean: tuple(map(_number, row[1:])) for mean, row in zip(figures.means, figures.rows, strict=True)}
    names = dict(Therapist.objects.values_list("name", "pk"))
    split = {names[str(row[0])]: tuple(row[1:]) for row in _table(made, "therapists").rows}
    assert split == expected.pop("therapists"), "the report and SQL by hand find other numbers for the therapists"
    for mean, numbers in expected.items():
        assert ours[mean] == numbers, f"{mean}: the report has {ours[mean]}, SQL by hand {numbers}"


def _table(made: Made, key: str) -> Any:
    return next(each.table for each in made.sections if each.table.key == key)


def _number(value: Any) -> Any:
    return value if value is None else Decimal(value)
