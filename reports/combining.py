"""Queries of the ORM as named parts of one statement written by hand: for sums over what is itself a sum, which the ORM
cannot group. Only reads.

The parts keep who may see what and what it is narrowed to; the text around them only groups and adds.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import Combinable
from django.db.models.functions import ExtractMonth, ExtractYear

CENT = Decimal("0.01")


def rows(text: str, params: Sequence[Any] = (), **parts: QuerySet[Any]) -> list[tuple[Any, ...]]:
    """What `text` selects from the `parts` by their names; each is a query of `values()`, whose names its columns have."""
    written: list[str] = []
    given: list[Any] = []
    for name, part in parts.items():
        sql, its = part.query.get_compiler(connection=connection).as_sql()
        written.append(f"{name} AS ({sql})")
        given += its
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {', '.join(written)} {text}", [*given, *map(_param, params)])
        return cursor.fetchall()


def _param(value: Any) -> Any:
    return connection.ops.adapt_datefield_value(value) if isinstance(value, dt.date) else value


def month_number(day: str) -> Combinable:
    """A day's month as a number that every database groups by: of months since the year 0."""
    return ExtractYear(day) * 12 + ExtractMonth(day) - 1


def month(number: Any) -> dt.date:
    """The first day of the month of that number."""
    year, month = divmod(int(number), 12)
    return dt.date(year, month + 1, 1)


def day(value: Any) -> dt.date:
    """SQLite keeps days as text."""
    return dt.date.fromisoformat(value) if isinstance(value, str) else value


def exact(amount: Any) -> Decimal:
    """A sum of money to the penny; SQLite adds binary fractions, and a sum of nothing is nothing."""
    return Decimal(amount or 0).quantize(CENT)


def days_between(later: str, earlier: str) -> str:
    """Of two columns of days, in the words of this database."""
    if connection.vendor == "sqlite":
        return f"(julianday({later}) - julianday({earlier}))"
    return f"({later} - {earlier})"
