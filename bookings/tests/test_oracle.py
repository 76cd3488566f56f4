"""`availability` against the oracle. It is asked about many random practices (`scenarios`)."""

from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, Phase, event, find, given, seed, settings
from hypothesis import strategies as st

from bookings.availability import Reason, free_room, free_starts, reasons, refusals
from bookings.tests.oracle import Oracle
from bookings.tests.scenarios import HOUR, scenarios
from practice import walltime

thorough = settings(
    deadline=None, max_examples=300, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@thorough
@given(scenarios())
def test_free_starts_are_those_of_the_oracle(scenario):
    question, first, last = scenario
    expected = [walltime.floor_epoch(start) for start in Oracle(question, first, last).free_starts()]
    event("some starts are free" if expected else "no start is free")

    assert free_starts(question, first, last) == expected


@thorough
@given(scenarios())
def test_dates_asked_together_give_what_they_give_one_by_one(scenario):
    question, first, last = scenario
    one_by_one = [start for on in walltime.dates(first, last) for start in free_starts(question, on, on)]

    assert free_starts(question, first, last) == sorted(one_by_one)


@thorough
@given(
    scenarios(in_seconds=False),
    st.lists(st.integers(0, 72 * HOUR), max_size=5),
    st.lists(st.integers(0, 72 * 12), max_size=25),
)
def test_reasons_are_those_of_the_oracle_on_and_off_the_grid(scenario, anywhere, fives):
    question, first, last = scenario
    oracle = Oracle(question, first, last)
    opening = walltime.stretches(first, last, question.rules.zone)[0].start
    for start in [opening + seconds for seconds in anywhere] + [opening + five * 300 for five in fives]:
        expected = oracle.reasons(walltime.from_epoch(start))
        assert reasons(question, start) == [reason for reason in Reason if reason.value in expected]


@thorough
@given(scenarios(in_seconds=False), st.lists(st.integers(0, 72 * HOUR), max_size=10))
def test_start_has_no_reason_against_it_exactly_if_it_is_among_the_free(scenario, anywhere):
    question, first, last = scenario
    opening = walltime.stretches(first, last, question.rules.zone)[0].start
    free = free_starts(question, first - timedelta(days=1), last + timedelta(days=2))
    for start in [opening + seconds for seconds in anywhere] + free[::7]:
        assert (reasons(question, start) == []) == (start in free)


@thorough
@given(scenarios(), st.lists(st.integers(0, 72 * 60), min_size=1, max_size=20))
def test_free_room_is_that_of_the_oracle(scenario, minutes):
    question, first, last = scenario
    oracle = Oracle(question, first, last)
    opening = walltime.stretches(first, last, question.rules.zone)[0].start
    for start in [opening + minute * 60 for minute in minutes]:
        room = free_room(question.wanted, question.rooms or [], start)
        assert (room and room.name) == oracle.free_room(walltime.from_epoch(start))


@thorough
@given(scenarios(in_seconds=False))
def test_each_rule_begins_and_ends_at_the_second_at_which_the_oracle_says_so(scenario):
    question, first, last = scenario
    oracle = Oracle(question, first, last)
    parts = walltime.stretches(first, last, question.rules.zone)
    edges = {edge for ranges in refusals(question, first, last).values() for each in ranges for edge in each}
    for start in sorted(edges | {edge - 1 for edge in edges}):
        if any(part.start <= start < part.until for part in parts):
            expected = oracle.reasons(walltime.from_epoch(start))
            assert reasons(question, start) == [reason for reason in Reason if reason.value in expected]


# What the scenarios must reach, or the tests above prove little.


def test_a_good_share_of_scenarios_has_free_and_refused_starts():
    """From several seeds, since what one of them gives hangs together: much of it is an earlier scenario changed a little."""
    shares = []

    def look(scenario):
        question, first, last = scenario
        on_grid = Oracle(question, first, last).starts_on_grid()
        shares.append(len(free_starts(question, first, last)) / len(on_grid))

    for number in range(40):
        few = settings(thorough, max_examples=20, phases=[Phase.generate], database=None)
        seed(number)(few(given(scenarios())(look)))()

    assert sum(share > 0 for share in shares) > 0.4 * len(shares)
    assert sum(0.02 < share < 0.9 for share in shares) > 0.3 * len(shares)


@pytest.mark.parametrize("reason", [reason for reason in Reason if reason != Reason.OFF_GRID])
def test_scenarios_reach_starts_that_one_reason_alone_refuses(reason):
    def decides(scenario):
        question, first, last = scenario
        oracle = Oracle(question, first, last)
        return any(oracle.reasons(start) == {reason.value} for start in oracle.starts_on_grid()[::5])

    find(
        scenarios(), decides, settings=settings(thorough, max_examples=3000, derandomize=True, phases=[Phase.generate])
    )


def test_scenarios_reach_free_starts_in_both_passes_of_an_hour():
    def has_both(scenario):
        question, first, last = scenario
        free = free_starts(question, first, last)
        return len(
            {datetime.fromtimestamp(start, question.rules.zone).replace(tzinfo=None, fold=0) for start in free}
        ) < len(free)

    find(
        scenarios(), has_both, settings=settings(thorough, max_examples=3000, derandomize=True, phases=[Phase.generate])
    )
