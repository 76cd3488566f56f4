"""Tables of what became of bookings: the period beside the two others, and split by whom, what, where and when. Values in,
tables out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from reports.attendance import Counts, Split, Stretch, total
from reports.shape import Column, Table, Unit, Value

EMPTY = "There are no bookings in this period."
SHOWN: dict[str, Column] = {
    each.key: each
    for each in (
        Column("sessions", "Sessions", means="sessions"),
        Column("hands_on", "Hands-on", Unit.MINUTES, "hands_on"),
        Column("no_shows", "No-shows", means="no_shows"),
        Column("missed_share", "Share missed", Unit.SHARE, "missed_share"),
        Column("cancellations", "Cancellations", means="cancellations"),
        Column("late_cancellations", "Late cancellations", means="late_cancellations"),
        Column("to_come", "To come", means="sessions_to_come"),
        Column("unmarked", "Not noted yet", means="unmarked"),
    )
}
"""By the names that they have in Counts."""

Row = tuple[str, Unit, str, tuple[Value, Value, Value]]
"""A number beside itself: what it is called, its unit, its meaning, the three."""


def beside(key: str, title: str, rows: Iterable[Row]) -> Table:
    found = list(rows)
    columns = (
        Column("what", "What", Unit.TEXT),
        Column("this", "This period"),
        Column("before", "The period before"),
        Column("year_before", "A year before"),
    )
    return Table(
        key,
        title,
        columns,
        tuple((name, *numbers) for name, _, _, numbers in found),
        units=tuple(unit for _, unit, _, _ in found),
        means=tuple(means for _, _, means, _ in found),
    )


def counted(compared: tuple[Counts, Counts, Counts], *names: str) -> list[Row]:
    """Rows of `beside`."""
    return [(SHOWN[name].label, SHOWN[name].unit, SHOWN[name].means, _three(compared, name)) for name in names]


def _three(compared: tuple[Counts, Counts, Counts], name: str) -> tuple[Value, Value, Value]:
    this, before, year_before = (getattr(each, name) for each in compared)
    return this, before, year_before


def split(key: str, title: str, first: str, rows: Sequence[Split], *names: str, is_sensitive: bool = False) -> Table:
    """Without rows where there is nothing in any of them."""
    column = Column(first.lower().replace(" ", "_"), first, Unit.TEXT)
    return _table(key, title, column, [(each.name, each.counts) for each in rows], names, is_sensitive)


def stretches(key: str, title: str, rows: Sequence[Stretch], unit: Unit, *names: str) -> Table:
    """By day or by month, the empty ones too."""
    column = Column("when", "Month" if unit is Unit.MONTH else "Day", unit)
    return _table(key, title, column, [(each.on, each.counts) for each in rows], names, False)


def _table(
    key: str,
    title: str,
    first: Column,
    rows: list[tuple[str, Counts]] | list[tuple[dt.date, Counts]],
    names: Sequence[str],
    is_sensitive: bool,
) -> Table:
    every = total(counts for _, counts in rows)
    found = tuple((name, *_numbers(counts, names)) for name, counts in rows) if any(every) else ()
    end: tuple[Any, ...] = (None if first.unit is not Unit.TEXT else "All", *_numbers(every, names))
    columns = (first, *(SHOWN[name] for name in names))
    return Table(key, title, columns, found, end if found else None, is_sensitive=is_sensitive, empty=EMPTY)


def _numbers(counts: Counts, names: Sequence[str]) -> tuple[Value, ...]:
    return tuple(getattr(counts, name) for name in names)
