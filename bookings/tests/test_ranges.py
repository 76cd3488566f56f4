from hypothesis import given
from hypothesis import strategies as st

from bookings.ranges import common, gaps, holds, merge

numbers = st.integers(0, 30)
some_ranges = st.lists(st.tuples(numbers, numbers), max_size=6)


def members(ranges):
    return {number for start, until in ranges for number in range(start, until)}


def in_order(ranges):
    """Ordered, none empty, and none touching the next."""
    flat = [edge for each in ranges for edge in each]
    return flat == sorted(set(flat))


def test_ranges_that_touch_are_one():
    assert merge([(5, 7), (1, 3), (3, 5), (9, 9), (12, 10)]) == [(1, 7)]


def test_longer_range_is_not_cut_by_one_inside_it():
    assert merge([(1, 9), (2, 3), (9, 10)]) == [(1, 10)]


def test_gaps_are_what_is_left_of_the_span():
    assert list(gaps([(-5, 1), (3, 4), (8, 20)], (0, 10))) == [(1, 3), (4, 8)]
    assert list(gaps([], (0, 10))) == [(0, 10)]
    assert list(gaps([(0, 10)], (0, 10))) == []


def test_common_of_nothing_is_the_whole_span():
    assert common([], (0, 10)) == [(0, 10)]


@given(some_ranges)
def test_merging_keeps_every_number(ranges):
    assert members(merge(ranges)) == members(ranges)
    assert in_order(merge(ranges))


@given(some_ranges, numbers, numbers)
def test_gaps_and_ranges_together_are_the_span(ranges, start, until):
    left = list(gaps(merge(ranges), (start, until)))
    assert members(left) == set(range(start, until)) - members(ranges)
    assert in_order(left)


@given(st.lists(some_ranges, max_size=4), numbers, numbers)
def test_common_numbers_are_in_every_set(many, start, until):
    found = common(many, (start, until))
    assert members(found) == set(range(start, until)).intersection(*map(members, many))
    assert in_order(found)


@given(some_ranges, numbers)
def test_number_is_held_where_a_range_has_it(ranges, number):
    assert holds(ranges, number) == (number in members(ranges))
