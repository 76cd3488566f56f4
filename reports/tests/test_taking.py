"""Every report of the catalogue taken away as each of its readers, in an invented practice: whole, openable, the same as shown."""

from __future__ import annotations

import csv
import gc
import io
from typing import Any

import pytest

from accounts.models import Role
from accounts.tests.factories import make_front_desk, make_owner
from bookings.models import SessionType
from reports import api, catalogue, question, suppressing, taking
from reports.asking import Asked
from reports.catalogue import ENTRIES, Entry
from reports.errors import TooMany
from reports.exports import CSV, XLSX
from reports.meanings import MEANINGS
from reports.question import Question
from reports.schemas import ReportShown
from reports.tests import generated
from reports.tests.generated import FIRST, LAST, NOW
from reports.tests.test_exports import sheets, silent

pytestmark = pytest.mark.django_db
EACH = pytest.mark.parametrize("entry", ENTRIES, ids=[each.slug for each in ENTRIES])
YEARS = Question(str(FIRST), str(LAST))


@pytest.fixture
def readers() -> dict[Any, Any]:
    """A therapist who works there, the owner and the front desk, each with what they ask."""
    made = generated.make(8)
    users = [make_owner(), make_front_desk(), made.therapists[0].user]
    return {
        user.role: question.asked(YEARS, by=user, practice=made.practice, now=NOW) for user in users if user is not None
    }


def taken(entry: Entry, asked: Asked, what: str, form: str) -> bytes:
    out = io.BytesIO()
    taking.write(entry, asked, what, form, out, tell=silent)
    return out.getvalue()


def lines(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@EACH
def test_rows_behind_are_as_many_as_they_say_and_as_wide_as_their_headings(entry, readers):
    for role in entry.roles & readers.keys():
        asked = readers[role]
        found = lines(taken(entry, asked, taking.ROWS, CSV))
        assert {len(line) for line in found} == {len(found[0])}
        assert taking.count(entry, asked, taking.ROWS) in (None, len(found) - 1)
        (rows, about) = sheets(taken(entry, asked, taking.ROWS, XLSX)).values()
        assert len(rows) == len(found)
        assert dict(about)["Practice"] == asked.practice.name


@EACH
def test_each_table_is_taken_as_it_is_shown(entry, readers):
    asked = readers[Role.OWNER]
    for section in entry.made(asked).sections:
        table = section.table
        found = lines(taken(entry, asked, table.key, CSV))
        assert len(found) == len(table.rows) + 1
        assert {len(line) for line in found} == {len(table.columns) + bool(table.units)}


@EACH
def test_programs_get_it_in_the_shape_that_is_documented(entry, readers):
    for role in entry.roles & readers.keys():
        asked = readers[role]
        shown = api._shown(entry.made(asked), asked)
        ReportShown.model_validate(shown, strict=False)
        for section in shown["sections"]:
            assert {len(row) for row in section["table"]["rows"]} <= {len(section["table"]["columns"])}


@EACH
def test_front_desk_finds_no_small_count_in_what_is_sensitive(entry, readers):
    """However it narrows the report, also to one session type after the other."""
    if Role.FRONT_DESK not in entry.roles:
        return
    asked = readers[Role.FRONT_DESK]
    kinds = SessionType.objects.order_by("slug").values_list("slug", flat=True)
    for narrowed in ((), *((kind,) for kind in kinds)):
        wanted = YEARS._replace(session_types=narrowed)
        again = question.asked(wanted, by=asked.by, practice=asked.practice, now=NOW)
        for section in entry.made(again).sections:
            table = section.table
            if table.is_sensitive or (narrowed and not suppressing.has_names(table.columns)):
                small = [count for at in range(len(table.rows)) for count in suppressing._counts(table, at)]
                assert [count for count in small if 0 < count < suppressing.FEWEST] == []


def test_names_stand_in_no_file_of_the_journey(readers):
    entry = catalogue.found("journey", readers[Role.OWNER].by)
    found = taking.write(entry, readers[Role.OWNER], taking.ROWS, CSV, io.BytesIO(), tell=silent)
    assert not found.has_names


def test_what_each_number_means_goes_with_the_sheet(readers):
    asked = readers[Role.OWNER]
    entry = catalogue.found("income", asked.by)
    about = dict(sheets(taken(entry, asked, "session_types", XLSX))["About"])
    assert set(about.values()) >= {MEANINGS["waived"], MEANINGS["owed"]}


@pytest.mark.django_db(transaction=True)
@EACH
def test_rows_that_are_not_read_to_their_end_leave_no_cursor_open(entry):
    """On PostgreSQL a cursor that outlives its transaction complains when it is let go, here as an error."""
    made = generated.make(8)
    asked = question.asked(YEARS, by=make_owner(), practice=made.practice, now=NOW)
    with pytest.raises(TooMany):
        taking.write(entry, asked, taking.ROWS, CSV, io.BytesIO(), tell=taking.at_most(0))
    gc.collect()
