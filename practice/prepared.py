"""What every call asks and what every booking writes, put together once: SQL over whole rows.

The ORM puts a statement together anew each time; over several tables, or thirty columns, that takes longer than the
database does. Only for what is on the way of each booking; all else is asked of the ORM.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model

from practice.statements import Values, ask

Converters = list[tuple[int, list[Any], Any]]


class Prepared:
    """`sql` names each model's columns by its alias in braces, in the order of `models`, and may end with plain values:
    `Prepared("SELECT {t}, {u}, now() FROM … t JOIN … u …", t=Token, u=User)`."""

    def __init__(self, sql: str, **models: type[Model]) -> None:
        self.models = list(models.values())
        self.sql = sql.format(**{alias: _columns(alias, model) for alias, model in models.items()})
        self.fields = [field.get_col(alias) for alias, model in models.items() for field in model._meta.concrete_fields]
        self._converters: dict[str, Converters] = {}

    def all(self, values: Values = ()) -> list[tuple[Any, ...]]:
        """Of each row: an instance for each model (None for a row that an outer join did not find), then what follows."""
        return [tuple(self._read(list(row))) for row in ask(self.sql, values)]

    def first(self, values: Values = ()) -> tuple[Any, ...] | None:
        """The first of them; for statements that find one at most."""
        rows = self.all(values)
        return rows[0] if rows else None

    def _read(self, row: list[Any]) -> Iterator[Any]:
        connection = connections[DEFAULT_DB_ALIAS]  # once: each look at the current one costs as much as a conversion
        for place, converters, column in self._conversions(connection):
            for convert in converters:
                row[place] = convert(row[place], column, connection)
        begin = 0
        for model in self.models:
            names = [field.attname for field in model._meta.concrete_fields]
            part = dict(zip(names, row[begin:], strict=False))
            begin += len(names)
            is_there = part[model._meta.pk.attname] is not None  # type: ignore[union-attr]
            yield model.from_db(connection.alias, names, list(part.values())) if is_there else None
        yield from row[begin:]

    def _conversions(self, connection: Any) -> Converters:
        """As the ORM converts what this database gives."""
        if connection.vendor not in self._converters:
            self._converters[connection.vendor] = [
                (place, converters, column)
                for place, column in enumerate(self.fields)
                if (converters := connection.ops.get_db_converters(column) + column.get_db_converters(connection))
            ]
        return self._converters[connection.vendor]


def insert(*rows: Model) -> None:
    """Saves new rows of one model in one statement and gives them their keys, as `bulk_create` does."""
    for row, (key,) in zip(rows, _insert(rows, ""), strict=True):
        row.pk = key
        row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS


def insert_unless_there(row: Model) -> bool:
    """Saves a new row unless a unique constraint finds one there, which stays as it is; whether it was saved. Gives no key."""
    return bool(_insert([row], "ON CONFLICT DO NOTHING"))


def _insert(rows: Sequence[Model], on_conflict: str) -> list[tuple[Any, ...]]:
    connection = connections[DEFAULT_DB_ALIAS]
    sql, fields = _insertion(type(rows[0]), len(rows), on_conflict)
    return ask(sql, [field.get_db_prep_save(field.pre_save(row, True), connection) for row in rows for field in fields])


@functools.cache
def _insertion(model: type[Model], number: int, on_conflict: str) -> tuple[str, list[Any]]:
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    values = ", ".join([f"({', '.join(['%s'] * len(fields))})"] * number)
    key = model._meta.pk.column  # type: ignore[union-attr]
    return f'INSERT INTO "{model._meta.db_table}" ({columns}) VALUES {values} {on_conflict} RETURNING "{key}"', fields


def _columns(alias: str, model: type[Model]) -> str:
    return ", ".join(f'{alias}."{field.column}"' for field in model._meta.concrete_fields)
