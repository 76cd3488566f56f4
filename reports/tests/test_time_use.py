"""The use of time against a slow count: days of the diary one by one, bookings minute by minute."""

import datetime as dt
from collections import Counter
from decimal import Decimal
from itertools import pairwise

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings

from accounts.models import Role
from bookings.availability import Book, DateHours, WeeklyHours
from bookings.models import BLOCKING, Booking, Closure, Status, Therapist, Way
from bookings.ranges import gaps, merge
from bookings.tests.factories import make_booking, make_therapist_at_work, make_time_off
from practice import walltime
from practice.tests.factories import make_practice
from reports import time_use
from reports.asking import Asked, Filters
from reports.meanings import MEANINGS
from reports.period import Period, month_of, year_of
from reports.shape import Report, Table
from reports.tests.generated import NOW, SEEDS, Made, generated
from reports.tests.test_offered import day_by_day
from reports.time_use import Totals

slowly = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
MINUTE = dt.timedelta(minutes=1)


class Slow:
    """What a report should say, from the rows read one by one."""

    def __init__(self, made: Made, asked: Asked) -> None:
        self.made, self.asked, self.zone = made, asked, made.zone
        self.kept = [
            each
            for each in Booking.objects.select_related("session_type", "therapist")
            if each.status in BLOCKING and not (each.status == Status.HELD and each.hold_ends_at <= made.now)
        ]
        own = asked.by.role == Role.THERAPIST
        self.people = [
            each
            for each in Therapist.objects.all()
            if (not own or each.user_id == asked.by.pk)
            and (not asked.filters.therapists or each in asked.filters.therapists)
        ]
        rows = asked.filters
        self.asked_about = [
            each
            for each in self.kept
            if each.therapist in self.people
            and (not rows.session_types or each.session_type in rows.session_types)
            and (not rows.rooms or each.room in rows.rooms)
        ]

    def booked(self, period: Period) -> list[Booking]:
        return [each for each in self.asked_about if period.first <= each.session_on <= period.last]

    def book(self, therapist: Therapist) -> Book:
        def spans(rows):
            return [(walltime.floor_epoch(each.starts_at), walltime.ceil_epoch(each.ends_at)) for each in rows]

        weekly = therapist.weekly_hours.values_list("weekday", "opens", "closes", "valid_from", "valid_until")
        return Book(
            weekly=[WeeklyHours(*each) for each in weekly],
            dated=[DateHours(*each) for each in therapist.date_hours.values_list("on", "opens", "closes")],
            away=spans(therapist.time_off.all()),
            closed=spans(Closure.objects.filter(room=None)),
        )

    def open_at(self, therapist: Therapist, period: Period) -> list[tuple[int, int]]:
        days = [each.session_on for each in self.kept if each.therapist == therapist and each.status != Status.HELD]
        today = self.asked.today
        first = min([*days, today]) if therapist.active else min(days, default=dt.date.max)
        last = dt.date.max if therapist.active else max(days, default=dt.date.min)
        found = day_by_day(self.book(therapist), period.first, period.last, self.zone)
        return [gap for on, ranges in found.items() if first <= on <= last for gap in ranges]

    def totals(self, period: Period) -> Totals:
        offered, free = 0, 0
        for therapist in self.people:
            ranges = self.open_at(therapist, period)
            offered += sum(until - start for start, until in ranges) // 60
            busy = [
                (self._epoch(each.busy_from_at), self._epoch(each.busy_until_at))
                for each in self.kept
                if each.therapist == therapist
            ]
            taken = merge([*busy, (0, walltime.ceil_epoch(self.made.now))])
            free += sum(until - start for each in ranges for start, until in gaps(taken, each)) // 60
        booked = sum((each.busy_until_at - each.busy_from_at) // MINUTE for each in self.booked(period))
        return Totals(offered, booked, free)

    def _epoch(self, at: dt.datetime) -> int:
        return walltime.floor_epoch(at)

    def by_clock(self) -> Counter[tuple[int, int]]:
        found = Counter()
        for each in self.booked(self.asked.period):
            at = each.busy_from_at
            while at < each.busy_until_at:
                local = at.astimezone(self.zone)
                found[local.weekday(), local.hour] += 1
                at += MINUTE
        return found

    def gaps(self) -> dict[str, tuple[int, int]]:
        found = {}
        for therapist in self.people:
            lengths = [
                kind.buffer_before_minutes + length.minutes + kind.buffer_after_minutes
                for kind in therapist.session_types.filter(active=True)
                for length in kind.lengths.all()
            ]
            open_at = merge(
                self.open_at(therapist, Period(self.asked.period.first, self.asked.period.last + dt.timedelta(days=2)))
            )
            own = sorted(
                (each.session_on, each.busy_from_at, each.busy_until_at)
                for each in self.kept
                if each.therapist == therapist
            )
            for (on, _, until), (other, start, _) in pairwise(own):
                span = self._epoch(until), self._epoch(start)
                is_open = any(a <= span[0] and span[1] <= b for a, b in open_at)
                if (
                    on == other
                    and self.asked.period.first <= on <= self.asked.period.last
                    and lengths
                    and is_open
                    and 0 < span[1] - span[0] < min(lengths) * 60
                ):
                    number, minutes = found.get(therapist.name, (0, 0))
                    found[therapist.name] = number + 1, minutes + (span[1] - span[0]) // 60
        return found

    def lead(self) -> list[int]:
        return sorted(
            max((each.session_on - each.booked_on).days, 0)
            for each in self.booked(self.asked.period)
            if each.status in (Status.CONFIRMED, Status.COMPLETED, Status.NO_SHOW) and each.made_via != Way.IMPORT
        )


def table(report: Report, key: str) -> Table:
    return next(each.table for each in report.sections if each.table.key == key)


@slowly
@given(SEEDS)
def test_hours_are_those_of_a_slow_count(db, seed):
    with generated(seed) as made:
        asked = made.asked_anyhow()
        slow = Slow(made, asked)

        assert time_use.totals(asked) == tuple(slow.totals(period) for period in asked.period.compared())


@slowly
@given(SEEDS)
def test_tables_are_those_of_a_slow_count(db, seed):
    with generated(seed, bookings=60) as made:
        asked = made.asked_anyhow()
        slow, found = Slow(made, asked), time_use.report(asked)
        booked, by_clock, lead = slow.booked(asked.period), slow.by_clock(), slow.lead()
        months, weekdays = Counter(), Counter()
        for each in booked:
            minutes = (each.busy_until_at - each.busy_from_at) // MINUTE
            months[each.session_on.replace(day=1)] += minutes
            weekdays[each.session_on.weekday()] += minutes

        assert {row[0]: row[2] for row in table(found, "months").rows if row[2]} == months
        assert [row[2] for row in table(found, "weekdays").rows] == [weekdays[day] for day in range(7)]
        assert {row[0]: row[2:] for row in table(found, "gaps").rows} == slow.gaps()
        assert sum(row[1] for row in table(found, "ahead").rows) == len(lead)
        assert sum(row[1] for row in table(found, "rooms").rows) == sum(weekdays.values())
        offered = Counter()
        for therapist in slow.people:
            for start, until in slow.open_at(therapist, asked.period):
                for at in range(start, until, 60):
                    local = dt.datetime.fromtimestamp(at, slow.zone)
                    offered[local.weekday(), local.hour] += 1
        for hour, *shares in table(found, "hours").rows:
            for day, share in enumerate(shares):
                key = day, int(hour[:2])
                assert share == (Decimal(by_clock[key]) / offered[key] if offered[key] else None)


@slowly
@given(SEEDS)
def test_columns_add_up_to_their_totals(db, seed):
    with generated(seed) as made:
        asked = made.asked_anyhow()
        found, this = time_use.report(asked), time_use.totals(asked)[0]

        for key in ("months", "weekdays"):
            assert sum(row[1] for row in table(found, key).rows) == pytest.approx(this.offered, abs=12 * 30)
            assert sum(row[2] for row in table(found, key).rows) == this.booked
        therapists = table(found, "therapists")
        if therapists.total:
            assert therapists.total[1:5] == (this.offered, this.booked, this.share, this.free)
        for row in therapists.rows:
            assert row[3] == (Decimal(row[2]) / row[1] if row[1] else None)


def asked_of(period: Period, by, **filters) -> Asked:
    return Asked(period, Filters(**filters), by, make_practice(), NOW)


MARCH = month_of(dt.date(2026, 3, 1))


def test_week_of_sessions_is_told_in_sentences(db):
    therapist = make_therapist_at_work(weekdays=range(5))
    for day, hour in ((2, 9), (2, 11), (3, 9), (3, 10)):
        starts_at = dt.datetime(2026, 3, day, hour, 0, tzinfo=dt.UTC)
        make_booking(
            therapist=therapist,
            starts_at=starts_at,
            created_at=starts_at - dt.timedelta(days=4),
            status=Status.COMPLETED,
        )
    kind = make_booking(
        therapist=therapist,
        starts_at=dt.datetime(2026, 3, 3, 11, 30, tzinfo=dt.UTC),
        status=Status.NO_SHOW,
        created_at=dt.datetime(2026, 3, 1, tzinfo=dt.UTC),
    ).session_type
    kind.offers.create(therapist=therapist)

    found = time_use.report(asked_of(MARCH, therapist.user))

    assert found.sentences == (
        "In March 2026 198 hours were offered, and sessions with the time kept around them took 5 hours, 2.5 per cent.",
        "One gap between sessions, 0.5 hours in all, was too short to book.",
        "Half of the sessions were booked 4 days before or earlier.",
    )


def test_year_before_a_year_is_told_once(db):
    therapist = make_therapist_at_work(weekdays=range(5))
    for year in (2024, 2025):
        starts_at = dt.datetime(year, 3, 4, 9, 0, tzinfo=dt.UTC)
        make_booking(therapist=therapist, starts_at=starts_at, created_at=starts_at, status=Status.COMPLETED)

    found = time_use.report(asked_of(year_of(dt.date(2025, 1, 1)), therapist.user))

    assert found.sentences[0].count("2024") == 1


def test_hours_that_are_left_begin_now_and_end_with_time_off(db):
    therapist = make_therapist_at_work()
    first = dt.datetime(2026, 4, 2, 0, 0, tzinfo=dt.UTC)
    make_time_off(therapist, first, first + dt.timedelta(days=60))
    make_booking(therapist=therapist, starts_at=dt.datetime(2026, 4, 1, 12, 0, tzinfo=dt.UTC))

    assert time_use.totals(asked_of(month_of(NOW.date()), therapist.user))[0] == Totals(540, 60, 360)


@pytest.mark.parametrize(
    "period",
    [MARCH, Period(dt.date(2031, 1, 1), dt.date(2031, 12, 31)), Period(dt.date(1990, 1, 1), dt.date(2009, 12, 31))],
)
def test_empty_practice_has_a_sensible_page(db, period):
    owner = make_therapist_at_work().user
    Therapist.objects.update(active=False)

    found = time_use.report(asked_of(period, owner))

    assert found.sentences[0].endswith("no hours were offered.")
    assert list(time_use.behind(asked_of(period, owner)).rows) == []


def test_queries_are_as_many_for_one_booking_as_for_thirty(db, django_assert_max_num_queries):
    counts = []
    for bookings in (1, 30):
        with generated(7, bookings=bookings) as made, CaptureQueriesContext(connection) as seen:
            time_use.report(made.asked(Period(dt.date(2024, 3, 1), dt.date(2026, 6, 30))))
        counts.append(sum(not query["sql"].startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")) for query in seen))
    with generated(7) as made, django_assert_max_num_queries(4):
        time_use.totals(made.asked())

    assert counts[0] == counts[1] <= 13


def test_each_number_has_its_meaning(db):
    with generated(1) as made:
        found = time_use.report(made.asked())

    columns = [column for section in found.sections for column in section.table.columns]
    assert {column.means for column in columns if column.means} <= MEANINGS.keys()
    assert all(column.means or column.unit in ("text", "month") for column in columns)


def test_rows_behind_are_those_that_kept_their_time(db):
    with generated(3) as made:
        asked = made.asked(Period(dt.date(2024, 3, 1), dt.date(2026, 6, 30)))
        rows = list(time_use.behind(asked).rows)

        assert [row[2] for row in rows] == [
            each.starts_at
            for each in sorted(
                Slow(made, asked).booked(asked.period), key=lambda each: (each.session_on, each.starts_at, each.pk)
            )
        ]
