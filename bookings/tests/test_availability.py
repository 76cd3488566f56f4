from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bookings.availability import (
    Book,
    DateHours,
    Load,
    Question,
    Reason,
    Room,
    Rules,
    Taken,
    Wanted,
    WeeklyHours,
    chunks,
    day_loads,
    free_room,
    free_starts,
    reasons,
    windows,
)
from practice import walltime

LONDON = ZoneInfo("Europe/London")
MONDAY = date(2027, 1, 4)
HOUR = 3600


def wall(text: str, zone: ZoneInfo = LONDON) -> int:
    return walltime.floor_epoch(walltime.from_wall(datetime.fromisoformat(text), zone))


def at(clock: str) -> int:
    """A time on the Monday that most of these tests are about."""
    return wall(f"{MONDAY}T{clock}")


def between(opens: str, closes: str) -> tuple[int, int]:
    return at(opens), at(closes)


def make_wanted(minutes: int = 60, before: int = 0, after: int = 0, hands_on: bool = True) -> Wanted:
    return Wanted(minutes * 60, before * 60, after * 60, hands_on)


def make_taken(opens: str, minutes: int = 60, before: int = 0, after: int = 0, hands_on: bool = True) -> Taken:
    start = at(opens)
    return Taken(start, minutes * 60, start - before * 60, start + (minutes + after) * 60, hands_on)


def make_book(**overrides) -> Book:
    """Open on the Monday from 10:00 to 13:00, unless told otherwise."""
    return Book(**{"weekly": [WeeklyHours(0, 600, 780)], **overrides})


def make_rules(**overrides) -> Rules:
    usual = {
        "zone": LONDON,
        "step_minutes": 30,
        "now": datetime(2027, 1, 1, 12, tzinfo=UTC),
        "min_notice": timedelta(hours=24),
        "horizon_days": 90,
    }
    return Rules(**{**usual, **overrides})


def make_question(**overrides) -> Question:
    usual = {"wanted": make_wanted(), "book": make_book(), "rooms": None, "rules": make_rules()}
    return Question(**{**usual, **overrides})


def clocks(question: Question, first: date = MONDAY, last: date | None = None) -> list[str]:
    """The free starts as the wall clock reads them."""
    zone = question.rules.zone
    return [
        datetime.fromtimestamp(start, zone).strftime("%H:%M") for start in free_starts(question, first, last or first)
    ]


ALL = ["10:00", "10:30", "11:00", "11:30", "12:00"]


def test_session_lies_inside_the_hours():
    assert clocks(make_question()) == ALL
    assert clocks(make_question(wanted=make_wanted(180))) == ["10:00"]
    assert clocks(make_question(wanted=make_wanted(181))) == []


def test_buffers_may_reach_outside_the_hours():
    assert clocks(make_question(wanted=make_wanted(before=60, after=60))) == ALL


# Rule 1: the grid.


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        (60, ["10:00", "11:00", "12:00"]),
        (50, ["10:00", "10:50", "11:40"]),
        (7, None),
        (1440, []),
        (45, ["10:30", "11:15", "12:00"]),
    ],
)
def test_starts_are_multiples_of_the_step_since_midnight(step, expected):
    if expected is None:
        expected = [f"{minute // 60:02d}:{minute % 60:02d}" for minute in range(600, 721) if minute % step == 0]
    assert clocks(make_question(rules=make_rules(step_minutes=step))) == expected


def test_grid_begins_anew_at_midnight():
    book = make_book(weekly=[WeeklyHours(0, 1380, 1440), WeeklyHours(1, 0, 60)])
    question = make_question(book=book, wanted=make_wanted(5), rules=make_rules(step_minutes=25))
    assert clocks(question, MONDAY, date(2027, 1, 5)) == ["23:20", "23:45", "00:00", "00:25", "00:50"]


def test_start_with_seconds_is_off_the_grid():
    assert reasons(make_question(), at("10:00:01")) == [Reason.OFF_GRID]
    assert reasons(make_question(), at("10:15")) == [Reason.OFF_GRID]
    assert reasons(make_question(), at("10:30")) == []
    assert reasons(make_question(), at("12:00:01")) == [Reason.OFF_GRID, Reason.OUTSIDE_HOURS]


def test_grid_follows_the_wall_clock_of_a_quarter_hour_zone():
    kathmandu = ZoneInfo("Asia/Kathmandu")
    question = make_question(rules=make_rules(zone=kathmandu, step_minutes=60))
    assert free_starts(question, MONDAY, MONDAY) == [wall(f"2027-01-04T{hour}:00", kathmandu) for hour in (10, 11, 12)]


# Rule 2: hours.


def test_weekly_hours_hold_on_their_valid_dates_both_included():
    weekly = [WeeklyHours(day, 600, 660, date(2027, 1, 5), date(2027, 1, 7)) for day in range(7)]
    question = make_question(book=make_book(weekly=weekly))
    found = [datetime.fromtimestamp(start, LONDON).day for start in free_starts(question, MONDAY, date(2027, 1, 10))]
    assert found == [5, 6, 7]


def test_hours_of_a_date_replace_its_weekly_hours():
    book = make_book(dated=[DateHours(MONDAY, 840, 900), DateHours(MONDAY, 960, 1020)])
    assert clocks(make_question(book=book)) == ["14:00", "16:00"]
    assert clocks(make_question(book=book), date(2027, 1, 11)) == ALL


def test_date_without_hours_is_a_day_off():
    assert clocks(make_question(book=make_book(dated=[DateHours(MONDAY)]))) == []
    assert clocks(make_question(book=make_book(dated=[DateHours(MONDAY), DateHours(MONDAY, 600, 660)]))) == ["10:00"]


def test_windows_that_touch_or_overlap_are_one():
    weekly = [WeeklyHours(0, 600, 660), WeeklyHours(0, 660, 720), WeeklyHours(0, 710, 780)]
    assert windows(make_book(weekly=weekly), MONDAY, MONDAY, LONDON) == [between("10:00", "13:00")]
    assert clocks(make_question(book=make_book(weekly=weekly))) == ALL


def test_windows_a_minute_apart_stay_two():
    weekly = [WeeklyHours(0, 600, 659), WeeklyHours(0, 660, 780)]
    assert clocks(make_question(book=make_book(weekly=weekly))) == ["11:00", "11:30", "12:00"]


def test_windows_touch_across_midnight():
    weekly = [WeeklyHours(0, 1380, 1440), WeeklyHours(1, 0, 60)]
    question = make_question(book=make_book(weekly=weekly))
    assert clocks(question) == ["23:00", "23:30"]
    assert clocks(question, date(2027, 1, 5)) == ["00:00"]


def test_session_of_more_than_a_day_fits_in_hours_around_the_clock():
    around = make_book(weekly=[WeeklyHours(day, 0, 1440) for day in range(7)])
    assert len(clocks(make_question(book=around, wanted=make_wanted(49 * 60)))) == 48
    until_tuesday = make_book(weekly=[WeeklyHours(0, 0, 1440), WeeklyHours(1, 0, 1440)])
    assert clocks(make_question(book=until_tuesday, wanted=make_wanted(47 * 60))) == ["00:00", "00:30", "01:00"]


# Rule 3: away and closed.


@pytest.mark.parametrize("kind", ["away", "closed"])
def test_session_meets_no_time_off_and_no_closure(kind):
    question = make_question(book=make_book(**{kind: [between("11:00", "11:30")]}), wanted=make_wanted(after=30))
    assert clocks(question) == ["10:00", "11:30", "12:00"]
    assert reasons(question, at("11:00")) == [Reason(kind)]


def test_closure_of_a_second_refuses_the_session_around_it():
    noon = at("12:00")
    assert clocks(make_question(book=make_book(closed=[(noon - 1, noon)]))) == ["10:00", "10:30", "12:00"]
    assert clocks(make_question(book=make_book(closed=[(noon, noon + 1)]))) == ["10:00", "10:30", "11:00"]
    assert clocks(make_question(book=make_book(closed=[(noon, noon)]))) == ALL


# Rule 4: the therapist.


def test_sessions_may_follow_each_other_without_a_gap():
    assert clocks(make_question(book=make_book(taken=[make_taken("11:00")]))) == ["10:00", "12:00"]


def test_buffers_of_both_bookings_keep_them_apart():
    question = make_question(book=make_book(taken=[make_taken("11:00", before=30)]))
    assert clocks(question) == ["12:00"]
    assert clocks(replace(question, wanted=make_wanted(30))) == ["10:00", "12:00", "12:30"]
    assert clocks(replace(question, wanted=make_wanted(30, before=30))) == ["10:00", "12:30"]
    assert clocks(replace(question, wanted=make_wanted(30, after=1))) == ["12:00", "12:30"]


def test_booking_counts_with_the_buffers_it_was_booked_with():
    assert clocks(make_question(book=make_book(taken=[make_taken("10:00", minutes=60, after=60)]))) == ["12:00"]


# Rule 5: rooms.


def test_session_without_rooms_needs_none():
    assert clocks(make_question(rooms=None)) == ALL


def test_session_whose_rooms_are_all_withdrawn_is_never_free():
    assert clocks(make_question(rooms=[])) == []
    assert reasons(make_question(rooms=[]), at("10:00")) == [Reason.ROOM_CLOSED]


def test_one_free_room_is_enough():
    garden = Room("garden", closed=[between("10:00", "11:30")])
    attic = Room("attic", busy=[between("11:00", "12:00")])
    question = make_question(rooms=[garden, attic])
    assert clocks(question) == ["10:00", "11:30", "12:00"]
    assert [free_room(question.wanted, question.rooms, at(clock)) for clock in ALL] == [
        attic,
        None,
        None,
        garden,
        garden,
    ]


def test_room_meets_buffers_with_bookings_but_not_with_closures():
    wanted = make_wanted(after=30)
    assert clocks(make_question(wanted=wanted, rooms=[Room("garden", closed=[between("11:00", "12:00")])])) == [
        "10:00",
        "12:00",
    ]
    assert clocks(make_question(wanted=wanted, rooms=[Room("garden", busy=[between("11:00", "12:00")])])) == ["12:00"]


def test_rooms_are_tried_in_their_order():
    rooms = [Room("garden"), Room("attic")]
    assert free_room(make_wanted(), rooms, at("10:00")) == rooms[0]
    assert free_room(make_wanted(), rooms[::-1], at("10:00")) == rooms[1]


def test_closed_rooms_and_taken_rooms_have_different_reasons():
    shut = Room("garden", closed=[between("10:00", "13:00")])
    busy = Room("attic", busy=[between("11:00", "12:00")])
    assert reasons(make_question(rooms=[shut]), at("11:00")) == [Reason.ROOM_CLOSED]
    assert reasons(make_question(rooms=[busy]), at("11:00")) == [Reason.ROOM_TAKEN]
    assert reasons(make_question(rooms=[shut, busy]), at("11:00")) == [Reason.ROOM_TAKEN]


# Rule 6: notice and horizon.


def test_start_exactly_at_the_notice_is_free():
    rules = make_rules(now=datetime(2027, 1, 3, 11, tzinfo=UTC))
    assert clocks(make_question(rules=rules)) == ["11:00", "11:30", "12:00"]
    late = make_rules(now=datetime(2027, 1, 3, 11, 0, 0, 1, tzinfo=UTC))
    assert clocks(make_question(rules=late)) == ["11:30", "12:00"]


def test_horizon_counts_local_dates_from_today():
    weekly = [WeeklyHours(day, 0, 1440) for day in range(7)]
    sydney = ZoneInfo("Australia/Sydney")
    rules = make_rules(
        zone=sydney, now=datetime(2027, 1, 3, 13, tzinfo=UTC), min_notice=timedelta(0), horizon_days=1, step_minutes=720
    )
    question = make_question(book=make_book(weekly=weekly), rules=rules)
    found = [
        datetime.fromtimestamp(start, sydney) for start in free_starts(question, date(2027, 1, 4), date(2027, 1, 9))
    ]
    assert [(day.day, day.hour) for day in found] == [(4, 0), (4, 12), (5, 0), (5, 12)]
    assert reasons(question, wall("2027-01-06T00:00", sydney)) == [Reason.TOO_FAR]


# Rule 7: care.


def test_minutes_of_a_day_stay_within_the_limit():
    taken = [make_taken("10:00", minutes=60)]
    assert clocks(make_question(book=make_book(taken=taken, max_minutes=120))) == ["11:00", "11:30", "12:00"]
    assert clocks(make_question(book=make_book(taken=taken, max_minutes=119))) == []
    assert clocks(make_question(book=make_book(max_minutes=59))) == []


def test_consultation_has_no_hands_on_minutes():
    talk = make_wanted(hands_on=False)
    assert clocks(make_question(wanted=talk, book=make_book(max_minutes=0))) == ALL
    assert clocks(make_question(book=make_book(taken=[make_taken("10:00", hands_on=False)], max_minutes=60))) == [
        "11:00",
        "11:30",
        "12:00",
    ]


def test_consultation_too_is_refused_on_a_day_that_is_past_its_minutes():
    book = make_book(taken=[make_taken("10:00")], max_minutes=59)
    assert reasons(make_question(wanted=make_wanted(hands_on=False), book=book), at("11:00")) == [
        Reason.DAY_MINUTES_FULL
    ]


def test_sessions_of_every_kind_count_towards_the_number_of_a_day():
    book = make_book(taken=[make_taken("10:00", minutes=30, hands_on=False)], max_sessions=1)
    assert clocks(make_question(book=book)) == []
    assert clocks(make_question(book=book), date(2027, 1, 11)) == ALL
    assert clocks(make_question(book=replace(book, max_sessions=2))) == ["10:30", "11:00", "11:30", "12:00"]
    assert clocks(make_question(book=make_book(max_sessions=0))) == []


def test_booking_counts_whole_on_the_date_of_its_start():
    weekly = [WeeklyHours(day, 0, 1440) for day in range(7)]
    taken = [make_taken("23:30", minutes=120)]
    question = make_question(
        book=make_book(weekly=weekly, taken=taken, max_sessions=1), rules=make_rules(step_minutes=720)
    )
    assert clocks(question) == []
    assert clocks(question, date(2027, 1, 5)) == ["12:00"]
    loads = day_loads(taken, MONDAY, date(2027, 1, 5), LONDON)
    assert loads == {MONDAY: Load(7200, 1)}


def test_date_in_two_stretches_is_one_day():
    """St. John's, 7 November 2010: 00:00 comes, then 23:01 of the day before again."""
    zone = ZoneInfo("America/St_Johns")
    eve, day = date(2010, 11, 6), date(2010, 11, 7)
    weekly = [WeeklyHours(weekday, 0, 1440) for weekday in range(7)]
    rules = make_rules(zone=zone, now=datetime(2010, 11, 1, tzinfo=UTC), step_minutes=30)
    noon = wall("2010-11-06T12:00", zone)
    second_pass = wall("2010-11-07T00:00", zone) + 30 * 60
    assert datetime.fromtimestamp(second_pass, zone).strftime("%d %H:%M") == "06 23:30"

    for start in (noon, second_pass):
        taken = Taken(start, HOUR, start, start + HOUR, True)
        assert day_loads([taken], eve, day, zone) == {eve: Load(HOUR, 1)}
        for limit in ({"max_sessions": 1}, {"max_minutes": 119}):
            full = make_question(book=make_book(weekly=weekly, taken=[taken], **limit), rules=rules)
            assert clocks(full, eve) == []
    free = make_question(book=make_book(weekly=weekly), rules=rules, wanted=make_wanted(5))
    assert clocks(free, eve)[-3:] == ["23:00", "23:30", "23:30"]
    assert clocks(free, day)[:3] == ["00:00", "00:00", "00:30"]
    assert clocks(free, eve, day)[46:51] == ["23:00", "23:30", "00:00", "23:30", "00:00"]


# Changes of the clock.


def test_session_keeps_its_length_over_a_skipped_hour():
    book = make_book(weekly=[WeeklyHours(6, 0, 240)])
    question = make_question(book=book, wanted=make_wanted(120))
    assert clocks(question, date(2027, 3, 28)) == ["00:00", "00:30", "02:00"]


def test_both_passes_of_a_repeated_hour_are_offered():
    book = make_book(weekly=[WeeklyHours(6, 60, 120)])
    assert clocks(make_question(book=book), date(2026, 10, 25)) == []
    rules = make_rules(now=datetime(2026, 10, 1, tzinfo=UTC))
    assert clocks(make_question(book=book, rules=rules), date(2026, 10, 25)) == ["01:00", "01:30", "01:00"]


def test_hours_that_begin_in_a_repeated_hour_begin_at_its_first_pass():
    book = make_book(weekly=[WeeklyHours(6, 90, 120)])
    rules = make_rules(now=datetime(2026, 10, 1, tzinfo=UTC))
    assert windows(book, date(2026, 10, 25), date(2026, 10, 25), LONDON) == [
        (wall("2026-10-25T00:30", ZoneInfo("UTC")), wall("2026-10-25T02:00", ZoneInfo("UTC")))
    ]
    assert clocks(make_question(book=book, rules=rules), date(2026, 10, 25)) == ["01:30", "01:00"]


def test_window_turned_round_by_a_skipped_hour_is_dropped():
    sunday = date(2027, 3, 28)
    assert windows(make_book(weekly=[WeeklyHours(6, 90, 135)]), sunday, sunday, LONDON) == []
    assert windows(make_book(weekly=[WeeklyHours(6, 60, 120)]), sunday, sunday, LONDON) == []


def test_hours_touch_across_a_midnight_that_is_skipped():
    beirut = ZoneInfo("Asia/Beirut")
    book = make_book(weekly=[WeeklyHours(5, 1380, 1440), WeeklyHours(6, 0, 120)])
    question = make_question(book=book, rules=make_rules(zone=beirut))
    assert clocks(question, date(2027, 3, 27), date(2027, 3, 28)) == ["23:00", "23:30", "01:00"]


def test_hours_of_a_skipped_date_move_on_to_the_next():
    zone = ZoneInfo("Pacific/Apia")
    friday, saturday = date(2011, 12, 30), date(2011, 12, 31)
    rules = make_rules(zone=zone, now=datetime(2011, 12, 1, tzinfo=UTC))
    question = make_question(book=make_book(weekly=[WeeklyHours(4, 600, 660)]), rules=rules)
    assert free_starts(question, friday, friday) == []
    assert free_starts(question, saturday, saturday) == [wall("2011-12-31T10:00", zone)]


def test_skipped_date_has_no_starts():
    question = make_question(
        book=make_book(weekly=[WeeklyHours(day, 0, 1440) for day in range(7)]),
        rules=make_rules(zone=ZoneInfo("Pacific/Apia"), now=datetime(2011, 12, 1, tzinfo=UTC), step_minutes=720),
        wanted=make_wanted(24 * 60),
    )
    assert free_starts(question, date(2011, 12, 30), date(2011, 12, 30)) == []
    assert clocks(question, date(2011, 12, 29), date(2011, 12, 31)) == ["00:00", "12:00", "00:00", "12:00"]


# Reasons.


def test_every_reason_is_told_in_order():
    start = at("20:07:30")
    book = make_book(
        away=[(start, start + 1)],
        closed=[(start, start + 1)],
        taken=[Taken(start, 60, start, start + 60, True)],
        max_minutes=0,
        max_sessions=0,
    )
    rules = make_rules(now=datetime(2027, 1, 4, 12, tzinfo=UTC), horizon_days=-1)
    assert reasons(make_question(book=book, rules=rules, rooms=[Room("garden", busy=[(start, start + 1)])]), start) == [
        reason for reason in Reason if reason != Reason.ROOM_CLOSED
    ]


def test_only_therapist_and_room_can_be_taken():
    assert [reason for reason in Reason if reason.is_taken] == [Reason.THERAPIST_TAKEN, Reason.ROOM_TAKEN]


# Soonest.


def test_chunks_cover_every_date_once():
    first, last = date(2027, 1, 4), date(2028, 1, 3)
    found = list(chunks(first, last))
    assert [(until - begin).days + 1 for begin, until in found] == [7, 14, 28, 56, 56, 56, 56, 56, 36]
    assert [on for begin, until in found for on in walltime.dates(begin, until)] == list(walltime.dates(first, last))
