"""Taking a report away: what each role gets, what is long, and whose files are whose."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Role
from accounts.tests.factories import make_front_desk, make_owner, make_user
from bookings.tests.factories import make_therapist
from practice.tests.factories import make_practice
from reports import catalogue, files, suppressing, taking
from reports.models import FileState, ReportFile
from reports.tests import samples
from reports.tests.samples import make_file, tiny
from reports.tests.test_exports import sheets
from vault.models import Entry

pytestmark = pytest.mark.django_db

MAY = "from=2027-05-01&to=2027-05-31"


@pytest.fixture(autouse=True)
def entries(monkeypatch) -> None:
    """Small reports of our own in the places of the real ones."""
    make_practice(name="Still Water")
    owners = tiny(slug="owners", roles=frozenset({Role.OWNER}))
    nameless = tiny(slug="journey")
    empty = tiny(slug="empty", behind=lambda asked: samples.behind(asked, rows=0))
    monkeypatch.setattr(catalogue, "ENTRIES", (tiny(), owners, nameless, empty))


def signed_in(user) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser


def take(user: Any, path: str, **more: Any) -> Any:
    return signed_in(user).get(f"/reports/{path}?{MAY}", **more)


def lines(answer: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"), newline="")))


def taken() -> list[tuple[str, str]]:
    return list(Entry.objects.filter(kind=taking.TAKEN).values_list("object", "body"))


def test_table_is_taken_as_csv_with_its_own_name():
    answer = take(make_owner(), "tiny/ways.csv")

    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="tiny-ways-2027-05-01-to-2027-05-31.csv"'
    assert answer["Cache-Control"] == "no-store"
    assert lines(answer) == [["Way", "Clients"], ["a friend", "12"], ["the window", "3"], ["the paper", "7"]]
    assert taken() == []


def test_rows_of_several_units_say_theirs():
    assert lines(take(make_owner(), "tiny/summary.csv")) == [
        ["What", "Now", "Before", "Unit"],
        ["Hands-on hours", "1.5", "1", "hours"],
        ["Taken", "70.00", "65.00", "GBP"],
    ]


def test_sheet_says_which_practice_which_days_and_what_each_number_means():
    make_therapist(slug="mara", name="Mara")
    answer = signed_in(make_owner()).get(f"/reports/tiny/summary.xlsx?{MAY}&therapist=mara")

    found = sheets(b"".join(answer.streaming_content))
    about = dict(found["About"])
    assert found["In short"][1:] == [["Hands-on hours", 1.5, 1, "hours"], ["Taken", 70, 65, "GBP"]]
    assert {name: about[name] for name in ("Practice", "Report", "This sheet", "From", "To", "Narrowed to")} == {
        "Practice": "Still Water",
        "Report": "Tiny",
        "This sheet": "In short",
        "From": "Saturday 1 May 2027",
        "To": "Monday 31 May 2027",
        "Narrowed to": "Mara",
    }
    assert about["Times"] == "London time"
    assert about["Taken"].startswith("Money that came in")


def test_front_desk_gets_no_small_counts_in_any_file():
    desk = make_front_desk()
    hidden = suppressing.HIDDEN

    assert lines(take(desk, "tiny/ways.csv"))[1:] == [["a friend", "12"], ["the window", hidden], ["the paper", hidden]]
    found = sheets(b"".join(take(desk, "tiny/ways.xlsx").streaming_content))
    assert found["Where they heard of us"][1:] == [
        ["a friend", 12],
        ["the window", hidden],
        ["the paper", hidden],
        ["All", 22],
    ]
    assert ["Not shown", suppressing.WHY] in found["About"]


def test_rows_behind_are_taken_with_names_and_that_leaves_a_line():
    desk = make_front_desk()

    found = lines(take(desk, "tiny/rows.csv"))

    assert found[:2] == [["Client", "Day", "Agreed (GBP)"], ["'=Sam Field", "2027-05-01", "0.00"]]
    assert taken() == [("report:tiny", '{"rows":3,"what":"rows"}')]
    assert Entry.objects.get(kind=taking.TAKEN).actor_id == desk.pk


def test_report_without_names_gives_none_and_leaves_no_line():
    assert lines(take(make_owner(), "journey/rows.csv"))[0] == ["Day", "Agreed (GBP)"]
    assert taken() == []


def test_empty_report_is_a_file_with_its_headings():
    assert lines(take(make_owner(), "empty/rows.csv")) == [["Client", "Day", "Agreed (GBP)"]]


@pytest.mark.parametrize(
    "path", ["tiny/gone.csv", "gone/ways.csv", "tiny/ways.pdf", "owners/ways.csv", "owners/rows.xlsx", "tiny/ways.CSV"]
)
def test_what_is_not_there_or_not_theirs_is_not_found(path):
    assert take(make_front_desk(), path).status_code == 404


def test_clients_and_visitors_find_nothing():
    client = signed_in(make_user())
    file = make_file(make_owner(), timezone.now())
    paths = ["tiny/ways.csv", "tiny/rows.csv", "files/", f"files/{file.ref}/", f"files/{file.ref}/download/"]

    assert {client.get(f"/reports/{path}").status_code for path in paths} == {404}
    assert {Client().get(f"/reports/{path}").status_code for path in paths} == {302}


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("from=2027-05-31&to=2027-05-01", "before it begins"),
        ("from=1000-01-01&to=2000-01-01", "between the years 1900 and 2900"),
        ("therapist=nobody", "There is no therapist “nobody” here."),
    ],
)
def test_what_cannot_be_asked_is_told(query, sentence):
    answer = signed_in(make_owner()).get(f"/reports/tiny/ways.csv?{query}")

    assert answer.status_code == 422
    assert sentence in answer.content.decode()


def test_looking_at_a_long_file_offers_it_and_orders_nothing(settings):
    settings.REPORT_ROWS_AT_ONCE = 2

    answer = take(make_owner(), "tiny/rows.csv")

    assert answer.status_code == 200
    page = answer.content.decode()
    assert "Make it in the background" in page
    assert "from 1 May 2027 to 31 May 2027" in page
    assert 'name="q" value=""' in page
    assert (ReportFile.objects.count(), taken()) == (0, [])


def test_long_file_is_ordered_watched_and_fetched(settings):
    settings.REPORT_ROWS_AT_ONCE = 2
    owner = make_owner()
    browser = signed_in(owner)

    ordered = browser.post(f"/reports/tiny/rows.csv?{MAY}")
    page = browser.get(ordered["Location"])
    assert "It waits for its turn." in page.content.decode()
    assert 'hx-trigger="every 3s"' in page.content.decode()
    assert 'http-equiv="refresh"' in page.content.decode()
    assert browser.get(f"{ordered['Location']}download/").status_code == 302

    files.make_next(timezone.now)

    page = browser.get(ordered["Location"]).content.decode()
    assert "It is ready: 3 rows" in page
    assert "hx-trigger" not in page
    answer = browser.get(f"{ordered['Location']}download/")
    assert answer["Content-Disposition"] == 'attachment; filename="tiny-rows-2027-05-01-to-2027-05-31.csv"'
    assert int(answer["Content-Length"]) == len(b"".join(answer.streaming_content))
    assert taken() == [("report:tiny", '{"rows":3,"what":"rows"}')]
    assert "tiny-rows" in browser.get("/reports/files/").content.decode()


def test_progress_is_shown_with_the_rows_so_far():
    owner = make_owner()
    file = make_file(owner, timezone.now(), state=FileState.MAKING, rows_done=12_000, rows_of=48_000)

    page = signed_in(owner).get(f"/reports/files/{file.ref}/").content.decode()

    assert "12,000 of 48,000 rows so far" in page
    assert '<progress aria-label="Rows written" max="48000" value="12000">' in page


def test_file_that_failed_says_why():
    owner = make_owner()
    file = make_file(owner, timezone.now(), state=FileState.FAILED, why="There is no such report.")

    assert "There is no such report." in signed_in(owner).get(f"/reports/files/{file.ref}/").content.decode()


def test_pressing_twice_orders_one(settings):
    browser = signed_in(make_owner())
    places = {browser.post(f"/reports/tiny/rows.csv?{MAY}")["Location"] for _ in range(2)}
    assert len(places) == ReportFile.objects.count() == 1


def test_file_of_somebody_else_is_not_there():
    file = make_file(make_owner(), timezone.now())
    other = signed_in(make_owner())

    answers = [other.get(f"/reports/files/{file.ref}/{path}").status_code for path in ("", "download/")]
    answers.append(other.post(f"/reports/files/{file.ref}/").status_code)

    assert answers == [404, 404, 404]
    assert ReportFile.objects.count() == 1
    assert "messages-rows" not in other.get("/reports/files/").content.decode()


def test_file_of_a_role_that_was_lost_is_not_there():
    somebody = make_owner()
    make_owner()
    file = make_file(somebody, timezone.now())
    assert signed_in(somebody).get(f"/reports/files/{file.ref}/").status_code == 200

    somebody.role = Role.FRONT_DESK
    somebody.save()

    assert signed_in(somebody).get(f"/reports/files/{file.ref}/download/").status_code == 404


def test_file_of_a_report_that_is_no_longer_theirs_is_not_given(monkeypatch):
    desk = make_front_desk()
    file = make_file(desk, timezone.now(), slug="owners")

    assert signed_in(desk).get(f"/reports/files/{file.ref}/download/").status_code == 404


def test_link_ends_with_its_days():
    owner = make_owner()
    file = make_file(owner, timezone.now(), expires_at=timezone.now() - dt.timedelta(seconds=1))

    assert signed_in(owner).get(f"/reports/files/{file.ref}/download/").status_code == 404


def test_button_deletes_the_file_for_good():
    owner = make_owner()
    file = make_file(owner, timezone.now())

    answer = signed_in(owner).post(f"/reports/files/{file.ref}/")

    assert answer["Location"] == "/reports/files/"
    assert ReportFile.objects.count() == 0


def test_ordering_needs_the_token_of_the_form():
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(make_owner())

    assert browser.post(f"/reports/tiny/rows.csv?{MAY}").status_code == 403
    assert ReportFile.objects.count() == 0


def test_list_asks_as_often_for_three_files_as_for_one(django_assert_num_queries):
    owner = make_owner()
    browser = signed_in(owner)
    make_file(owner, timezone.now())
    browser.get("/reports/files/")
    with CaptureQueriesContext(connection) as one:
        browser.get("/reports/files/")
    make_file(owner, timezone.now())
    make_file(owner, timezone.now())
    with django_assert_num_queries(len(one)):
        assert len(re.findall("/download/", browser.get("/reports/files/").content.decode())) == 3
