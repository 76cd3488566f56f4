import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.errors import NotAPeriod
from reports.period import Period, asked, checked, month_of, months_on, named, quarter_of

TODAY = dt.date(2027, 5, 12)
DAYS = st.dates(dt.date(1990, 1, 1), dt.date(2080, 12, 31))


def period(first: str, last: str) -> Period:
    return Period(dt.date.fromisoformat(first), dt.date.fromisoformat(last))


@pytest.mark.parametrize(
    ("now", "before", "year_before"),
    [
        (("2027-03-01", "2027-03-31"), ("2027-02-01", "2027-02-28"), ("2026-03-01", "2026-03-31")),
        (("2024-02-01", "2024-02-29"), ("2024-01-01", "2024-01-31"), ("2023-02-01", "2023-02-28")),
        (("2025-02-01", "2025-02-28"), ("2025-01-01", "2025-01-31"), ("2024-02-01", "2024-02-29")),
        (("2027-01-01", "2027-12-31"), ("2026-01-01", "2026-12-31"), ("2026-01-01", "2026-12-31")),
        (("2027-03-10", "2027-03-12"), ("2027-03-07", "2027-03-09"), ("2026-03-10", "2026-03-12")),
        (("2024-02-29", "2024-02-29"), ("2024-02-28", "2024-02-28"), ("2023-02-28", "2023-02-28")),
    ],
)
def test_period_is_seen_beside_the_one_before_and_the_year_before(
    now: tuple[str, str], before: tuple[str, str], year_before: tuple[str, str]
) -> None:
    assert period(*now).compared() == (period(*now), period(*before), period(*year_before))


@given(DAYS, st.integers(0, 800))
def test_the_one_before_ends_where_it_begins(first: dt.date, days: int) -> None:
    found = Period(first, first + dt.timedelta(days=days))
    before = found.before()

    assert before.last + dt.timedelta(days=1) == found.first
    assert before.first <= before.last
    assert found.is_whole_months == before.is_whole_months or not found.is_whole_months
    assert found.year_before().first <= found.year_before().last


@given(DAYS, st.integers(-400, 400))
def test_months_on_keep_the_day_where_the_month_has_it(on: dt.date, months: int) -> None:
    found = months_on(on, months)

    assert (found.year * 12 + found.month) - (on.year * 12 + on.month) == months
    assert found.day == on.day or (found.day < on.day and (found + dt.timedelta(days=1)).day == 1)


@given(DAYS)
def test_each_named_period_is_in_order_and_those_of_now_hold_today(today: dt.date) -> None:
    found = {word: each for word, (_, each) in named(today).items()}

    assert all(each.first <= each.last for each in found.values())
    for word in ("today", "week", "month", "quarter", "year", "twelve-months"):
        assert found[word].first <= today <= found[word].last
    assert quarter_of(today).days in (90, 91, 92)
    assert month_of(today).is_whole_months


def test_with_nothing_asked_it_is_the_last_month() -> None:
    assert asked("", "", "", TODAY) == period("2027-04-01", "2027-04-30")
    assert asked("", "", "last-year", TODAY) == period("2026-01-01", "2026-12-31")
    assert asked("2027-01-01", "2027-01-31", "last-year", TODAY) == period("2027-01-01", "2027-01-31")


@pytest.mark.parametrize(
    ("first", "last", "word", "sentence"),
    [
        ("2027-02-01", "2027-01-01", "", "The period ends on 2027-01-01, before it begins on 2027-02-01."),
        ("2027-13-01", "2027-01-01", "", "The first day, “2027-13-01”, is not a date. Write it like 2027-01-31."),
        ("2027-01-01", "soon", "", "The last day, “soon”, is not a date. Write it like 2027-01-31."),
        ("2027-01-01", "", "", "A period needs a first and a last day."),
        ("1950-01-01", "2049-12-31", "", "A report covers at most 20 years; this is from 1950-01-01 to 2049-12-31."),
        ("0001-01-01", "0001-01-31", "", "A report is about days between the years 1900 and 2900."),
        ("2000-01-01", "9999-12-31", "", "A report is about days between the years 1900 and 2900."),
    ],
)
def test_what_is_no_period_is_told_in_a_sentence(first: str, last: str, word: str, sentence: str) -> None:
    with pytest.raises(NotAPeriod) as refused:
        asked(first, last, word, TODAY)

    assert str(refused.value) == sentence


def test_unknown_word_is_told_with_those_that_are_known() -> None:
    with pytest.raises(NotAPeriod, match=r"There is no period “forever”\. There are today, week, month,"):
        asked("", "", "forever", TODAY)


def test_twenty_years_to_the_day_are_the_longest() -> None:
    assert checked(dt.date(2000, 1, 1), dt.date(2019, 12, 31)).days == 7305
    with pytest.raises(NotAPeriod):
        checked(dt.date(2000, 1, 1), dt.date(2020, 1, 1))
