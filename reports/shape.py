"""What a report gives, whatever it is about: sentences, tables of numbers, the picture of a table. Values only.

The page, the print, CSV, XLSX and the API all show this same thing; none of them reckons anything.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

Value = int | Decimal | dt.date | dt.datetime | str | None
"""A number, a day or a word; None where there is nothing to say (a share of nothing)."""


class Unit(StrEnum):
    TEXT = "text"
    COUNT = "count"
    MINUTES = "minutes"
    """Whole minutes; shown as hours."""
    MONEY = "money"
    """A Decimal in the practice's currency."""
    SHARE = "share"
    """A Decimal from 0 to 1; shown as per cent."""
    NUMBER = "number"
    """A Decimal; shown with one place."""
    DAYS = "days"
    """A Decimal number of days; shown with one place."""
    DATE = "date"
    MONTH = "month"
    """A date, the first of its month."""
    MOMENT = "moment"
    """An aware datetime."""
    PERSON = "person"
    """A client's name; left out for those whose role does not allow it."""


@dataclass(frozen=True, slots=True)
class Column:
    key: str
    """How programs call it."""
    label: str
    unit: Unit = Unit.COUNT
    means: str = ""
    """The number's key in `meanings.MEANINGS`; each column of numbers has one, or its row has."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows in the order of the columns. Where the rows are different numbers (an overview), each has its unit and meaning."""

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    total: tuple[Value, ...] | None = None
    units: tuple[Unit, ...] = ()
    """The unit of each row's numbers, where they differ from row to row."""
    means: tuple[str, ...] = ()
    """The meaning of each row's numbers, as `units`."""
    is_sensitive: bool = False
    """Whether its small counts say something of single people; see `suppressing`."""
    empty: str = "There is nothing to show for this period."
    is_suppressed: bool = False
    """Whether something of it is not shown to this reader; set by `suppressing` alone."""


class Kind(StrEnum):
    BARS = "bars"
    STACKED = "stacked"
    LINES = "lines"
    HEAT = "heat"
    """Rows by columns, each cell the darker the more."""


@dataclass(frozen=True, slots=True)
class Chart:
    """The picture of a table: along which column, and which columns of numbers."""

    kind: Kind
    along: str
    of: tuple[str, ...]
    says: str
    """What it shows, for those who do not see it."""


@dataclass(frozen=True, slots=True)
class Section:
    table: Table
    sentences: tuple[str, ...] = ()
    chart: Chart | None = None


@dataclass(frozen=True, slots=True)
class Report:
    slug: str
    title: str
    sentences: tuple[str, ...]
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows behind a report, one for each booking, line of money or message; read once, as they come."""

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: Iterable[tuple[Value, ...]] = field(default=())
    count: Callable[[], int] | None = None
    """How many there are, where one query tells it, so that a long file can say how far it is."""
