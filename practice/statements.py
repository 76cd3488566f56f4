"""Asks the database in SQL of ours. PostgreSQL prepares each statement once for a connection, since to plan it anew takes
longer than to answer it; SQLite's driver keeps them by itself. Knows no tables.

For what is on the way of each calendar and each booking. Columns are named in it: what a `*` stands for changes when a
column is added. A value whose type does not follow from its place is cast.
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, DatabaseError, OperationalError, connections

Row = tuple[Any, ...]
Values = Mapping[str, Any] | Sequence[Any]

STALE = {"0A000", "26000", "42P05"}
"""A migration has changed what the columns hold; somebody has cleared the session; a statement of that name is there."""

_prepared: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()
"""The names of what each open connection of the driver has; one that is opened anew has none."""


class _Statement(NamedTuple):
    name: str
    preparing: str
    executing: str
    places: list[str] | None
    """The names of its values in the order of their numbers; None where they come in a sequence."""

    def ordered(self, values: Any) -> Sequence[Any]:
        return values if self.places is None else [values[name] for name in self.places]


def ask(sql: str, values: Values = (), *, after: str = "") -> list[Row]:
    """All rows. `values` are named in `sql` as %(name)s, or come in the order of their %s. `after` is a statement with named
    values too that is sent in front, in the same message: a lock, and what is asked is as it is once that is had.

    A prepared statement that has become stale is asked anew; in a transaction that is for whoever began it, so there
    OperationalError is raised."""
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.vendor != "postgresql" or not settings.PREPARED_STATEMENTS:
        with connection.cursor() as cursor:
            cursor.execute(f"{after}; {sql}" if after else sql, values)
            return cursor.fetchall()
    number = None if isinstance(values, Mapping) else len(values)
    statements = [_statement(each, number) for each in (after, sql) if each]
    try:
        return _execute(connection, statements, values)
    except DatabaseError as error:
        if getattr(error.__cause__, "pgcode", None) not in STALE:
            raise
        _prepared.pop(connection.connection, None)
        if not connection.get_autocommit():
            raise OperationalError("A prepared statement has become stale.") from error
    return _execute(connection, statements, values)


def _execute(connection: Any, statements: list[_Statement], values: Values) -> list[Row]:
    with connection.cursor() as cursor:
        known = _prepared.get(connection.connection, ())
        for statement in statements:
            if statement.name not in known:
                _prepare(connection, cursor, statement)
        executing = "; ".join(each.executing for each in statements)
        cursor.execute(executing, [value for each in statements for value in each.ordered(values)])
        return cursor.fetchall()


def _prepare(connection: Any, cursor: Any, statement: _Statement) -> None:
    """Once for a connection, past Django's log of queries: how many a page takes does not hang on what was asked before.
    A connection of which nothing is known is cleared first."""
    clearing = "" if connection.connection in _prepared else "DEALLOCATE ALL; "
    with connection.wrap_database_errors:
        cursor.cursor.execute(clearing + statement.preparing)
    _prepared.setdefault(connection.connection, set()).add(statement.name)


@functools.cache
def _statement(sql: str, number: int | None) -> _Statement:
    """Named after its content, with the verb first: one name never means two things, and a log says what was done."""
    name = "_".join(re.findall(r"\w+", sql)[:3]).lower()[:40] + "_" + hashlib.sha256(sql.encode()).hexdigest()[:16]
    places: dict[str, int] = {}
    if number is None:
        text, count = sql % _Numbers(places), len(places)
    else:
        text, count = sql % tuple(f"${place}" for place in range(1, number + 1)), number
    executing = f"EXECUTE {name}" + (f" ({', '.join(['%s'] * count)})" if count else "")
    return _Statement(name, f"PREPARE {name} AS {text}", executing, list(places) if number is None else None)


class _Numbers(dict[str, str]):
    """Gives each name the next number."""

    def __init__(self, places: dict[str, int]) -> None:
        self.places = places

    def __getitem__(self, name: str) -> str:
        return f"${self.places.setdefault(name, len(self.places) + 1)}"
