import datetime as dt
import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Role
from accounts.tests.factories import make_front_desk, make_owner, make_user
from bookings.tests.factories import make_room, make_session_type, make_therapist
from practice.tests.factories import make_practice
from reports import catalogue
from reports.catalogue import Entry
from reports.errors import TooLong
from reports.period import Period
from reports.shape import Chart, Column, Kind, Report, Rows, Section, Table, Unit
from reports.tests.generated import FIRST, LAST, generated

pytestmark = pytest.mark.django_db

COLUMNS = (
    Column("month", "Month", Unit.MONTH),
    Column("sessions", "Sessions", Unit.COUNT, "sessions"),
    Column("taken", "Taken", Unit.MONEY, "taken"),
)
BY_MONTH = Table(
    "by-month",
    "Month by month",
    COLUMNS,
    ((dt.date(2027, 4, 1), 42, Decimal("2940.00")), (dt.date(2027, 5, 1), "under 5", None)),
    total=("All", 42, Decimal("2940.00")),
)
SUMMARY = Table(
    "summary",
    "In short",
    (Column("what", "What", Unit.TEXT), Column("now", "Now"), Column("before", "Before")),
    (("Sessions", 42, 37), ("Hands-on hours", 2520, 2220)),
    units=(Unit.COUNT, Unit.MINUTES),
    means=("sessions", "hands_on"),
)
HEAT = Table(
    "hours",
    "By the hour",
    (Column("day", "Day", Unit.TEXT), Column("h9", "9:00", means="booked"), Column("h10", "10:00", means="booked")),
    (("Monday", 0, 10), ("Tuesday", 1, None)),
)
NONE = Table("none", "Nothing", (Column("n", "N", means="sessions"),), ())


def tiny(asked) -> Report:
    return Report(
        "tiny",
        "Tiny",
        ("In April there were 42 sessions.",),
        (
            Section(BY_MONTH, chart=Chart(Kind.BARS, "month", ("sessions", "taken"), "Sessions for each month.")),
            Section(SUMMARY, ("Five more than before.",)),
            Section(HEAT, chart=Chart(Kind.HEAT, "day", ("h9", "h10"), "The darker the fuller.")),
            Section(NONE),
        ),
    )


def behind(asked) -> Rows:
    return Rows("bookings", "Bookings", COLUMNS)


def too_long(asked) -> Report:
    raise TooLong


@pytest.fixture
def entries(monkeypatch) -> None:
    """Small reports of our own in the places of the real ones."""
    monkeypatch.setattr(
        catalogue,
        "ENTRIES",
        (
            Entry("tiny", "Tiny", "How small it is.", tiny, behind),
            Entry("owners", "For owners", "What the owner asks.", tiny, behind, frozenset({Role.OWNER})),
            Entry("long", "Long", "What takes long.", too_long, behind),
        ),
    )


def signed_in(user) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser


def text(answer) -> str:
    found = re.sub(r"<[^>]+>", " ", answer.content.decode().split("<main", 1)[1])
    return re.sub(r"\s+", " ", found)


@pytest.mark.usefixtures("entries")
def test_page_reads_sentences_then_tables_with_each_number_in_words() -> None:
    make_practice()

    answer = signed_in(make_owner()).get("/reports/tiny/?from=2027-04-01&to=2027-05-31")

    said = text(answer)
    assert answer.status_code == 200
    assert "April to May 2027 How small it is. Beside it: February to March 2027, and April to May 2026." in said
    assert "In April there were 42 sessions." in said
    assert "April 2027 42 £2,940 May 2027 under 5 – All 42 £2,940" in said
    assert "Sessions ? 42 37 Hands-on hours ? 42.0 h 37.0 h" in said
    assert "There is nothing to show for this period." in said


@pytest.mark.usefixtures("entries")
def test_each_number_has_what_it_means_one_press_away_and_at_the_end() -> None:
    make_practice()

    page = signed_in(make_owner()).get("/reports/tiny/").content.decode()

    opened = set(re.findall(r'popovertarget="means-(\w+)" aria', page))
    assert opened == {"sessions", "taken", "hands_on", "booked"}
    assert set(re.findall(r'popover id="means-(\w+)"', page)) == opened
    assert page.count("<dt>") == len(opened)


@pytest.mark.usefixtures("entries")
def test_picture_is_drawn_from_the_table_and_a_heat_map_is_a_table_in_steps() -> None:
    make_practice()

    page = signed_in(make_owner()).get("/reports/tiny/").content.decode()

    assert '<canvas data-chart="bars" data-table="table-by-month" data-along="month" data-of="sessions taken">' in page
    assert re.findall(r'data-plain="([^"]*)"', page.split('id="table-by-month"')[1].split("</tbody>")[0]) == [
        "", "42", "2940.00", "", "", "",
    ]  # fmt: skip
    assert re.findall(r"heat-(\d)", page.split('id="table-hours"')[1]) == ["0", "5", "1", "0"]
    assert page.count("<canvas") == 1


@pytest.mark.usefixtures("entries")
def test_address_holds_what_is_asked_and_goes_with_every_link() -> None:
    make_practice()
    make_therapist(slug="mara", name="Mara")
    make_therapist(slug="jonas")
    query = "period=last-year&amp;therapist=mara"

    page = signed_in(make_owner()).get("/reports/tiny/?period=last-year&therapist=mara").content.decode()

    assert f'<a href="/reports/owners/?{query}">' in page
    assert '<a href="/reports/tiny/?period=today&amp;therapist=mara">Today</a>' in page
    assert f'<a href="/reports/tiny/?{query}" aria-current="true">Last year</a>' in page
    assert 'value="mara" checked' in page
    assert "Narrowed to Mara." in page


@pytest.mark.usefixtures("entries")
@pytest.mark.parametrize(
    ("query", "status", "sentence"),
    [
        ("from=2027-05-01&to=2027-04-01", 422, "The period ends on 2027-04-01, before it begins on 2027-05-01."),
        ("from=soon&to=2027-04-01", 422, "The first day, “soon”, is not a date."),
        ("from=1000-01-01&to=2000-01-01", 422, "A report is about days between the years 1900 and 2900."),
        ("from=1950-01-01&to=2049-01-01", 422, "A report covers at most 20 years"),
        ("period=forever", 422, "There is no period “forever”."),
        ("therapist=nobody", 422, "There is no therapist “nobody” here."),
        ("room=%00", 422, "There is no room"),
    ],
)
def test_what_cannot_be_asked_is_told_above_the_form_with_what_was_typed(query, status, sentence) -> None:
    make_practice()

    answer = signed_in(make_owner()).get(f"/reports/tiny/?{query}")

    assert answer.status_code == status
    assert sentence in text(answer)
    for typed in re.findall(r"(?:from|to)=([^&]+)", query):
        assert f'value="{typed}"' in answer.content.decode()


@pytest.mark.usefixtures("entries")
def test_report_that_takes_too_long_says_so() -> None:
    make_practice()

    answer = signed_in(make_owner()).get("/reports/long/")

    assert answer.status_code == 503
    assert "Please choose a shorter period" in text(answer)


@pytest.mark.usefixtures("entries")
def test_each_role_finds_its_reports_and_no_other() -> None:
    make_practice()
    found = {}

    for name, user in {
        "owner": make_owner(),
        "desk": make_front_desk(),
        "therapist": make_therapist().user,
        "client": make_user(),
    }.items():
        browser = signed_in(user)
        found[name] = [browser.get(path).status_code for path in ("/reports/", "/reports/tiny/", "/reports/owners/")]
    found["visitor"] = [Client().get(path).status_code for path in ("/reports/", "/reports/tiny/", "/reports/none/")]

    assert found == {
        "owner": [302, 200, 200],
        "desk": [302, 200, 404],
        "therapist": [302, 200, 404],
        "client": [404, 404, 404],
        "visitor": [302, 302, 302],
    }
    assert "For owners" not in text(signed_in(make_front_desk()).get("/reports/tiny/"))


@pytest.mark.usefixtures("entries")
def test_first_page_leads_to_the_first_report_with_what_was_asked() -> None:
    make_practice()

    answer = signed_in(make_owner()).get("/reports/?period=year&type=")

    assert answer.headers["Location"] == "/reports/tiny/?period=year"


@pytest.mark.usefixtures("entries")
def test_therapist_is_offered_no_colleague_and_told_that_it_is_their_own() -> None:
    make_practice()
    therapist = make_therapist(slug="mara")
    make_therapist(slug="jonas")

    answer = signed_in(therapist.user).get("/reports/tiny/")

    assert "These are your own sessions." in text(answer)
    assert 'name="therapist"' not in answer.content.decode()


@pytest.mark.usefixtures("entries")
def test_page_asks_as_often_for_thirty_rooms_as_for_two(django_assert_max_num_queries) -> None:
    make_practice()
    browser = signed_in(make_owner())
    browser.get("/reports/tiny/")
    counts = []

    for rooms in (2, 28):
        for _ in range(rooms):
            make_session_type(rooms=[make_room()], therapists=[make_therapist()])
        with django_assert_max_num_queries(12) as asked:
            browser.get("/reports/tiny/?period=year")
        counts.append(len(asked))

    assert counts[0] == counts[1]


@pytest.mark.parametrize("slug", [entry.slug for entry in catalogue.ENTRIES])
def test_every_report_has_its_page_for_whom_it_is_and_is_not_there_for_others(slug) -> None:
    entry = next(each for each in catalogue.ENTRIES if each.slug == slug)
    with generated(8) as made:
        for user in (made.owner, made.front_desk, made.own_user()):
            browser = signed_in(user)
            for query in ("", "?period=today", "?from=2024-03-01&to=2026-06-30", "?from=2890-01-01&to=2899-12-31"):
                answer = browser.get(f"/reports/{slug}/{query}")
                assert answer.status_code == (200 if user.role in entry.roles else 404)
                if user.role in entry.roles:
                    assert f"<h1>{entry.title}" in answer.content.decode()


def test_page_around_a_report_asks_little_more_than_the_report(django_assert_max_num_queries) -> None:
    with generated(8) as made:
        browser = signed_in(made.owner)
        browser.get("/reports/time/")
        with CaptureQueriesContext(connection) as alone:
            catalogue.found("time", made.owner).made(made.asked(Period(FIRST, LAST)))
        with django_assert_max_num_queries(len(alone) + 12):
            browser.get("/reports/time/?from=2024-03-01&to=2026-06-30")


@pytest.mark.usefixtures("entries")
def test_where_a_second_factor_is_demanded_reports_stand_behind_it(settings) -> None:
    make_practice()
    browser = signed_in(make_owner())
    settings.SECOND_FACTOR_REQUIRED = True

    answer = browser.get("/reports/tiny/")

    assert answer.headers["Location"].startswith("/accounts/2fa/")
