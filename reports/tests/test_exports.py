"""A table as CSV and XLSX: what a spreadsheet makes of it, cell by cell, and that nothing in it runs."""

from __future__ import annotations

import csv
import datetime as dt
import io
import os
import re
import tempfile
import zipfile
from dataclasses import replace
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports import cells, exports
from reports.exports import Sheet
from reports.shape import Column, Unit

LONDON = ZoneInfo("Europe/London")
COLUMNS = (
    Column("client", "Client", Unit.PERSON),
    Column("on", "Day", Unit.DATE),
    Column("at", "Begins", Unit.MOMENT),
    Column("month", "Month", Unit.MONTH),
    Column("booked", "Booked", Unit.MINUTES),
    Column("price", "Price", Unit.MONEY),
    Column("share", "Share", Unit.SHARE),
    Column("wait", "Wait", Unit.DAYS),
    Column("sessions", "Sessions"),
)
SUMMER = dt.datetime(2027, 7, 1, 10, tzinfo=dt.UTC)
ROW = (
    "Müller, Ann",
    dt.date(2027, 1, 3),
    SUMMER,
    dt.date(2027, 4, 1),
    50,
    Decimal(70),
    Decimal("0.25"),
    Decimal("1.5"),
    3,
)
EMPTY = ("=1+1", None, None, None, None, Decimal("-5"), None, None, "not shown")
SHEET = Sheet(
    "Sessions: all/each",
    COLUMNS,
    (ROW, EMPTY),
    LONDON,
    "GBP",
    (("Practice", "=Still Water"), ("From", "Sunday 3 January 2027")),
    total=("Total", None, None, None, 50, Decimal(65), None, None, 3),
)
NAMESPACE = {"x": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


def silent(written: int) -> None:
    pass


def made(sheet: Sheet, form: str) -> bytes:
    out = io.BytesIO()
    exports.write(sheet, out, form, silent)
    return out.getvalue()


def sheets(content: bytes) -> dict[str, list[list[Any]]]:
    """What stands in each sheet: texts as texts, numbers as numbers; a formula fails."""
    found = {}
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        names = re.findall(r'<sheet name="([^"]+)"', file.read("xl/workbook.xml").decode())
        for number, name in enumerate(names, 1):
            page = ElementTree.fromstring(file.read(f"xl/worksheets/sheet{number}.xml"))  # we wrote it ourselves
            assert page.findall(".//x:f", NAMESPACE) == []
            found[name] = [[cell_of(cell) for cell in row] for row in page.findall(".//x:row", NAMESPACE)]
    return found


def cell_of(cell: Any) -> Any:
    if cell.get("t") == "inlineStr":
        return "".join(part.text or "" for part in cell.findall(".//x:t", NAMESPACE))
    return float(cell.find("x:v", NAMESPACE).text)


def test_csv_is_what_the_standard_says_to_the_byte():
    assert made(SHEET, "csv").decode("utf-8") == (
        "\ufeffClient,Day,Begins,Month,Booked (hours),Price (GBP),Share (share),Wait (days),Sessions\r\n"
        '"Müller, Ann",2027-01-03,2027-07-01T11:00:00+01:00,2027-04,0.8333,70.00,0.25,1.5,3\r\n'
        "'=1+1,,,,,-5.00,,,not shown\r\n"
    )


def test_xlsx_has_numbers_as_numbers_days_as_days_the_total_and_a_sheet_about_it():
    found = sheets(made(SHEET, "xlsx"))

    days = (dt.date(2027, 1, 3) - dt.date(1899, 12, 30)).days
    begins = (dt.datetime(2027, 7, 1, 11) - dt.datetime(1899, 12, 30)) / dt.timedelta(days=1)
    month = (dt.date(2027, 4, 1) - dt.date(1899, 12, 30)).days
    assert found == {
        "Sessions  all each": [
            [*SHEET.headings],
            ["Müller, Ann", days, pytest.approx(begins), month, pytest.approx(0.8333), 70, 0.25, 1.5, 3],
            ["'=1+1", -5, "not shown"],
            ["Total", pytest.approx(0.8333), 65, 3],
        ],
        "About": [["Practice", "'=Still Water"], ["From", "Sunday 3 January 2027"]],
    }


def test_more_rows_than_a_sheet_holds_go_on_in_another(monkeypatch):
    monkeypatch.setattr(exports, "ROWS_OF_A_SHEET", 2)
    columns = (Column("n", "N"),)
    sheet = replace(SHEET, title="Rows", columns=columns, rows=[(1,), (2,), (3,)], total=(6,), about=())

    assert sheets(made(sheet, "xlsx")) == {"Rows": [["N"], [1], [2]], "Rows 2": [["N"], [3], [6]], "About": []}


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_table_without_rows_has_its_headings(form):
    content = made(replace(SHEET, rows=(), total=None, about=()), form)

    if form == "csv":
        assert content.decode("utf-8-sig").split("\r\n") == [",".join(SHEET.headings), ""]
    else:
        assert sheets(content)["Sessions  all each"] == [SHEET.headings]


def test_rows_of_different_units_each_have_their_own():
    columns = (Column("what", "What", Unit.TEXT), Column("now", "Now"))
    units = ((Unit.TEXT, Unit.COUNT), (Unit.TEXT, Unit.MINUTES))
    sheet = replace(SHEET, columns=columns, rows=(("Sessions", 3), ("Hours", 90)), units=units, total=None)

    assert made(sheet, "csv").decode("utf-8-sig") == "What,Now\r\nSessions,3\r\nHours,1.5\r\n"


@pytest.mark.parametrize(
    ("text", "instead"),
    [
        ("=1", "'=1"),
        ("+44 20", "'+44 20"),
        ("-x", "'-x"),
        ("@x", "'@x"),
        ("|x", "'|x"),
        ("  =1", "  '=1"),
        ("\u200b=1", "\u200b'=1"),
        ("\ufeff=1", "\ufeff'=1"),
        ("\t=1", "'\t'=1"),
        ("\rx", "'\rx"),
        ("＝1", "'＝1"),
        ("－1", "'－1"),
        ('"=1', "\"'=1"),
        ("'=1", "''=1"),
        ("x;=1", "x;'=1"),
        ("x\n=1", "x\n'=1"),
        ("x\v=1", "x\v'=1"),
        ("\u3000＝1", "\u3000'＝1"),
        ("\u2003=1", "\u2003'=1"),
        ("\x1f=1", "\x1f'=1"),
        ("\x85=1", "\x85'=1"),
        ("\u202e=1", "\u202e'=1"),
        ("\u2066=1", "\u2066'=1"),
        ("\U000e0001=1", "\U000e0001'=1"),
        ("﹦1", "'﹦1"),
        ("｜x", "'｜x"),
    ],
)
def test_what_would_run_has_an_apostrophe_before_it(text, instead):
    assert cells.harmless(text) == instead


@pytest.mark.parametrize("text", ["Ann-Marie", "1 = 1", "a@b.example", "3-4", "Müller", "", "not shown"])
def test_other_texts_stay_as_they_are(text):
    assert cells.harmless(text) == text


RUNS = "=+-@＝＋－＠"
NASTY = st.text(st.sampled_from(RUNS + " \t\r\n;,|\"'\u200bab"), max_size=12)


@settings(max_examples=200, deadline=None)
@given(NASTY, st.sampled_from([",", ";", "\t"]))
def test_no_cell_runs_however_the_line_is_cut(text, cut):
    """Spreadsheets of other countries cut at other signs than ours."""
    sheet = replace(SHEET, columns=(Column("a", "A", Unit.TEXT), Column("b", "B", Unit.TEXT)), rows=(("x", text),))
    content = made(sheet, "csv").decode("utf-8-sig")

    for line in csv.reader(io.StringIO(content, newline=""), delimiter=cut):
        assert [cell for cell in line if cell.lstrip(" \t\r\n\u200b")[:1] in set(RUNS)] == []


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20), max_size=4))
def test_csv_read_again_is_what_was_written(texts):
    sheet = replace(SHEET, columns=(Column("a", "A", Unit.TEXT),), rows=[(each,) for each in texts])
    content = made(sheet, "csv").decode("utf-8-sig")

    read = [line[0] if line else "" for line in csv.reader(io.StringIO(content, newline=""))]
    assert read == ["A", *(cells.harmless(each) for each in texts)]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_file_is_written_as_its_rows_come_and_one_that_is_stopped_leaves_nothing(form, monkeypatch, tmp_path):
    """What is beyond the stop was never asked for."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    asked: list[int] = []

    def rows():
        for number in range(10):
            asked.append(number)
            yield (number,)

    def stop(written: int) -> None:
        if written == 3:
            raise InterruptedError

    sheet = replace(SHEET, columns=(Column("n", "N"),), rows=rows())
    with pytest.raises(InterruptedError):
        exports.write(sheet, io.BytesIO(), form, stop)

    assert asked == [0, 1, 2]
    assert os.listdir(tmp_path) == []


def test_length_of_a_file_costs_no_memory(monkeypatch):
    """Counted, not weighed: the rows that are alive at a time."""
    alive = most = 0

    class Row(tuple):
        __slots__ = ()

        def __new__(cls, *values):
            nonlocal alive, most
            alive += 1
            most = max(most, alive)
            return super().__new__(cls, values)

        def __del__(self):
            nonlocal alive
            alive -= 1

    for form in ("csv", "xlsx"):
        sheet = replace(SHEET, columns=(Column("n", "N"),), rows=(Row(number) for number in range(3_000)), total=None)
        made(sheet, form)

    assert most < 10


@settings(max_examples=100, deadline=None)
@given(st.integers(-(10**6), 10**6))
def test_minutes_are_hours_that_lead_back_to_the_same_minutes(minutes):
    assert round(cells.number(minutes, Unit.MINUTES) * 60) == minutes


def test_programs_get_minutes_as_minutes_and_money_as_a_text():
    values = {Unit.MINUTES: 90, Unit.MONEY: Decimal(70), Unit.SHARE: Decimal("0.25"), Unit.COUNT: 3, Unit.TEXT: "=1"}
    found = {unit: cells.json_value(value, unit, LONDON) for unit, value in values.items()}
    assert found == {Unit.MINUTES: 90, Unit.MONEY: "70.00", Unit.SHARE: 0.25, Unit.COUNT: 3, Unit.TEXT: "=1"}
    assert cells.json_value(SUMMER, Unit.MOMENT, LONDON) == "2027-07-01T11:00:00+01:00"
    assert cells.json_value(None, Unit.COUNT, LONDON) is None
