from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings

from accounts.tests.factories import make_owner
from bookings.models import Booking, Status
from bookings.tests.factories import make_booking, make_therapist
from clients.models import Client, HeardFrom
from clients.tests.factories import make_client
from practice.models import Practice
from practice.walltime import local_date
from reports import people, returning
from reports.asking import Asked, Filters
from reports.people import NOT_SAID, People
from reports.period import Period, month_of
from reports.shape import Table
from reports.tests.generated import FIRST, LAST, NOW, SEEDS, SLOWLY, generated
from reports.tests.test_income import is_meant

pytestmark = pytest.mark.django_db
SOME = settings(SLOWLY, max_examples=15)
DAY = dt.timedelta(days=1)

Days = dict[int, list[dt.date]]
"""By client, the days of the sessions that took place, in order."""


# The slow, obvious count


def came(asked: Asked, *, meant: bool) -> Days:
    days: Days = defaultdict(list)
    for each in Booking.objects.filter(status=Status.COMPLETED).select_related("therapist", "session_type", "room"):
        if not meant or is_meant(each, asked):
            days[each.client_id].append(local_date(each.starts_at, asked.zone))
    return {client: sorted(found) for client, found in days.items()}


def inside(days: list[dt.date], period: Period) -> list[dt.date]:
    return [each for each in days if period.first <= each <= period.last]


def here(asked: Asked, period: Period) -> tuple[set[int], set[int]]:
    """The clients of a period, and the new ones among them."""
    ever, meant = came(asked, meant=False), came(asked, meant=True)
    clients = {client for client, days in meant.items() if inside(days, period)}
    return clients, {client for client in clients if ever[client][0] >= period.first}


def gone(asked: Asked, period: Period) -> set[int]:
    ever, meant = came(asked, meant=False), came(asked, meant=True)
    end, found = min(period.last, asked.today), set()
    for client, days in ever.items():
        past = [each for each in days if each <= end]
        if not past or not any(each <= end for each in meant.get(client, [])):
            continue
        ahead = [
            each
            for each in Booking.objects.filter(client=client, status__in=["requested", "confirmed", "completed"])
            if each.session_on >= end and each.booked_on <= end
        ]
        lapsed_on = past[-1] + 180 * DAY
        if not ahead and period.first <= lapsed_on <= end:
            found.add(client)
    return found


def tables(asked: Asked) -> dict[str, Table]:
    return {each.table.key: each.table for each in people.report(asked).sections}


# The report says the same


@SOME
@given(seed=SEEDS)
def test_new_returning_and_lapsed_clients_are_counted_one_by_one(seed: int) -> None:
    with generated(seed) as made:
        asked = made.asked_anyhow()
        counted = [tuple(map(len, here(asked, each))) for each in asked.period.compared()]
        expected = tuple(People(clients, new, clients - new) for clients, new in counted)
        assert people.totals(asked) == expected
        lapsed = tuple(len(gone(asked, each)) for each in asked.period.compared())
        assert returning.lapsed(asked) == lapsed
        assert tables(asked)["all"].rows == (
            ("Clients who came", *(each.clients for each in expected)),
            ("New", *(each.new for each in expected)),
            ("Returning", *(each.returning for each in expected)),
            ("Lapsed", *lapsed),
        )


@SOME
@given(seed=SEEDS)
def test_each_month_has_the_clients_that_a_report_on_it_has(seed: int) -> None:
    with generated(seed) as made:
        asked = made.asked_anyhow()
        for month, *numbers in tables(asked)["months"].rows:
            assert isinstance(month, dt.date)
            whole = month_of(month)
            part = Period(max(whole.first, asked.period.first), min(whole.last, asked.period.last))
            assert tuple(numbers) == tuple(people.totals(made.asked(part, asked.by, asked.filters))[0])


@SOME
@given(seed=SEEDS)
def test_cohorts_are_the_new_clients_and_who_of_them_came_again(seed: int) -> None:
    with generated(seed) as made:
        asked = made.asked_anyhow()
        ever, (_, new) = came(asked, meant=False), here(asked, asked.period)
        months: dict[dt.date, list[int]] = defaultdict(list)
        for client in new:
            months[ever[client][0].replace(day=1)].append(client)
        expected = []
        for month, clients in sorted(months.items()):
            latest = min(month_of(month).last, asked.period.last)
            shares = []
            for soon in (30, 90, 180):
                again = [each for each in clients if inside(ever[each], after(ever[each][0], soon))]
                shares.append(Decimal(len(again)) / len(clients) if latest + soon * DAY < asked.today else None)
            expected.append((month, len(clients), *shares))
        assert tables(asked)["cohorts"].rows == tuple(expected)


def after(day: dt.date, soon: int) -> Period:
    return Period(day + DAY, day + soon * DAY)


@SOME
@given(seed=SEEDS)
def test_how_often_clients_came_and_where_they_heard_of_us_is_counted_one_by_one(seed: int) -> None:
    with generated(seed) as made:
        asked = made.asked_anyhow()
        shown, (clients, new) = tables(asked), here(asked, asked.period)
        often: Counter[str] = Counter()
        for days in came(asked, meant=True).values():
            times = len(inside(days, asked.period))
            often[band(times)] += 1
        del often[""]
        assert {name: number for name, number, _ in shown["times"].rows if number} == dict(often)
        assert shown["times"].total == (("All", len(clients), Decimal(1)) if clients else None)
        told = Counter(
            HeardFrom(each).label if each else NOT_SAID
            for each in Client.objects.filter(pk__in=new).values_list("heard_from", flat=True)
        )
        assert {name: (number, share) for name, number, share in shown["heard"].rows} == {
            name: (number, Decimal(number) / len(new)) for name, number in told.items()
        }


def band(times: int) -> str:
    return next(
        name for name, least in [("More often", 11), ("6 to 10 times", 6), ("3 to 5 times", 3), ("Twice", 2), ("Once", 1), ("", 0)] if times >= least
    )  # fmt: skip


@SOME
@given(seed=SEEDS)
def test_the_rows_behind_are_the_clients_of_the_period(seed: int) -> None:
    with generated(seed) as made:
        asked = made.asked_anyhow()
        ever, meant = came(asked, meant=False), came(asked, meant=True)
        clients, new = here(asked, asked.period)
        expected = []
        for each in Client.objects.filter(pk__in=clients).order_by("name", "pk"):
            days = inside(meant[each.pk], asked.period)
            heard = HeardFrom(each.heard_from).label if each.heard_from else NOT_SAID
            is_new = "new" if each.pk in new else "returning"
            expected.append((each.name, len(days), days[-1], ever[each.pk][0], is_new, heard))
        assert list(people.behind(asked).rows) == expected


def test_some_seeds_together_have_every_kind_of_client() -> None:
    found: Counter[str] = Counter()
    for seed in range(12):
        with generated(seed) as made:
            asked = made.asked(Period(FIRST, LAST))
            found["lapsed"] += len(gone(asked, asked.period))
            found["new"] += len(here(asked, asked.period)[1])
            later = made.asked(Period(dt.date(2025, 4, 1), LAST))
            found["returning"] += people.totals(later)[0].returning
            found["again"] += sum(1 for row in tables(asked)["cohorts"].rows if row[3])
            found["early"] += sum(1 for row in tables(asked)["cohorts"].rows if row[4] is None)
    assert set(found) == {"lapsed", "new", "returning", "again", "early"} and all(found.values())


# Cases that are easily counted wrongly

NOON = dt.time(12, tzinfo=dt.UTC)


def asked_about(first: str, last: str, filters: Filters | None = None) -> Asked:
    period = Period(dt.date.fromisoformat(first), dt.date.fromisoformat(last))
    return Asked(period, filters or Filters(), make_owner(), Practice.objects.current(), NOW)


def make_visit(client: Client, on: str, booked: str = "2024-01-01", **fields: Any) -> Booking:
    return make_booking(
        client=client,
        starts_at=dt.datetime.combine(dt.date.fromisoformat(on), NOON),
        created_at=dt.datetime.combine(dt.date.fromisoformat(booked), NOON),
        **({"status": Status.COMPLETED} | fields),
    )


@pytest.mark.parametrize(
    ("on", "booked", "status", "is_lapsed"),
    [
        ("2026-05-01", "2026-03-31", Status.CONFIRMED, False),
        ("2026-05-01", "2026-03-31", Status.REQUESTED, False),
        ("2026-05-01", "2026-03-31", Status.CANCELLED, True),
        ("2026-04-01", "2026-03-31", Status.COMPLETED, False),
        ("2026-03-31", "2026-03-30", Status.CONFIRMED, False),
        ("2026-04-01", "2026-04-01", Status.COMPLETED, True),
    ],
)
def test_a_client_has_lapsed_unless_they_had_booked_by_the_periods_end(
    on: str, booked: str, status: str, is_lapsed: bool
) -> None:
    client = make_client()
    make_visit(client, "2025-09-20")  # 180 days later it is 19 March 2026
    make_visit(client, on, booked, status=status)
    assert returning.lapsed(asked_about("2026-03-01", "2026-03-31"))[0] == int(is_lapsed)


@pytest.mark.parametrize(
    ("first", "last", "number"),
    [
        ("2026-03-19", "2026-03-19", 1),
        ("2026-03-01", "2026-03-18", 0),
        ("2026-03-20", "2026-03-31", 0),
        ("2026-03-01", "2026-12-31", 1),
    ],
)
def test_a_client_lapses_on_one_day(first: str, last: str, number: int) -> None:
    make_visit(make_client(), "2025-09-20")
    assert returning.lapsed(asked_about(first, last))[0] == number


def test_nobody_has_lapsed_on_a_day_that_has_not_come() -> None:
    make_visit(make_client(), "2026-03-01")
    assert returning.lapsed(asked_about("2026-08-01", "2026-08-31")) == (0, 0, 0)


def test_who_came_to_somebody_else_first_is_not_new_where_the_report_is_narrowed() -> None:
    client, first, second = make_client(), make_therapist(), make_therapist()
    make_visit(client, "2026-01-10", therapist=first)
    make_visit(client, "2026-03-10", therapist=second)
    asked = asked_about("2026-03-01", "2026-03-31", Filters(therapists=(second,)))
    assert people.totals(asked)[0] == People(clients=1, new=0, returning=1)


def test_a_second_session_on_the_first_day_is_not_coming_back() -> None:
    client = make_client()
    make_visit(client, "2025-01-10")
    make_booking(
        client=client,
        starts_at=dt.datetime(2025, 1, 10, 16, tzinfo=dt.UTC),
        created_at=dt.datetime(2025, 1, 1, tzinfo=dt.UTC),
        status=Status.COMPLETED,
    )
    make_visit(client, "2025-04-10")  # 90 days later
    rows = tables(asked_about("2025-01-01", "2025-01-31"))["cohorts"].rows
    assert rows == ((dt.date(2025, 1, 1), 1, Decimal(0), Decimal(1), Decimal(1)),)


def test_a_report_asks_as_many_queries_for_a_few_bookings_as_for_many() -> None:
    counts = []
    for bookings in (1, 40):
        with generated(3, bookings=bookings) as made:
            with CaptureQueriesContext(connection) as queries:
                people.report(made.asked(Period(FIRST, LAST)))
            counts.append(len(queries))
    assert counts[0] == counts[1] <= 6


@pytest.mark.parametrize("year", [1901, 2026, 2899])
def test_a_practice_without_bookings_has_a_report(year: int) -> None:
    report = people.report(asked_about(f"{year}-02-01", f"{year}-02-28"))
    found = {each.table.key: each.table for each in report.sections}
    assert [row[1:] for row in found["all"].rows] == [(0, 0, 0)] * 4
    assert found["months"].rows == ((dt.date(year, 2, 1), 0, 0, 0),)
    assert (found["cohorts"].rows, found["heard"].rows) == ((), ())
    when = f"February {year}"
    said = f"In {when} no clients came." if year < 2899 else f"{when} is still to come."
    assert report.sentences == (said,)


@pytest.mark.parametrize(
    ("clients", "new", "said"),
    [
        (1, 0, "they had been here before"),
        (1, 1, "they were here for the first time"),
        (2, 0, "none of them was here for the first time"),
        (2, 1, "one of them was here for the first time"),
        (2, 2, "all of them were here for the first time"),
        (1500, 1200, "1,200 of them were here for the first time"),
    ],
)
def test_how_many_were_new_is_said_for_none_one_and_many(clients: int, new: int, said: str) -> None:
    assert people._first_times(People(clients, new, clients - new)) == said


def test_where_clients_heard_of_us_is_told_as_sensitive() -> None:
    make_visit(make_client(heard_from="map"), "2026-03-10")
    heard = tables(asked_about("2026-03-01", "2026-03-31"))["heard"]
    assert heard.is_sensitive
    assert heard.rows == (("A map or a directory", 1, Decimal(1)),)
