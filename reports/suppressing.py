"""What of a report its reader may see: names by their role, and for the front desk no small counts that say something of
single people. The page, the files and the API all pass here; reckons nothing anew.

Small counts are hidden by whole rows, so that no share or sum beside one tells it, together with the rows that come next in
size: what is left of a total then belongs to several rows, and each of them could be any of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import groupby
from operator import itemgetter
from typing import Any

from accounts.models import Role, User
from reports.figures import WORDS
from reports.shape import Column, Report, Rows, Section, Table, Unit, Value

FEWEST = 5
"""A count from one up to this is small."""
HIDDEN = "not shown"
NAMELESS = {"journey"}
"""Reports that give no names to anybody."""
WHY = "Counts under five are not shown here, nor what they could be worked out from, so that nobody is recognised by them."


def may_name(user: User, slug: str) -> bool:
    return slug not in NAMELESS and user.has_perm("clients.view_client")


def shown(report: Report, user: User, *, by_type: bool = False) -> Report:
    """`by_type`: it is narrowed to session types, so that all of it is one part of a sensitive split."""
    sections = tuple(_section(each, report.slug, user, by_type) for each in report.sections)
    is_less = by_type and any(each.table.is_suppressed for each in sections)
    return replace(report, sections=sections, sentences=(WHY,) if is_less else report.sentences)


def rows_shown(rows: Rows, slug: str, user: User) -> Rows:
    """The rows behind, without the columns of names where there is no right to them."""
    places = _places(rows.columns, slug, user)
    if len(places) == len(rows.columns):
        return rows
    kept = _kept(places)
    return replace(rows, columns=kept(rows.columns), rows=(kept(each) for each in rows.rows))


def has_names(columns: Iterable[Column]) -> bool:
    return any(each.unit is Unit.PERSON for each in columns)


def _section(section: Section, slug: str, user: User, by_type: bool) -> Section:
    table = _named(section.table, slug, user)
    is_sensitive = table.is_sensitive or (by_type and not has_names(table.columns))
    if not (is_sensitive and user.role == Role.FRONT_DESK):
        return replace(section, table=table)
    hidden = suppressed(table)
    if hidden is table:
        return replace(section, table=table)
    # Sentences and pictures are made from the whole table and would say what it no longer shows.
    return Section(hidden, sentences=(WHY,))


def _named(table: Table, slug: str, user: User) -> Table:
    places = _places(table.columns, slug, user)
    if len(places) == len(table.columns):
        return table
    kept = _kept(places)
    total = table.total and kept(table.total)
    return replace(table, columns=kept(table.columns), rows=tuple(kept(each) for each in table.rows), total=total)


def _places(columns: Sequence[Column], slug: str, user: User) -> list[int]:
    may = may_name(user, slug)
    return [at for at, column in enumerate(columns) if may or column.unit is not Unit.PERSON]


def _kept(places: Sequence[int]) -> Callable[[tuple[Any, ...]], tuple[Any, ...]]:
    return lambda each: tuple(each[at] for at in places)


# Small counts


def suppressed(table: Table) -> Table:
    """The table without its small counts; the same table where it has none."""
    counts = [_counts(table, row) for row in range(len(table.rows))]
    hidden = _hidden(counts)
    if not hidden:
        return table
    if table.units:
        return _without_numbers(table)
    rows = tuple(_blank(table, row, each) if row in hidden else each for row, each in enumerate(table.rows))
    total = table.total
    if total is not None and not _is_large(counts, hidden):
        total = _blank(table, None, total)
    return replace(table, rows=rows, total=total, is_suppressed=True)


def _without_numbers(table: Table) -> Table:
    """Rows that are different numbers of the same thing tell each other; money is no count of people."""
    rows = enumerate(table.rows)
    kept = tuple(row if table.units[at] is Unit.MONEY else _blank(table, at, row) for at, row in rows)
    return replace(table, rows=kept, is_suppressed=True)


def _hidden(counts: Sequence[tuple[int, ...]]) -> set[int]:
    """The rows with a small count, and of the others, from the smallest on, as many as it takes. Those that are alike go
    together: who knows how they are chosen learns nothing from which of them went."""
    hidden = {row for row, each in enumerate(counts) if _is_small(each)}
    if not hidden:
        return set()
    others = sorted((each, row) for row, each in enumerate(counts) if row not in hidden and any(each))
    for _, alike in groupby(others, key=itemgetter(0)):
        hidden |= {row for _, row in alike}
        if _is_large(counts, hidden):
            break
    return hidden


def _is_small(counts: tuple[int, ...]) -> bool:
    return any(0 < each < FEWEST for each in counts)


def _is_large(counts: Sequence[tuple[int, ...]], hidden: set[int]) -> bool:
    """Whether what is left of each total tells no small count: one hidden row beside it is no small one, and all of them
    together are not few."""
    columns = zip(*(counts[row] for row in sorted(hidden)), strict=True)
    return all(not _is_small(each) or (sum(each) >= FEWEST and any(one >= FEWEST for one in each)) for each in columns)


def _counts(table: Table, row: int) -> tuple[int, ...]:
    units = units_of(table, row)
    found = zip(table.rows[row], units, strict=True)
    return tuple(value if unit is Unit.COUNT and isinstance(value, int) else 0 for value, unit in found)


def units_of(table: Table, row: int | None) -> tuple[Unit, ...]:
    """Of each cell of a row; None is the total's."""
    own = table.units[row] if table.units and row is not None else None
    return tuple(each.unit if own is None or each.unit in WORDS else own for each in table.columns)


def _blank(table: Table, row: int | None, values: tuple[Value, ...]) -> tuple[Value, ...]:
    units = units_of(table, row)
    return tuple(value if unit in WORDS else HIDDEN for value, unit in zip(values, units, strict=True))
