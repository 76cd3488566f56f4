"""The reports over the API: the same numbers as the pages, for whom the pages are."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Role
from accounts.tests.factories import make_front_desk, make_owner
from bookings.tests.calling import get
from bookings.tests.factories import make_therapist
from clients.tests.factories import make_client_with_account
from practice.tests.factories import make_practice
from reports import catalogue, suppressing
from reports.meanings import MEANINGS
from reports.tests import samples
from reports.tests.samples import tiny

pytestmark = pytest.mark.django_db
MAY = {"from": "2027-05-01", "to": "2027-05-31"}


@pytest.fixture(autouse=True)
def entries(monkeypatch) -> None:
    """Small reports of our own in the places of the real ones."""
    make_practice()
    monkeypatch.setattr(catalogue, "ENTRIES", (tiny(), tiny(slug="owners", roles=frozenset({Role.OWNER}))))


def problem(answer: Any) -> tuple[int, str, Any]:
    assert answer["Content-Type"] == "application/problem+json"
    said = answer.json()
    return answer.status_code, said["code"], said.get("fields")


def test_each_token_finds_the_reports_of_its_role():
    tiny_one = {"slug": "tiny", "title": "Tiny", "answers": "How small it is."}

    assert get("/reports", make_owner()).json() == {"reports": [tiny_one, tiny_one | {"slug": "owners"}]}
    assert get("/reports", make_front_desk()).json() == {"reports": [tiny_one]}


def test_report_is_told_with_plain_values_and_what_they_mean():
    assert get("/reports/tiny", make_owner(), **MAY).json() == {
        "slug": "tiny",
        "title": "Tiny",
        "period": MAY,
        "before": {"from": "2027-04-01", "to": "2027-04-30"},
        "year_before": {"from": "2026-05-01", "to": "2026-05-31"},
        "currency": "GBP",
        "sentences": ["From 2027-05-01 to 2027-05-31."],
        "sections": [
            {
                "sentences": ["Three came by the window."],
                "table": {
                    "key": "ways",
                    "title": "Where they heard of us",
                    "columns": [
                        {"key": "way", "label": "Way", "unit": "text", "meaning": ""},
                        {"key": "clients", "label": "Clients", "unit": "count", "meaning": MEANINGS["clients"]},
                    ],
                    "rows": [["a friend", 12], ["the window", 3], ["the paper", 7]],
                    "total": ["All", 22],
                    "units": None,
                    "meanings": None,
                    "suppressed": False,
                },
            },
            {
                "sentences": [],
                "table": {
                    "key": "summary",
                    "title": "In short",
                    "columns": [
                        {"key": "what", "label": "What", "unit": "text", "meaning": ""},
                        {"key": "now", "label": "Now", "unit": "count", "meaning": ""},
                        {"key": "before", "label": "Before", "unit": "count", "meaning": ""},
                    ],
                    "rows": [["Hands-on hours", 90, 60], ["Taken", "70.00", "65.00"]],
                    "total": None,
                    "units": ["minutes", "money"],
                    "meanings": [MEANINGS["hands_on"], MEANINGS["taken"]],
                    "suppressed": False,
                },
            },
        ],
    }


def test_front_desk_gets_no_small_counts_here_either():
    section = get("/reports/tiny", make_front_desk(), **MAY).json()["sections"][0]

    hidden = suppressing.HIDDEN
    assert section["sentences"] == [suppressing.WHY]
    assert section["table"]["rows"] == [["a friend", 12], ["the window", hidden], ["the paper", hidden]]
    assert section["table"]["suppressed"]


def test_nobody_else_finds_reports():
    client = make_client_with_account().user

    assert [problem(get(path))[:2] for path in ("/reports", "/reports/tiny")] == [(401, "unauthenticated")] * 2
    assert [problem(get(path, client))[:2] for path in ("/reports", "/reports/tiny")] == [(404, "not_found")] * 2
    assert problem(get("/reports/owners", make_front_desk()))[:2] == (404, "not_found")
    assert problem(get("/reports/gone", make_owner()))[:2] == (404, "not_found")


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ({"from": "2027-05-31", "to": "2027-05-01"}, {"to": "The period ends on 2027-05-01, before it begins on 2027-05-31."}),
        ({"from": "2027-05-31"}, {"to": "A period needs a first and a last day."}),
        ({"to": "2027-05-31"}, {"from": "A period needs a first and a last day."}),
        ({"from": "2027-02-30", "to": "2027-03-01"}, {"from": "There is no such date."}),
        (MAY | {"period": "year"}, {"period": "Name a period or its days, not both."}),
        (MAY | {"therapist": "nobody"}, {"filters": "There is no therapist “nobody” here."}),
        (MAY | {"room": ["x", "x" * 999]}, {"room": "Write at most 50 characters."}),
        (MAY | {"room": ["x"] * 51}, {"room": "This cannot be used here."}),
        (MAY | {"weekday": "monday"}, {"weekday": "This is not known here."}),
        ({"from": "1950-01-01", "to": "2049-01-01"}, {"to": "A report covers at most 20 years; this is from 1950-01-01 to 2049-01-01."}),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_told_by_its_field(query, fields):
    assert problem(get("/reports/tiny", make_owner(), **query)) == (422, "invalid", fields)


def test_period_may_be_named_and_several_therapists_too():
    make_therapist(slug="mara")
    make_therapist(slug="jonas")

    answer = get("/reports/tiny", make_owner(), period="last-year", therapist=["mara", "jonas"])

    assert answer.status_code == 200
    assert answer.json()["period"]["from"].endswith("-01-01")


def test_therapist_who_narrows_to_another_is_told_that_there_is_none():
    make_therapist(slug="mara")
    answer = get("/reports/tiny", make_therapist(slug="jonas").user, **MAY, therapist="mara")
    assert problem(answer) == (422, "invalid", {"filters": "There is no therapist “mara” here."})


def test_call_itself_asks_as_often_however_many_rows_the_report_has(monkeypatch):
    owner = make_owner()
    get("/reports/tiny", owner, **MAY)
    with CaptureQueriesContext(connection) as few:
        get("/reports/tiny", owner, **MAY)

    def longer(asked):
        found = samples.report(asked)
        table = replace(samples.WAYS, rows=samples.WAYS.rows * 100)
        return replace(found, sections=(replace(found.sections[0], table=table),))

    monkeypatch.setattr(catalogue, "ENTRIES", (tiny(report=longer),))
    with CaptureQueriesContext(connection) as many:
        get("/reports/tiny", owner, **MAY)
    assert len(few) == len(many) <= 8
