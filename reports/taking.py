"""A report's table, or the rows behind it, as a file for one reader: what they may see of it, with what it is written beside it.

Everything a file holds passes `suppressing`. Who takes names away leaves a line in the ledger.
"""

from __future__ import annotations

import datetime as dt
import traceback
from collections.abc import Iterator
from typing import IO, NamedTuple

from accounts.models import User
from practice import words
from reports import exports, suppressing
from reports.asking import Asked, Filters
from reports.catalogue import Entry
from reports.errors import NoSuchTable, TooMany
from reports.exports import Sheet, Tell
from reports.meanings import MEANINGS
from reports.period import Period
from reports.question import Question
from reports.reading import LONGEST_SECONDS, reading
from reports.shape import Column, Report, Rows, Table, Unit
from vault import ledger

ROWS = "rows"
"""What stands in the place of a table's key for the rows behind a report."""
TAKEN = "report.taken"
EVERYTHING = "everything"


class Taken(NamedTuple):
    rows: int
    has_names: bool


def at_most(rows: int) -> Tell:
    """For a file that somebody waits for: raises TooMany beyond so many."""

    def tell(written: int) -> None:
        if written > rows:
            raise TooMany

    return tell


def write(
    entry: Entry, asked: Asked, what: str, form: str, to: IO[bytes], *, tell: Tell, seconds: float = LONGEST_SECONDS
) -> Taken:
    """Raises NoSuchTable, TooLong, and whatever `tell` raises."""
    with reading(seconds):
        sheet = _rows(entry, asked) if what == ROWS else _table(entry, asked, what)
        has_names = suppressing.has_names(sheet.columns)
        try:
            written = exports.write(sheet, to, form, tell)
        except BaseException as stopped:
            # Rows that are not read to their end let go of the database's cursor while its transaction still stands.
            del sheet
            traceback.clear_frames(stopped.__traceback__)
            raise
    return Taken(written, has_names)


def count(entry: Entry, asked: Asked, what: str, seconds: float = LONGEST_SECONDS) -> int | None:
    """How many rows there will be, where the report knows it beforehand."""
    if what != ROWS:
        return None
    with reading(seconds):
        known = entry.behind(asked).count
        return known() if known else None


def note(entry: Entry, by: User, what: str, taken: Taken, now: dt.datetime) -> None:
    """Leaves a line that this member of staff took a list of names away."""
    if taken.has_names:
        details = {"what": what, "rows": taken.rows}
        ledger.append(TAKEN, actor_id=by.pk, subject="", object=f"report:{entry.slug}", details=details, now=now)


def name(slug: str, what: str, form: str, period: Period) -> str:
    """Of the file; it says what is in it and not whose."""
    return f"{slug}-{what}-{period.first}-to-{period.last}.{form}"


def question_of(asked: Asked) -> Question:
    """The same question whenever it is asked again: its days written out."""
    chosen = asked.filters
    named = [tuple(each.slug for each in rows) for rows in (chosen.therapists, chosen.session_types, chosen.rooms)]
    return Question(str(asked.period.first), str(asked.period.last), "", *named)


def _rows(entry: Entry, asked: Asked) -> Sheet:
    found: Rows = suppressing.rows_shown(entry.behind(asked), entry.slug, asked.by)
    about = [*_about(asked, entry.title, found.title), *_meanings(found.columns)]
    return Sheet(found.title, found.columns, found.rows, asked.zone, asked.currency, tuple(about))


def _table(entry: Entry, asked: Asked, key: str) -> Sheet:
    report = entry.made(asked)
    table = _found(report, key)
    about = [*_about(asked, report.title, table.title), *_meanings(table.columns), *_meanings_of_rows(table)]
    if table.is_suppressed:
        about.append(("Not shown", suppressing.WHY))
    columns, rows, total = table.columns, table.rows, table.total
    units: tuple[tuple[Unit, ...], ...] = ()
    if table.units:
        columns = (*columns, Column("unit", "Unit", Unit.TEXT))
        rows = tuple((*row, _word(unit, asked)) for row, unit in zip(rows, table.units, strict=True))
        units = tuple((*suppressing.units_of(table, at), Unit.TEXT) for at in range(len(rows)))
        total = (*total, "") if total else None
    return Sheet(table.title, columns, rows, asked.zone, asked.currency, tuple(about), total, units)


def _found(report: Report, key: str) -> Table:
    for section in report.sections:
        if section.table.key == key:
            return section.table
    raise NoSuchTable


def _about(asked: Asked, title: str, what: str) -> Iterator[tuple[str, str]]:
    yield "Practice", asked.practice.name
    yield "Report", title
    yield "This sheet", what
    yield "From", words.day(asked.period.first)
    yield "To", words.day(asked.period.last)
    yield "Narrowed to", _narrowed(asked.filters)
    if asked.is_own:
        yield "Whose", f"The sessions of {asked.by}"
    yield "Made", words.moment(asked.now, asked.zone)
    yield "Times", words.zone(str(asked.zone))


def _narrowed(filters: Filters) -> str:
    names = [str(each) for rows in (filters.therapists, filters.session_types, filters.rooms) for each in rows]
    return ", ".join(names) or EVERYTHING


def _meanings(columns: tuple[Column, ...]) -> Iterator[tuple[str, str]]:
    return ((each.label, MEANINGS[each.means]) for each in columns if each.means)


def _meanings_of_rows(table: Table) -> Iterator[tuple[str, str]]:
    return ((str(row[0]), MEANINGS[key]) for row, key in zip(table.rows, table.means, strict=False) if key)


def _word(unit: Unit, asked: Asked) -> str:
    said = {Unit.MINUTES: "hours", Unit.MONEY: asked.currency, Unit.SHARE: "share", Unit.DAYS: "days"}
    return said.get(unit, "")
