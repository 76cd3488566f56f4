"""The hours of years against the diary's own answer day by day, and around changes of the clocks minute by minute."""

from collections import Counter
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bookings.availability import Book, DateHours, WeeklyHours, windows
from bookings.ranges import gaps, merge
from bookings.tests.oracle import Oracle, minutes_of
from bookings.tests.scenarios import scenarios
from practice import walltime
from reports.offered import ONE_DAY, Presence, by_hour
from reports.period import Period, month_of

LONDON = ZoneInfo("Europe/London")
HOUR = 3600
some = settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))


def day_by_day(book: Book, first: date, last: date, zone: ZoneInfo) -> dict[date, list[tuple[int, int]]]:
    """What the diary's windows leave after time off and closures, each date asked for itself."""
    gone = merge([*book.away, *book.closed])
    return {
        on: [
            gap
            for opens, closes in windows(book, on - 2 * ONE_DAY, on + 2 * ONE_DAY, zone)
            for start, until in walltime.day_ranges(on, zone)
            if max(opens, start) < min(closes, until)
            for gap in gaps(gone, (max(opens, start), min(closes, until)))
        ]
        for on in walltime.dates(first, last)
    }


def months(first: date, last: date) -> list[tuple[date, date]]:
    found = []
    while first <= last:
        found.append((first, min(last, month_of(first).last)))
        first = found[-1][1] + ONE_DAY
    return found


@some
@given(scenarios(in_seconds=False))
def test_seconds_around_a_change_of_the_clocks_are_the_minutes_in_which_the_diary_is_open(scenario):
    question, first, last = scenario
    zone, book = question.rules.zone, question.book
    oracle = Oracle(question, first, last)
    open_at = oracle.working - minutes_of(book.away) - minutes_of(book.closed)
    expected = Counter(
        reads.date() for at, reads in oracle.wall.reads.items() if walltime.floor_epoch(at) // 60 in open_at
    )
    found = Presence(book, first, last, zone)

    assert {on: found.seconds(on, on) for on in walltime.dates(first, last)} == {
        on: 60 * expected[on] for on in walltime.dates(first, last)
    }
    assert found.seconds(first, last) == sum(60 * expected[on] for on in walltime.dates(first, last))


@some
@given(scenarios(), st.integers(0, 90), st.integers(0, 90))
def test_hours_of_months_are_those_of_their_days_one_by_one(scenario, before, after):
    question, first, last = scenario
    zone, book = question.rules.zone, question.book
    first, last = first - timedelta(days=before), last + timedelta(days=after)
    slow = day_by_day(book, first, last, zone)
    found = Presence(book, first, last, zone)
    spread = found.spread(months(first, last))
    days, hours = Counter(), Counter()
    for on, ranges in slow.items():
        days[on.replace(day=1), on.weekday()] += sum(until - start for start, until in ranges)
        for day, hour, seconds in by_hour(ranges, zone):
            hours[day.weekday(), hour] += seconds

    assert +spread.days == +days
    assert +spread.hours == +hours
    assert found.seconds(first, last) == sum(days.values())


@some
@given(scenarios(), st.integers(-3 * 24, 6 * 24), st.sampled_from([300, 900, 3600, 7200, 9 * HOUR]))
def test_stretch_is_there_exactly_if_the_diary_is_open_all_through(scenario, hour, length):
    question, first, last = scenario
    zone, book = question.rules.zone, question.book
    wide = Presence(book, first - timedelta(days=9), last + timedelta(days=9), zone)
    start = walltime.floor_epoch(walltime.instant(first, 0, zone)) + hour * HOUR
    on = walltime.local_date(walltime.from_epoch(start), zone)
    open_at = [gap for ranges in day_by_day(book, on - ONE_DAY, on + 3 * ONE_DAY, zone).values() for gap in ranges]

    assert wide.is_there(on, start, start + length) == any(
        opens <= start and start + length <= closes for opens, closes in merge(open_at)
    )


def instant(text: str) -> int:
    return walltime.floor_epoch(walltime.from_wall(datetime.fromisoformat(text), LONDON))


WEEK = [WeeklyHours(day, 540, 1080) for day in range(5)]


@pytest.mark.parametrize(
    ("what", "book", "hours"),
    [
        ("a week of 45 hours, 52 weeks and a Friday", Book(weekly=WEEK), 52 * 45 + 9),
        ("no hours at all", Book(), 0),
        ("hours of one date take the place of its weekly ones", Book(weekly=WEEK, dated=[DateHours(date(2027, 6, 2), 600, 660)]), 52 * 45 + 1),
        ("a day off", Book(weekly=WEEK, dated=[DateHours(date(2027, 6, 2))]), 52 * 45),
        ("two weeks away", Book(weekly=WEEK, away=[(instant("2027-07-05"), instant("2027-07-19"))]), 50 * 45 + 9),
        ("half a day closed that was off by half an hour already", Book(weekly=WEEK, away=[(instant("2027-07-05T09:00"), instant("2027-07-05T09:30"))], closed=[(instant("2027-07-05T09:00"), instant("2027-07-05T13:00"))]), 52 * 45 + 5),
        ("hours until the end of June", Book(weekly=[each._replace(valid_until=date(2027, 6, 30)) for each in WEEK]), 129 * 9),
        ("overlapping rows count once", Book(weekly=[*WEEK, WeeklyHours(0, 600, 1140)]), 52 * 45 + 9 + 52),
        ("every night; the clocks give and take one hour", Book(weekly=[WeeklyHours(day, 0, 1440) for day in range(7)]), 365 * 24),
        ("from one to three at night on Sundays; one lacks an hour and one has one more", Book(weekly=[WeeklyHours(6, 60, 180)]), 52 * 2),
    ],
)  # fmt: skip
def test_hours_of_a_year(what: str, book: Book, hours: int) -> None:
    year = Period(date(2027, 1, 1), date(2027, 12, 31))

    assert Presence(book, year.first, year.last, LONDON).seconds(year.first, year.last) == hours * HOUR, what


def test_days_before_and_after_the_therapist_s_time_here_have_none() -> None:
    found = Presence(Book(weekly=WEEK), date(2027, 3, 1), date(2027, 3, 31), LONDON)

    assert found.seconds(date(2027, 1, 1), date(2027, 2, 28)) == 0
    assert found.seconds(date(2027, 1, 1), date(2027, 12, 31)) == 23 * 9 * HOUR
    assert found.spread(months(date(2027, 1, 1), date(2027, 12, 31))).days.total() == 23 * 9 * HOUR
