"""One table as a file that spreadsheets and programs open: CSV or XLSX, written row by row, so that its length costs no
memory. Knows nothing of where the rows come from or who gets them.

CSV is UTF-8 with a byte order mark, which Excel needs and LibreOffice knows, and otherwise RFC 4180. It has one line of
headings and the rows, no total, so that nothing is counted twice. XLSX has the total, and a second sheet that says what it is.
"""

from __future__ import annotations

import contextlib
import csv
import datetime as dt
import io
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import IO, Any
from zoneinfo import ZoneInfo

import xlsxwriter

from reports import cells
from reports.shape import Column, Unit, Value

CSV, XLSX = "csv", "xlsx"
TYPES = {CSV: "text/csv; charset=utf-8", XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
ROWS_OF_A_SHEET = 1_048_575
"""As many as Excel opens, less the headings; what is more goes on to another sheet."""
LOOKS = {
    Unit.COUNT: "0",
    Unit.MINUTES: "0.00",
    Unit.MONEY: "#,##0.00",
    Unit.SHARE: "0.0%",
    Unit.NUMBER: "0.0",
    Unit.DAYS: "0.0",
    Unit.DATE: "yyyy-mm-dd",
    Unit.MONTH: "yyyy-mm",
    Unit.MOMENT: "yyyy-mm-dd hh:mm",
}
NAME_LENGTH = 31
"""Of a sheet, in Excel."""
FIRST_YEAR = 1901
"""Before it Excel has no days that everybody counts alike."""

Tell = Callable[[int], None]
"""Called with how many rows are written."""


@dataclass(frozen=True, slots=True)
class Sheet:
    title: str
    columns: tuple[Column, ...]
    rows: Iterable[tuple[Value, ...]]
    zone: ZoneInfo
    currency: str
    about: tuple[tuple[str, str], ...] = ()
    """What it is, line by line: the practice, the period, what each number means."""
    total: tuple[Value, ...] | None = None
    units: tuple[tuple[Unit, ...], ...] = ()
    """Of each row, where they differ from row to row."""

    @property
    def headings(self) -> list[str]:
        """With the unit, where a plain number would not tell it."""
        said = {Unit.MINUTES: "hours", Unit.MONEY: self.currency, Unit.DAYS: "days", Unit.SHARE: "share"}
        return [
            f"{each.label} ({said[each.unit]})" if each.unit in said and not self.units else each.label
            for each in self.columns
        ]

    def with_units(self) -> Iterator[tuple[tuple[Value, ...], Sequence[Unit]]]:
        usual = tuple(each.unit for each in self.columns)
        for at, row in enumerate(self.rows):
            yield row, self.units[at] if self.units else usual


def write(sheet: Sheet, to: IO[bytes], form: str, tell: Tell) -> int:
    """Writes it whole, and gives the number of rows."""
    return {CSV: _csv, XLSX: _xlsx}[form](sheet, to, tell)


def _csv(sheet: Sheet, to: IO[bytes], tell: Tell) -> int:
    written = 0
    out = io.TextIOWrapper(to, "utf-8-sig", newline="", write_through=False)
    try:
        lines = csv.writer(out, lineterminator="\r\n")
        lines.writerow(cells.harmless(each) for each in sheet.headings)
        for row, units in sheet.with_units():
            lines.writerow([cells.text(value, unit, sheet.zone) for value, unit in zip(row, units, strict=True)])
            written += 1
            tell(written)
        out.flush()
    finally:
        out.detach()  # else it would close the file, which is not ours
    return written


def _xlsx(sheet: Sheet, to: IO[bytes], tell: Tell) -> int:
    with tempfile.TemporaryDirectory() as folder:  # with all it leaves, also where it is stopped midway
        book = _Book(sheet, xlsxwriter.Workbook(to, {"constant_memory": True, "tmpdir": folder}))
        try:
            for row, units in sheet.with_units():
                book.add(row, units)
                tell(book.written)
            book.finish()
        finally:
            book.release()
    return book.written


class _Book:
    def __init__(self, sheet: Sheet, book: Any) -> None:
        self.sheet, self.book, self.written, self.line = sheet, book, 0, ROWS_OF_A_SHEET + 1
        self.looks = {unit: book.add_format({"num_format": look}) for unit, look in LOOKS.items()}
        self.bold = book.add_format({"bold": True})
        self.bold_looks = {unit: book.add_format({"num_format": look, "bold": True}) for unit, look in LOOKS.items()}
        self.wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        self.page: Any = None

    def add(self, row: Sequence[Value], units: Sequence[Unit]) -> None:
        if self.line > ROWS_OF_A_SHEET:
            self._next_page()
        self._write(row, units, self.looks)
        self.written += 1

    def finish(self) -> None:
        if self.page is None:
            self._next_page()
        if self.sheet.total is not None:
            if self.line > ROWS_OF_A_SHEET:
                self._next_page()
            self._write(self.sheet.total, [each.unit for each in self.sheet.columns], self.bold_looks, self.bold)
        self._about()
        self.book.close()

    def release(self) -> None:
        for page in self.book.worksheets():
            with contextlib.suppress(AttributeError):
                page.row_data_fh.close()

    def _next_page(self) -> None:
        number = len(self.book.worksheets()) + 1
        ending = f" {number}" if number > 1 else ""
        self.page, self.line = self.book.add_worksheet(_sheet_name(self.sheet.title, ending)), 1
        for at, heading in enumerate(self.sheet.headings):
            wide = 18 if self.sheet.columns[at].unit in LOOKS else 28
            self.page.set_column(at, at, max(wide, min(len(heading) + 2, 40)))
            self.page.write_string(0, at, cells.harmless(heading), self.bold)
        self.page.freeze_panes(1, 0)

    def _write(self, row: Sequence[Value], units: Sequence[Unit], looks: Any, plain: Any = None) -> None:
        for at, (value, unit) in enumerate(zip(row, units, strict=True)):
            self._cell(at, value, unit, looks.get(unit, plain), plain)
        self.line += 1

    def _cell(self, at: int, value: Value, unit: Unit, look: Any, plain: Any) -> None:
        match value:
            case None:
                pass
            case int() | Decimal():
                self.page.write_number(self.line, at, float(cells.number(value, unit)), look)
            case dt.datetime() if value.year >= FIRST_YEAR:
                local = value.astimezone(self.sheet.zone).replace(tzinfo=None)
                self.page.write_datetime(self.line, at, local, look)
            case dt.date() if not isinstance(value, dt.datetime) and value.year >= FIRST_YEAR:
                self.page.write_datetime(self.line, at, value, look)
            case _:
                self.page.write_string(self.line, at, cells.text(value, unit, self.sheet.zone), plain)

    def _about(self) -> None:
        page = self.book.add_worksheet("About")
        page.set_column(0, 0, 28)
        page.set_column(1, 1, 90)
        for line, (what, said) in enumerate(self.sheet.about):
            page.write_string(line, 0, cells.harmless(what), self.bold)
            page.write_string(line, 1, cells.harmless(said), self.wrapped)


def _sheet_name(title: str, ending: str) -> str:
    plain = "".join(" " if sign in "[]:*?/\\'" else sign for sign in title).strip() or "Table"
    return (plain[: NAME_LENGTH - len(ending)] + ending) if plain.lower() != "about" else f"Table{ending}"
