"""Coming of age, notice and fees."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings import rules


@pytest.mark.parametrize(
    ("born", "is_believable"),
    [("0001-01-01", False), ("1905-12-31", False), ("1906-01-01", True), ("2026-06-01", True), ("2026-06-02", False)],
)
def test_nobody_is_older_than_a_hundred_and_twenty(born: str, is_believable: bool) -> None:
    assert rules.is_believable(dt.date.fromisoformat(born), dt.date(2026, 6, 1)) is is_believable


def test_adult_on_the_eighteenth_birthday_and_not_the_day_before() -> None:
    born = dt.date(2008, 6, 2)
    assert not rules.is_adult(born, dt.date(2026, 6, 1))
    assert rules.is_adult(born, dt.date(2026, 6, 2))


def test_nobody_is_of_age_who_would_be_so_after_the_last_year_that_there_is() -> None:
    assert not rules.is_adult(dt.date.max, dt.date(2026, 6, 1))


def test_born_on_a_leap_day_comes_of_age_on_the_first_of_march() -> None:
    assert rules.adult_on(dt.date(2008, 2, 29)) == dt.date(2026, 3, 1)


@given(st.dates(min_value=dt.date(1900, 1, 1), max_value=dt.date(2100, 1, 1)))
def test_the_day_before_coming_of_age_is_seventeen(born: dt.date) -> None:
    eve = rules.adult_on(born) - dt.timedelta(days=1)
    years = eve.year - born.year - ((eve.month, eve.day) < (born.month, born.day))
    assert years == 17


def test_notice_is_free_to_its_edge() -> None:
    start, notice = dt.datetime(2026, 6, 4, 9, tzinfo=dt.UTC), dt.timedelta(hours=24)
    assert not rules.is_late(start, notice, start - notice)
    assert rules.is_late(start, notice, start - notice + dt.timedelta(seconds=1))


def test_half_a_price_is_rounded_up_to_the_penny() -> None:
    assert rules.share(Decimal("75.25"), 50) == Decimal("37.63")


@given(
    price=st.decimals(0, 500, places=2),
    percents=st.lists(st.integers(0, 100), max_size=6),
)
def test_fees_of_one_booking_count_once_each_and_never_come_to_more_than_its_price(
    price: Decimal, percents: list[int]
) -> None:
    owed = Decimal(0)
    for percent in percents:
        owed += rules.fee_added(price, owed, percent)
    assert owed == min(price, sum((rules.share(price, percent) for percent in percents), Decimal(0)))


def test_fees_past_the_price_add_nothing_more() -> None:
    added = [
        rules.fee_added(Decimal("70.00"), owed, 50) for owed in (Decimal(0), Decimal(35), Decimal(50), Decimal(90))
    ]
    assert added == [Decimal("35.00"), Decimal("35.00"), Decimal("20.00"), Decimal("0.00")]
