from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from practice import walltime
from practice.walltime import DAY, Segment, from_wall, instant, local_date

LONDON = ZoneInfo("Europe/London")
ST_JOHNS = ZoneInfo("America/St_Johns")
APIA = ZoneInfo("Pacific/Apia")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")

ZONES = [
    ZoneInfo(name)
    for name in (
        "UTC",
        "Europe/London",
        "Europe/Berlin",
        "America/New_York",
        "Asia/Kolkata",
        "Asia/Kathmandu",
        "Australia/Lord_Howe",
        "America/Havana",
        "Asia/Beirut",
        "America/Asuncion",
        "Africa/Cairo",
        "Africa/Casablanca",
        "Pacific/Chatham",
        "America/St_Johns",
        "Pacific/Apia",
        "Pacific/Kwajalein",
        "Antarctica/Troll",
    )
]
zones = st.sampled_from(ZONES)
epochs = st.integers(
    walltime.floor_epoch(datetime(1972, 1, 1, tzinfo=UTC)), walltime.floor_epoch(datetime(2060, 1, 1, tzinfo=UTC))
)
a_date = st.dates(date(1972, 1, 1), date(2060, 1, 1))


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


def epoch(*parts: int) -> int:
    return walltime.floor_epoch(utc(*parts))


def reading(at: int, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(at, zone).replace(tzinfo=None, fold=0)


@pytest.mark.parametrize(
    ("zone", "wall", "expected"),
    [
        ("Europe/London", datetime(2027, 1, 4, 10, 0), utc(2027, 1, 4, 10, 0)),
        ("Europe/London", datetime(2027, 7, 4, 10, 0, 30), utc(2027, 7, 4, 9, 0, 30)),
        # skipped: 01:30 moves on to 02:30 summer time
        ("Europe/London", datetime(2027, 3, 28, 1, 30), utc(2027, 3, 28, 1, 30)),
        ("Europe/Berlin", datetime(2027, 3, 28, 2, 30), utc(2027, 3, 28, 1, 30)),
        # repeated: the first pass
        ("Europe/London", datetime(2026, 10, 25, 1, 30), utc(2026, 10, 25, 0, 30)),
        ("Australia/Lord_Howe", datetime(2027, 4, 4, 1, 45), utc(2027, 4, 3, 14, 45)),
        ("Australia/Lord_Howe", datetime(2026, 10, 4, 2, 10), utc(2026, 10, 3, 15, 40)),
        ("Asia/Kathmandu", datetime(2027, 1, 4, 10, 0), utc(2027, 1, 4, 4, 15)),
        # a whole day skipped moves on by a day
        ("Pacific/Apia", datetime(2011, 12, 30, 9, 0), utc(2011, 12, 30, 19, 0)),
    ],
)
def test_wall_clock_reading_is_one_instant(zone, wall, expected):
    assert from_wall(wall, ZoneInfo(zone)) == expected
    assert from_wall(wall.replace(fold=1), ZoneInfo(zone)) == expected


def test_result_is_in_utc():
    assert from_wall(datetime(2027, 7, 4, 10, 0), LONDON).tzinfo is UTC


def test_reading_with_a_zone_of_its_own_is_refused():
    with pytest.raises(ValueError, match="no time zone of its own"):
        from_wall(utc(2027, 1, 4), LONDON)


@pytest.mark.parametrize(
    ("zone", "on", "minute", "expected"),
    [
        (LONDON, date(2027, 7, 4), 0, utc(2027, 7, 3, 23, 0)),
        (LONDON, date(2027, 7, 4), 1440, utc(2027, 7, 4, 23, 0)),
        (LONDON, date(2027, 12, 31), 1440, utc(2028, 1, 1)),
        # 24:00 is the next date's 00:00, also where that is skipped …
        (ZoneInfo("Asia/Beirut"), date(2027, 3, 27), 1440, utc(2027, 3, 27, 22, 0)),
        (ZoneInfo("Asia/Beirut"), date(2027, 3, 28), 0, utc(2027, 3, 27, 22, 0)),
        # … or comes twice
        (ZoneInfo("America/Havana"), date(2026, 10, 31), 1440, utc(2026, 11, 1, 4, 0)),
        (ST_JOHNS, date(2010, 11, 6), 1440, utc(2010, 11, 7, 2, 30)),
        (APIA, date(2011, 12, 29), 1440, utc(2011, 12, 30, 10, 0)),
    ],
)
def test_minute_of_a_date_is_one_instant(zone, on, minute, expected):
    assert instant(on, minute, zone) == expected


def test_local_date_is_the_practices_date():
    assert local_date(utc(2027, 7, 4, 23, 30), LONDON) == date(2027, 7, 5)
    assert local_date(utc(2027, 1, 4, 23, 30), LONDON) == date(2027, 1, 4)


def test_parts_of_a_second_go_down_or_up():
    at = datetime(2027, 1, 4, 10, 0, 0, 1, tzinfo=UTC)
    whole = epoch(2027, 1, 4, 10)
    assert (walltime.floor_epoch(at), walltime.ceil_epoch(at)) == (whole, whole + 1)
    assert (walltime.floor_epoch(utc(2027, 1, 4, 10)), walltime.ceil_epoch(utc(2027, 1, 4, 10))) == (whole, whole)
    before_1970 = datetime(1969, 12, 31, 23, 59, 59, 500_000, tzinfo=UTC)
    assert (walltime.floor_epoch(before_1970), walltime.ceil_epoch(before_1970)) == (-1, 0)


def test_epoch_seconds_come_back_as_the_same_instant():
    assert walltime.from_epoch(epoch(2027, 1, 4, 10)) == utc(2027, 1, 4, 10)
    assert walltime.from_epoch(0).tzinfo is UTC


def test_dates_include_both_ends():
    assert list(walltime.dates(date(2027, 2, 27), date(2027, 3, 1))) == [
        date(2027, 2, 27),
        date(2027, 2, 28),
        date(2027, 3, 1),
    ]
    assert list(walltime.dates(date(2027, 2, 2), date(2027, 2, 1))) == []


def test_day_with_a_change_has_two_segments():
    start, change, until = epoch(2027, 3, 28), epoch(2027, 3, 28, 1), epoch(2027, 3, 28, 23)
    assert walltime.segments(start, until, LONDON) == [Segment(start, change, 0), Segment(change, until, 3600)]


def test_change_at_the_very_start_or_end_leaves_no_empty_segment():
    change = epoch(2027, 3, 28, 1)
    assert walltime.segments(change - 60, change, LONDON) == [Segment(change - 60, change, 0)]
    assert walltime.segments(change, change + 60, LONDON) == [Segment(change, change + 60, 3600)]
    assert walltime.segments(change, change, LONDON) == []


def test_lord_howe_changes_by_half_an_hour():
    start, change, until = epoch(2027, 4, 3, 14), epoch(2027, 4, 3, 15), epoch(2027, 4, 3, 16)
    assert walltime.segments(start, until, LORD_HOWE) == [Segment(start, change, 39600), Segment(change, until, 37800)]


def test_ten_years_without_a_change_are_one_segment():
    start, until = epoch(2020, 1, 1), epoch(2030, 1, 1)
    assert walltime.segments(start, until, ZoneInfo("Asia/Kolkata")) == [Segment(start, until, 19800)]


def test_days_of_a_change_are_shorter_and_longer():
    assert walltime.day_ranges(date(2027, 3, 28), LONDON) == [(epoch(2027, 3, 28), epoch(2027, 3, 28, 23))]
    assert walltime.day_ranges(date(2026, 10, 25), LONDON) == [(epoch(2026, 10, 24, 23), epoch(2026, 10, 26))]


def test_day_comes_in_two_where_the_clock_goes_back_across_midnight():
    """St. John's, 7 November 2010, 00:01: the clock went back to 23:01 of the day before."""
    change, midnight = epoch(2010, 11, 7, 2, 31), epoch(2010, 11, 7, 2, 30)
    assert walltime.day_ranges(date(2010, 11, 6), ST_JOHNS) == [
        (epoch(2010, 11, 6, 2, 30), midnight),
        (change, change + 59 * 60),
    ]
    assert walltime.day_ranges(date(2010, 11, 7), ST_JOHNS) == [
        (midnight, change),
        (change + 59 * 60, epoch(2010, 11, 8, 3, 30)),
    ]
    assert len(walltime.stretches(date(2010, 11, 6), date(2010, 11, 7), ST_JOHNS)) == 2


def test_skipped_date_has_no_instants():
    assert walltime.day_ranges(date(2011, 12, 30), APIA) == []
    eve, day_after = walltime.day_ranges(date(2011, 12, 29), APIA), walltime.day_ranges(date(2011, 12, 31), APIA)
    assert eve[-1][1] == day_after[0][0] == epoch(2011, 12, 30, 10)


def test_dates_in_the_wrong_order_have_no_stretches():
    assert walltime.stretches(date(2027, 2, 2), date(2027, 2, 1), LONDON) == []
    assert walltime.stretches(date(2027, 9, 2), date(2027, 2, 1), LONDON) == []


@settings(deadline=None, max_examples=150)
@given(zone=zones, start=epochs, length=st.integers(1, 400 * DAY), data=st.data())
def test_segments_cover_their_span_with_the_zones_own_offsets(zone, start, length, data):
    found = walltime.segments(start, start + length, zone)

    assert found[0].start == start and found[-1].until == start + length
    for one, following in pairwise(found):
        assert one.until == following.start and one.offset != following.offset
    edges = [at for part in found for at in (part.start, part.until - 1)]
    inside = data.draw(st.lists(st.integers(start, start + length - 1), max_size=20))
    for at in edges + inside:
        (offset,) = {part.offset for part in found if part.start <= at < part.until}
        assert timedelta(seconds=offset) == datetime.fromtimestamp(at, zone).utcoffset()


@settings(deadline=None, max_examples=150)
@given(zone=zones, on=a_date)
def test_ranges_of_a_date_are_the_instants_that_read_it(zone, on):
    around = walltime.floor_epoch(datetime(on.year, on.month, on.day, tzinfo=UTC))
    ranges = walltime.day_ranges(on, zone)
    for at in range(around - DAY, around + 2 * DAY, 20 * 60):
        assert any(start <= at < until for start, until in ranges) == (reading(at, zone).date() == on)
    for start, until in ranges:
        assert [reading(at, zone).date() == on for at in (start - 1, start, until - 1, until)] == [
            False,
            True,
            True,
            False,
        ]


@settings(deadline=None, max_examples=300)
@given(
    zone=zones,
    wall=st.datetimes(datetime(1972, 1, 1), datetime(2060, 1, 1)).map(lambda wall: wall.replace(microsecond=0)),
)
def test_reading_is_kept_in_its_first_pass_or_moves_on_by_the_jump(zone, wall):
    at = walltime.floor_epoch(from_wall(wall, zone))
    around = walltime.segments(at - 2 * DAY, at + DAY, zone)
    as_utc = walltime.floor_epoch(wall.replace(tzinfo=UTC))
    passes = [as_utc - part.offset for part in around if part.start <= as_utc - part.offset < part.until]

    if passes:
        assert at == min(passes)
    else:
        moved = (reading(at, zone) - wall).total_seconds()
        assert moved in [after.offset - before.offset for before, after in pairwise(around)]
