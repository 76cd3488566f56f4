from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from reports import saying
from reports.period import Period

D = Decimal
APRIL = Period(dt.date(2027, 4, 1), dt.date(2027, 4, 30))


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ("2027-04-01", "2027-04-30", "in April 2027"),
        ("2027-01-01", "2027-12-31", "in 2027"),
        ("2027-04-01", "2027-06-30", "in the months April to June 2027"),
        ("2026-11-01", "2027-01-31", "in the months November 2026 to January 2027"),
        ("2025-01-01", "2027-12-31", "in the years 2025 to 2027"),
        ("2027-04-05", "2027-04-05", "on 5 April 2027"),
        ("2027-04-05", "2027-05-07", "between 5 April and 7 May 2027"),
    ],
)
def test_a_period_is_named_as_people_name_it(first: str, last: str, said: str) -> None:
    assert saying.during(Period(dt.date.fromisoformat(first), dt.date.fromisoformat(last))) == said


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ((42, 37, 45), "5 more than in March 2027 and 3 fewer than in April 2026"),
        ((1, 2, 0), "one fewer than in March 2027 and one more than in April 2026"),
        ((0, 1300, 0), "1,300 fewer than in March 2027 and as many as in April 2026"),
        ((7, 0, 0), ""),
        ((0, 0, 0), ""),
    ],
)
def test_a_number_is_seen_beside_the_two_others(numbers: tuple[int, int, int], said: str) -> None:
    assert saying.beside(numbers, APRIL) == said


def test_a_year_is_compared_once() -> None:
    year = Period(dt.date(2027, 1, 1), dt.date(2027, 12, 31))
    assert saying.beside((3, 2, 2), year) == "one more than in 2026"


def test_money_and_hours_are_compared_in_their_own_words() -> None:
    amounts = D("100.00"), D("60.50"), D("100.00")
    said = saying.beside(amounts, APRIL, saying.money("GBP"), fewer="less", same="as much as")
    assert said == "£39.50 more than in March 2027 and as much as in April 2026"
    assert saying.beside((60, 120, 135), APRIL, saying.hours, fewer="fewer") == (
        "one hour fewer than in March 2027 and 1.3 hours fewer than in April 2026"
    )


def test_none_one_and_many_have_their_own_words() -> None:
    assert [saying.counted(number, "session") for number in (0, 1, 2, 1200)] == [
        "no sessions", "one session", "2 sessions", "1,200 sessions",
    ]  # fmt: skip
    assert saying.sentence("in April 2027 there were no sessions") == "In April 2027 there were no sessions."


@pytest.mark.parametrize(
    ("share", "said"),
    [
        ("0", "0 per cent"),
        ("0.045", "4.5 per cent"),
        ("0.1", "10 per cent"),
        ("1", "100 per cent"),
        ("0.0001", "less than 0.1 per cent"),
        ("0.9999", "more than 99.9 per cent"),
    ],
)
def test_a_share_is_said_in_per_cent(share: str, said: str) -> None:
    assert saying.percent(D(share)) == said
