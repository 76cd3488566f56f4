"""A report as its page shows it: each value in words, each number with its meaning, each table with its picture. Reckons
nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from reports.figures import WORDS, Figures
from reports.meanings import MEANINGS
from reports.shape import Chart, Column, Kind, Report, Section, Table, Unit, Value

STEPS = 5
"""Of a heat map, above nothing."""


class Cell(NamedTuple):
    text: str
    plain: str
    """The number for the picture."""
    classes: str
    means: str = ""
    """The key of the meaning, where the cell names its row's number."""


class Head(NamedTuple):
    column: Column
    axis: str
    is_number: bool


class Line(NamedTuple):
    first: Cell
    rest: list[Cell]


class Picture(NamedTuple):
    chart: Chart
    size: str
    is_heat: bool

    @property
    def of(self) -> str:
        return " ".join(self.chart.of)


class Shown(NamedTuple):
    """A section. `means` is the one meaning of all its columns, where they have one; it then stands beside the title."""

    table: Table
    means: str
    sentences: tuple[str, ...]
    heads: list[Head]
    lines: list[Line]
    total: Line | None
    picture: Picture | None


class Meaning(NamedTuple):
    key: str
    name: str
    text: str


def sections(report: Report, figures: Figures) -> list[Shown]:
    return [_shown(section, figures) for section in report.sections]


def meanings(report: Report) -> list[Meaning]:
    """Of every number of the report, once each, by the name under which it is met first."""
    found: dict[str, str] = {}
    for section in report.sections:
        for key, name in _named(section.table):
            found.setdefault(key, name)
    return [Meaning(key, name, MEANINGS[key]) for key, name in found.items() if key in MEANINGS]


def _named(table: Table) -> Iterator[tuple[str, str]]:
    shared = _shared(table)
    yield from ((each.means, table.title if shared else each.label) for each in table.columns if each.means)
    yield from ((key, str(row[0])) for key, row in zip(table.means, table.rows, strict=False) if key)


def _shown(section: Section, figures: Figures) -> Shown:
    table, heat = section.table, _heat(section)
    units = table.units or [None] * len(table.rows)
    means = table.means or [""] * len(table.rows)
    lines = [
        _line(table, row, figures, unit, key, heat) for row, unit, key in zip(table.rows, units, means, strict=True)
    ]
    total = (
        _line(table, ("All" if table.total[0] is None else table.total[0], *table.total[1:]), figures)
        if table.total
        else None
    )
    heads = [Head(each, figures.axis(each.unit), each.unit not in WORDS) for each in table.columns]
    return Shown(table, _shared(table), section.sentences, heads, lines, total, _picture(section))


def _shared(table: Table) -> str:
    keys = [each.means for each in table.columns if each.unit not in WORDS]
    return keys[0] if len(keys) > 1 and len(set(keys)) == 1 else ""


def _line(
    table: Table,
    row: Sequence[Value],
    figures: Figures,
    unit: Unit | None = None,
    means: str = "",
    heat: dict[str, int] | None = None,
) -> Line:
    cells = []
    for column, value in zip(table.columns, row, strict=True):
        own = unit if unit and column.unit not in WORDS else column.unit
        classes = [] if column.unit in WORDS else ["is-number"]
        if heat and column.key in heat:
            classes.append(f"heat-{_step(value, heat[column.key])}")
        cells.append(Cell(figures.said(value, own), figures.plain(value, own), " ".join(classes)))
    return Line(cells[0]._replace(means=means), cells[1:])


def _heat(section: Section) -> dict[str, int]:
    """The columns of a heat map, each with the greatest number of all of them."""
    if not section.chart or section.chart.kind != Kind.HEAT:
        return {}
    places = [at for at, column in enumerate(section.table.columns) if column.key in section.chart.of]
    most = max((_number(row[at]) for row in section.table.rows for at in places), default=0)
    return dict.fromkeys(section.chart.of, most)


def _step(value: Value, most: int) -> int:
    """From 0 for nothing to STEPS for the most."""
    return -(-_number(value) * STEPS // most) if most else 0


def _number(value: Value) -> int:
    """In thousandths, so that shares have steps too; a word is none."""
    return 0 if value is None or isinstance(value, str) else max(int(value * 1000), 0)  # type: ignore[operator, call-overload]


def _picture(section: Section) -> Picture | None:
    """None where there is nothing to draw."""
    rows = len(section.table.rows)
    if not section.chart or not rows:
        return None
    kind, along = section.chart.kind, _unit_along(section)
    size = f"is-lying rows-{1 if rows < 5 else 2 if rows < 10 else 3}" if kind != Kind.LINES and along else ""
    return Picture(section.chart, size, kind == Kind.HEAT)


def _unit_along(section: Section) -> bool:
    """Whether the picture goes along names, which need room to be read: its bars then lie."""
    along = next(each for each in section.table.columns if section.chart and each.key == section.chart.along)
    return along.unit == Unit.TEXT
