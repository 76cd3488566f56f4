"""When reminders go out: so long before, and in the waking hours of the practice's zone, across changes of the clock."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bookings import quiet
from practice.walltime import from_wall

HOUR = dt.timedelta(hours=1)
MINUTE = dt.timedelta(minutes=1)
LONDON = ZoneInfo("Europe/London")
ZONES = [LONDON, *map(ZoneInfo, ("America/St_Johns", "Pacific/Apia", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"))]
YEAR = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def at(text: str, zone: ZoneInfo = LONDON) -> dt.datetime:
    return from_wall(dt.datetime.fromisoformat(text), zone)


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("2026-06-04 15:00", 3, "2026-06-04 12:00"),
        ("2026-06-04 15:00", 48, "2026-06-02 15:00"),
        ("2026-06-04 10:00", 3, "2026-06-04 08:00"),  # 07:00 is night: the morning after it
        ("2026-06-04 08:30", 3, "2026-06-03 20:00"),  # the morning would come too late: the evening before
        ("2026-06-04 23:30", 2, "2026-06-04 20:00"),
    ],
)
def test_reminder_goes_out_so_long_before_and_not_in_the_night(start: str, hours: int, due: str) -> None:
    assert quiet.due(at(start), hours * HOUR, LONDON, at("2026-06-01 09:00")) == at(due)


def test_night_is_broken_only_where_both_morning_and_evening_are_out_of_the_question() -> None:
    assert quiet.due(at("2026-06-04 08:30"), 3 * HOUR, LONDON, at("2026-06-03 22:00")) == at("2026-06-04 05:30")


def test_what_is_past_when_it_is_planned_is_not_due() -> None:
    assert quiet.due(at("2026-06-04 10:00"), 48 * HOUR, LONDON, at("2026-06-02 10:00")) is None


def test_of_two_reminders_that_come_together_the_later_one_goes_out() -> None:
    found = quiet.reminders(at("2026-06-04 08:30"), [12 * HOUR, 3 * HOUR], LONDON, at("2026-06-01 09:00"))
    assert found == [(12 * HOUR, at("2026-06-03 20:30"))]


def test_spring_morning_without_its_hour_is_told_by_the_clock_on_the_wall() -> None:
    """On 29 March 2026 London's clocks go from 01:00 to 02:00."""
    assert quiet.due(at("2026-03-29 10:00"), 3 * HOUR, LONDON, at("2026-03-20 09:00")) == at("2026-03-29 08:00")


def slow(start: dt.datetime, before: dt.timedelta, zone: ZoneInfo, now: dt.datetime) -> dt.datetime | None:
    """Minute by minute, by the rules as a person would read them."""
    planned = start - before
    if planned <= now:
        return None

    def sleeps(moment: dt.datetime) -> bool:
        return not dt.time(8) <= moment.astimezone(zone).time() < dt.time(21)

    if not sleeps(planned):
        return planned
    morning = planned
    while sleeps(morning):
        morning += MINUTE
    if morning <= start - HOUR:
        return morning
    evening = planned
    while sleeps(evening):
        evening -= MINUTE
    while evening.astimezone(zone).time() > dt.time(20):
        evening -= MINUTE
    return evening if evening > now else planned


@given(
    start=st.integers(0, 365 * 24 * 12).map(lambda steps: YEAR + steps * 5 * MINUTE),
    before=st.integers(1, 72 * 4).map(lambda quarters: quarters * 15 * MINUTE),
    ahead=st.integers(0, 100 * 60).map(lambda minutes: minutes * MINUTE),
    zone=st.sampled_from(ZONES),
)
def test_due_is_what_a_person_would_find_in_the_calendar(
    start: dt.datetime, before: dt.timedelta, ahead: dt.timedelta, zone: ZoneInfo
) -> None:
    now = start - ahead
    assert quiet.due(start, before, zone, now) == slow(start, before, zone, now)


@given(
    start=st.integers(0, 365 * 24 * 12).map(lambda steps: YEAR + steps * 5 * MINUTE),
    spans=st.lists(st.integers(1, 72).map(lambda hours: hours * HOUR), max_size=6),
    ahead=st.integers(0, 100 * 60).map(lambda minutes: minutes * MINUTE),
    zone=st.sampled_from(ZONES),
)
def test_reminders_are_to_come_before_the_start_apart_and_each_span_at_most_once(
    start: dt.datetime, spans: list[dt.timedelta], ahead: dt.timedelta, zone: ZoneInfo
) -> None:
    now = start - ahead
    found = quiet.reminders(start, spans, zone, now)

    times = [moment for _, moment in found]
    assert all(now < moment < start for moment in times)
    assert all(later - earlier >= HOUR for earlier, later in pairwise(times))
    assert len({span for span, _ in found}) == len(found)
    assert bool(found) == any(quiet.due(start, span, zone, now) for span in spans)


@given(moment=st.integers(0, 365 * 24 * 60).map(lambda minutes: YEAR + minutes * MINUTE), zone=st.sampled_from(ZONES))
def test_awake_is_the_first_waking_moment_from_then_on(moment: dt.datetime, zone: ZoneInfo) -> None:
    found = quiet.awake(moment, zone)
    assume(found != moment)
    assert quiet.is_quiet(moment, zone) and not quiet.is_quiet(found, zone) and quiet.is_quiet(found - MINUTE, zone)
    assert found - moment <= dt.timedelta(hours=12)
