"""Small counts stay hidden from whoever reckons with what is left, and names from who has no right to them."""

from __future__ import annotations

from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from accounts.models import Role, User
from reports import suppressing
from reports.shape import Column, Report, Rows, Section, Table, Unit
from reports.suppressing import FEWEST, HIDDEN

COLUMNS = (
    Column("from", "From", Unit.TEXT),
    Column("new", "New"),
    Column("back", "Returning"),
    Column("share", "Share", Unit.SHARE),
)
BOUNDED = settings(max_examples=150, deadline=None)
COUNT = st.one_of(st.integers(0, 9), st.integers(0, 60))


def table_of(counts: list[tuple[int, ...]], *, sensitive: bool = True) -> Table:
    """A row for each pair of counts, with a share beside them and the sums below."""
    rows = tuple((f"way {at}", *pair, Decimal(sum(pair)) / 100) for at, pair in enumerate(counts))
    total = ("Total", *(sum(each) for each in zip(*counts, strict=True)), None)
    return Table("ways", "Ways", COLUMNS, rows, total, is_sensitive=sensitive)


def someone(role: str) -> User:
    return User(pk=1, role=role, is_staff=True, is_superuser=role == Role.OWNER)


def numbers(table: Table) -> list[tuple[Any, ...]]:
    return [row[1:] for row in table.rows]


def test_small_count_goes_with_the_row_next_in_size():
    shown = suppressing.suppressed(table_of([(3, 0), (40, 50), (6, 7), (0, 0)]))

    hidden = (HIDDEN, HIDDEN, HIDDEN)
    assert numbers(shown) == [hidden, (40, 50, Decimal("0.9")), hidden, (0, 0, Decimal(0))]
    assert shown.total == ("Total", 49, 57, None)
    assert shown.is_suppressed


def test_table_without_small_counts_is_shown_as_it_is():
    table = table_of([(5, 0), (40, 50)])
    assert suppressing.suppressed(table) is table


def test_where_nothing_large_is_left_to_hide_behind_the_total_goes_too():
    shown = suppressing.suppressed(table_of([(3, 0), (0, 0)]))

    assert numbers(shown) == [(HIDDEN,) * 3, (0, 0, Decimal(0))]
    assert shown.total == ("Total", HIDDEN, HIDDEN, HIDDEN)


@BOUNDED
@given(st.lists(st.tuples(COUNT, COUNT), min_size=1, max_size=6))
def test_each_small_count_could_be_another_one_by_all_that_is_shown(counts):
    """Somebody who knows how it is hidden finds, for each hidden small count, another table with another number at that place
    that would look the same to the last sign."""
    shown = suppressing.suppressed(table_of(counts))
    hidden = [at for at, row in enumerate(shown.rows) if row[1] == HIDDEN]
    assert {at for at, row in enumerate(counts) if any(0 < each < FEWEST for each in row)} <= set(hidden)
    for at in hidden:
        for column, count in enumerate(counts[at]):
            if 0 < count < FEWEST:
                assert any(
                    other[at][column] != count and looks(other) == looks(counts) for other in others(counts, hidden, at)
                )


@BOUNDED
@given(st.lists(st.tuples(COUNT, COUNT), min_size=1, max_size=6))
def test_what_is_left_of_a_total_is_no_small_count(counts):
    shown = suppressing.suppressed(table_of(counts))
    assume(shown.is_suppressed and shown.total[1] != HIDDEN)
    for column in (1, 2):
        left = shown.total[column] - sum(row[column] for row in shown.rows if row[column] != HIDDEN)
        hidden = [counts[at][column - 1] for at, row in enumerate(shown.rows) if row[1] == HIDDEN]
        if any(0 < each < FEWEST for each in hidden):
            assert left >= FEWEST


def looks(counts: list[tuple[int, ...]]) -> Any:
    """All that somebody sees, the share of a row that is shown among it."""
    shown = suppressing.suppressed(table_of(counts))
    return shown.rows, shown.total


def others(counts: list[tuple[int, ...]], hidden: list[int], at: int) -> Any:
    """Other tables that agree in what is shown: two hidden rows the other way round, or one small count in place of another."""
    for one, other in permutations(hidden, 2):
        swapped = list(counts)
        swapped[one], swapped[other] = counts[other], counts[one]
        yield swapped
    for column, count in enumerate(counts[at]):
        if 0 < count < FEWEST:
            for instead in set(range(1, FEWEST)) - {count}:
                row = [*counts[at]]
                row[column] = instead
                yield [tuple(row) if place == at else each for place, each in enumerate(counts)]


def test_adversary_wins_where_only_the_small_count_itself_is_hidden(monkeypatch):
    """The same question asked of a rule that hides no other row: the total then tells the number."""
    monkeypatch.setattr(suppressing, "_hidden", lambda counts: {0})
    monkeypatch.setattr(suppressing, "_is_large", lambda counts, hidden: True)
    shown = suppressing.suppressed(table_of([(3, 9), (40, 50)]))
    assert shown.total[1] - 40 == 3


@pytest.mark.parametrize(
    ("role", "sensitive", "is_hidden"),
    [
        (Role.FRONT_DESK, True, True),
        (Role.FRONT_DESK, False, False),
        (Role.OWNER, True, False),
        (Role.THERAPIST, True, False),
    ],
)
def test_only_the_front_desk_misses_small_counts_and_only_of_what_is_sensitive(role, sensitive, is_hidden):
    table = table_of([(3, 0), (40, 50)], sensitive=sensitive)
    section = Section(table, ("Three came by the window.",))
    (shown,) = suppressing.shown(Report("clients", "Clients", (), (section,)), someone(role)).sections

    assert shown.table.is_suppressed is is_hidden
    assert shown.sentences == ((suppressing.WHY,) if is_hidden else section.sentences)


def test_rows_that_are_different_numbers_of_one_thing_go_together_but_for_money():
    """Sessions and their hours tell each other."""
    columns = (Column("what", "What", Unit.TEXT), Column("now", "Now"))
    rows = (("Sessions", 3), ("Clients", 8), ("Hours", 3), ("Taken", Decimal(70)))
    units = (Unit.COUNT, Unit.COUNT, Unit.MINUTES, Unit.MONEY)
    table = Table("all", "All", columns, rows, units=units, is_sensitive=True)

    shown = suppressing.suppressed(table).rows
    assert shown == (("Sessions", HIDDEN), ("Clients", HIDDEN), ("Hours", HIDDEN), ("Taken", Decimal(70)))


@pytest.mark.parametrize(("role", "is_hidden"), [(Role.FRONT_DESK, True), (Role.OWNER, False)])
def test_report_narrowed_to_a_session_type_is_one_part_of_the_split_and_sensitive_as_a_whole(role, is_hidden):
    """Else the front desk would ask for one type after the other."""
    section = Section(table_of([(3, 0), (40, 50)], sensitive=False))
    report = Report("overview", "Overview", ("There were 3 sessions.",), (section,))

    shown = suppressing.shown(report, someone(role), by_type=True)

    assert shown.sections[0].table.is_suppressed is is_hidden
    assert shown.sentences == ((suppressing.WHY,) if is_hidden else report.sentences)
    assert suppressing.shown(report, someone(role)) == report


def test_list_of_people_is_no_split():
    columns = (Column("who", "Client", Unit.PERSON), Column("n", "Sessions"))
    report = Report("days", "Days", (), (Section(Table("list", "Who", columns, (("Sam", 1),))),))
    assert suppressing.shown(report, someone(Role.FRONT_DESK), by_type=True) == report


@pytest.mark.parametrize(
    ("role", "slug", "sees"),
    [
        (Role.OWNER, "income", True),
        (Role.FRONT_DESK, "income", True),
        (Role.THERAPIST, "income", True),
        (Role.CLIENT, "income", False),
        (Role.OWNER, "journey", False),
        (Role.THERAPIST, "journey", False),
    ],
)
def test_names_are_for_those_whose_role_has_them_and_of_the_journey_for_nobody(role, slug, sees):
    columns = (Column("who", "Client", Unit.PERSON), Column("n", "Sessions"))
    table = Table("all", "All", columns, (("Sam Field", 9),), ("Total", 9))
    rows = Rows("rows", "Rows", columns, iter([("Sam Field", 9)]))
    user = someone(role)
    (section,) = suppressing.shown(Report(slug, "…", (), (Section(table),)), user).sections

    assert section.table.rows == ((("Sam Field", 9),) if sees else ((9,),))
    assert section.table.total == (("Total", 9) if sees else (9,))
    assert list(suppressing.rows_shown(rows, slug, user).rows) == [("Sam Field", 9) if sees else (9,)]
