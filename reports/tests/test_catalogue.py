"""What holds for every report alike: walks the whole catalogue, as each role, in an empty practice and in invented ones."""

import datetime as dt
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Role
from accounts.tests.factories import make_front_desk, make_owner, make_user
from bookings.tests.factories import make_therapist
from practice.tests.factories import make_practice
from reports import catalogue
from reports.asking import Asked, Filters
from reports.catalogue import ENTRIES
from reports.errors import NoSuchReport
from reports.figures import WORDS
from reports.meanings import MEANINGS
from reports.period import Period
from reports.shape import Report, Rows, Section, Table, Unit
from reports.tests.generated import FIRST, LAST, NOW, generated

pytestmark = pytest.mark.django_db

MOST_QUERIES = {
    "overview": 40,
    "time": 20,
    "income": 20,
    "clients": 20,
    "journey": 20,
    "cancellations": 20,
    "messages": 20,
    "compliance": 25,
    "days": 20,
}
"""What each report may ask at most, whatever the period and the practice."""
MOST_BEHIND = {"compliance": 10}
"""Papers, notes and incidents are three kinds of rows."""
CLINICAL = {"journey", "compliance"}
PERIODS = (
    Period(FIRST, LAST),
    Period(dt.date(2026, 3, 1), dt.date(2026, 3, 31)),
    Period(dt.date(2026, 4, 1), dt.date(2026, 4, 1)),
    Period(dt.date(2031, 1, 1), dt.date(2031, 12, 31)),
)
EACH = pytest.mark.parametrize("entry", ENTRIES, ids=[each.slug for each in ENTRIES])


def staff() -> list:
    return [make_owner(), make_front_desk(), make_therapist().user]


def readers(entry, users):
    return [user for user in users if user.role in entry.roles]


def faults(table: Table) -> list[str]:
    """What a page, a file or a picture could not be made of."""
    wide = len(table.columns)
    found = [f"{row} has not {wide} values" for row in table.rows if len(row) != wide]
    found += ["the total is not as wide"] if table.total and len(table.total) != wide else []
    found += [f"{key} has no meaning" for key in meant(table) if key not in MEANINGS]
    found += [f"{column.key} says not what it means" for column in table.columns if not has_meaning(table, column)]
    keys = [column.key for column in table.columns]
    found += ["two columns of one key"] if len(set(keys)) != len(keys) else []
    for units in (table.units, table.means):
        found += ["not each row has its unit and meaning"] if units and len(units) != len(table.rows) else []
    return found


def meant(table: Table) -> list[str]:
    return [column.means for column in table.columns if column.means] + [key for key in table.means if key]


def has_meaning(table: Table, column) -> bool:
    return column.unit in WORDS or bool(column.means) or (bool(table.means) and all(table.means)) or not table.rows


def faults_of_section(section: Section) -> list[str]:
    keys = {column.key: column.unit for column in section.table.columns}
    drawn = (section.chart.along, *section.chart.of) if section.chart else ()
    found = [f"{key} is drawn and is no column" for key in drawn if key not in keys]
    found += [f"{key} is drawn and is no number" for key in drawn[1:] if keys.get(key) in WORDS]
    return found + [f"{section.table.key}: {fault}" for fault in faults(section.table)]


def faults_of(report: Report, entry) -> list[str]:
    keys = [section.table.key for section in report.sections]
    found = [] if (report.slug, report.title) == (entry.slug, entry.title) else [f"it is called {report.slug}"]
    found += [] if len(set(keys)) == len(keys) else ["two tables of one key"]
    found += [f"no sentence: {each!r}" for each in report.sentences if not each.endswith((".", "?"))]
    return found + [fault for section in report.sections for fault in faults_of_section(section)]


def read(rows: Rows) -> list:
    return list(rows.rows)


def asking(user, period: Period) -> Asked:
    return Asked(period, Filters(), user, make_practice(), NOW)


@EACH
@pytest.mark.parametrize("period", PERIODS, ids=lambda each: f"{each.first}-{each.last}")
def test_empty_practice_has_a_sensible_page_for_everybody_who_may_see_it(entry, period) -> None:
    for user in readers(entry, staff()):
        asked = asking(user, period)

        assert faults_of(entry.made(asked), entry) == []
        assert read(entry.behind(asked)) == []


@EACH
@pytest.mark.parametrize("seed", [3, 40])
def test_every_number_has_a_meaning_and_every_table_its_shape(entry, seed) -> None:
    with generated(seed) as made:
        for user in readers(entry, [made.owner, made.front_desk, made.own_user()]):
            for period in PERIODS:
                asked = made.asked(period, by=user)
                assert faults_of(entry.made(asked), entry) == []
                rows = entry.behind(asked)
                assert {len(row) for row in read(rows)} <= {len(rows.columns)}


@EACH
def test_report_asks_as_often_for_many_bookings_as_for_few(entry) -> None:
    counts = {}
    for bookings in (2, 30):
        with generated(8, bookings=bookings) as made:
            for period in PERIODS[:3]:
                for user in readers(entry, [made.owner, made.own_user()]):
                    with CaptureQueriesContext(
                        connection,
                    ) as asked:
                        entry.report(made.asked(period, by=user))
                    counts[bookings, (period, user.role)] = len(asked)

    few = {key: number for (bookings, key), number in counts.items() if bookings == 2}
    many = {key: number for (bookings, key), number in counts.items() if bookings == 30}
    assert few == many
    assert max(many.values()) <= MOST_QUERIES[entry.slug]


@EACH
def test_rows_behind_are_asked_for_once_however_many_there_are(entry) -> None:
    counts = []
    for bookings in (2, 30):
        with generated(8, bookings=bookings) as made, CaptureQueriesContext(connection) as asked:
            read(entry.behind(made.asked(PERIODS[0])))
        counts.append(len(asked))

    assert counts[0] == counts[1] <= MOST_BEHIND.get(entry.slug, 6)


@EACH
def test_front_desk_gets_no_name_that_is_not_for_it_and_nobody_one_of_the_journey(entry) -> None:
    with generated(5) as made:
        for user in readers(entry, [made.owner, made.front_desk, made.own_user()]):
            report = entry.made(made.asked(PERIODS[0], by=user))
            named = [
                column.key
                for section in report.sections
                for column in section.table.columns
                if column.unit == Unit.PERSON
            ]
            assert named == [] or entry.slug != "journey"


def test_who_sees_which() -> None:
    slugs = {
        role: [each.slug for each in catalogue.visible_to(make_user(role=role))]
        for role in (Role.OWNER, Role.THERAPIST, Role.FRONT_DESK, Role.CLIENT)
    }

    assert slugs[Role.OWNER] == slugs[Role.THERAPIST] == [each.slug for each in ENTRIES]
    assert set(slugs[Role.OWNER]) - set(slugs[Role.FRONT_DESK]) == CLINICAL & set(slugs[Role.OWNER])
    assert slugs[Role.CLIENT] == []


@pytest.mark.parametrize("slug", ["nothing", "", "Overview", "journey"])
def test_what_is_not_there_and_what_is_not_theirs_is_refused_alike(slug) -> None:
    with pytest.raises(NoSuchReport, match=r"^There is no such report\.$"):
        catalogue.found(slug, make_front_desk())


def test_a_table_without_meanings_is_found() -> None:
    """The walk above can fail."""
    with generated(3) as made:
        report = ENTRIES[0].made(made.asked(PERIODS[0]))
    section = next(each for each in report.sections if each.table.rows)
    bare = [replace(column, means="") for column in section.table.columns]

    assert faults(replace(section.table, columns=tuple(bare), means=())) != []


def test_each_report_has_its_bound() -> None:
    assert [each.slug for each in ENTRIES] == list(MOST_QUERIES)
