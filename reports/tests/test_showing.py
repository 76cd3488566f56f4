import datetime as dt
import zoneinfo
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from reports import showing
from reports.figures import Figures
from reports.shape import Chart, Column, Kind, Report, Section, Table, Unit

IN_POUNDS = Figures("GBP", zoneinfo.ZoneInfo("Europe/London"))
AMOUNTS = st.decimals(-10_000, 10_000, places=2) | st.none() | st.just("not shown")
OF_UNIT = {
    Unit.TEXT: st.text(max_size=5),
    Unit.PERSON: st.text(max_size=5),
    Unit.COUNT: st.integers(0, 10**9) | st.none() | st.just("under 5"),
    Unit.MINUTES: st.integers(0, 10**9) | st.none(),
    Unit.MONEY: AMOUNTS,
    Unit.SHARE: AMOUNTS,
    Unit.NUMBER: AMOUNTS,
    Unit.DAYS: AMOUNTS,
    Unit.DATE: st.dates() | st.none(),
    Unit.MONTH: st.dates().map(lambda on: on.replace(day=1)) | st.none(),
    Unit.MOMENT: st.datetimes(dt.datetime(1900, 1, 2), dt.datetime(2900, 1, 1), timezones=st.just(dt.UTC)) | st.none(),
}
NUMBERS = [Column("one", "One", Unit.COUNT, "sessions"), Column("two", "Two", Unit.COUNT, "no_shows")]


@st.composite
def tables(draw) -> Table:
    units = draw(st.lists(st.sampled_from(list(OF_UNIT)), min_size=1, max_size=5))
    rows = draw(st.lists(st.tuples(*[OF_UNIT[unit] for unit in units]), max_size=4))
    columns = tuple(Column(f"c{at}", f"C{at}", unit) for at, unit in enumerate(units))
    return Table("all", "All", columns, tuple(rows), total=rows[0] if rows else None)


def shown(table: Table, chart: Chart | None = None) -> showing.Shown:
    (found,) = showing.sections(Report("r", "R", (), (Section(table, chart=chart),)), IN_POUNDS)
    return found


@settings(deadline=None, max_examples=100)
@given(tables())
def test_every_value_of_every_unit_is_shown_in_its_place(table) -> None:
    found = shown(table)

    lines = [[line.first, *line.rest] for line in found.lines]
    assert [len(line) for line in lines] == [len(table.columns)] * len(table.rows)
    for cells, row in zip(lines, table.rows, strict=True):
        for cell, value in zip(cells, row, strict=True):
            assert isinstance(cell.text, str)
            assert (cell.text == "–") == (value is None or value == "–")
            assert cell.plain == "" or Decimal(cell.plain).is_finite()


@settings(deadline=None, max_examples=100)
@given(st.lists(st.tuples(OF_UNIT[Unit.COUNT], OF_UNIT[Unit.COUNT]), min_size=1, max_size=6))
def test_heat_map_is_darker_where_there_is_more_and_blank_where_there_is_nothing(numbers) -> None:
    table = Table("heat", "Heat", (Column("day", "Day", Unit.TEXT), *NUMBERS), tuple(("x", *each) for each in numbers))

    found = shown(table, Chart(Kind.HEAT, "day", ("one", "two"), "…"))

    steps = {}
    for line, row in zip(found.lines, numbers, strict=True):
        for cell, value in zip(line.rest, row, strict=True):
            step = int(cell.classes[-1])
            steps.setdefault(value if isinstance(value, int) else 0, set()).add(step)
    assert all(len(each) == 1 for each in steps.values())
    by_value = [each for _, (each,) in sorted(steps.items())]
    assert by_value == sorted(by_value)
    assert set(by_value) <= set(range(6))
    assert {value for value, (step,) in steps.items() if step == 0} <= {0}
    assert max(by_value) == (5 if max(steps) else 0)


def test_meanings_are_named_as_they_are_met_first_and_a_shared_one_after_its_table() -> None:
    both = Table("both", "Both", (Column("day", "Day", Unit.TEXT), *NUMBERS), ())
    shared = Table("heat", "By hour", (Column("day", "Day", Unit.TEXT), *[Column(f"h{n}", f"{n}:00", means="booked") for n in (9, 10)]), ())  # fmt: skip
    rows = Table("rows", "Rows", (Column("what", "What", Unit.TEXT), Column("now", "Now")), (("Missed", 1), ("Taken", Decimal(2))), means=("no_shows", "taken"))  # fmt: skip

    found = showing.meanings(Report("r", "R", (), (Section(both), Section(shared), Section(rows))))

    assert [(each.key, each.name) for each in found] == [
        ("sessions", "One"),
        ("no_shows", "Two"),
        ("booked", "By hour"),
        ("taken", "Taken"),
    ]
    assert (shown(both).means, shown(shared).means) == ("", "booked")


def test_nothing_to_draw_is_no_picture() -> None:
    empty = Table("none", "None", (Column("day", "Day", Unit.TEXT), *NUMBERS), ())

    assert shown(empty, Chart(Kind.BARS, "day", ("one",), "…")).picture is None
