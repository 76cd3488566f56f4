"""The report on cancellations and no-shows: its sentences, its tables and the rows behind them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings

from bookings.models import Booking, BookingChange, Status, Way
from bookings.tests.factories import at, make_booking, make_session_type
from clients.tests.factories import make_client
from practice.tests.factories import make_practice
from reports import missed
from reports.attendance import NONE
from reports.cancelling import BANDS, WHO
from reports.period import Period
from reports.shape import Report, Table
from reports.tests.generated import SEEDS, SLOWLY, generated, make
from reports.tests.test_attendance import count, in_period
from reports.tests.test_cancelling import AGES, asked_by_owner, band_by_hand, who_by_hand

pytestmark = pytest.mark.django_db


def table(report: Report, key: str) -> Table:
    return next(each.table for each in report.sections if each.table.key == key)


@given(SEEDS)
@settings(SLOWLY, max_examples=15)
def test_every_table_adds_up_to_the_same_whole(db: None, seed: int) -> None:
    with generated(seed) as made:
        asked = made.asked_anyhow()
        report = missed.report(asked)
        whole = count(asked, in_period(asked, asked.period))
        numbers = whole.no_shows, whole.missed_share, whole.cancellations, whole.late_cancellations
        assert tuple(row[1] for row in table(report, "all").rows) == numbers
        for key in ("months", "weekdays", "hours", "therapists", "types"):
            found = table(report, key)
            assert found.total is None and not found.rows if whole == NONE else found.total[1:] == numbers
        ended = sum(each.currency == asked.currency for each in in_period(asked, asked.period)
                    if each.status in ("cancelled", "no_show"))  # fmt: skip
        assert (table(report, "fees").total or ("All", 0))[1] == ended
        assert (table(report, "notice").total or [0])[-1] == whole.cancellations


@given(SEEDS)
@settings(SLOWLY, max_examples=15)
def test_rows_behind_are_the_bookings_that_were_cancelled_or_missed(db: None, seed: int) -> None:
    def by_hand(each: Booking) -> tuple[object, ...]:
        ended = each.status == Status.CANCELLED
        return (
            each.client.name, each.session_on, each.starts_at, each.therapist.name, each.session_type.name,
            each.room and each.room.name, Status(each.status).label, each.cancelled_at,
            BANDS[band_by_hand(each)] if ended else None, WHO[who_by_hand(each)] if ended else None,
            each.late_fee if each.currency == "GBP" else None,
        )  # fmt: skip

    with generated(seed) as made:
        asked = made.asked_anyhow()
        rows = missed.behind(asked)
        found = list(rows.rows)
        assert all(len(row) == len(rows.columns) for row in found)
        ended = [each for each in in_period(asked, asked.period) if each.status in ("cancelled", "no_show")]
        assert sorted(found, key=str) == sorted(map(by_hand, ended), key=str)


def test_the_report_says_what_happened_in_sentences() -> None:
    make_practice()
    kind, sam = make_session_type(), make_client()
    for day, status, fields in (
        (1, Status.COMPLETED, {}),
        (2, Status.COMPLETED, {}),
        (3, Status.COMPLETED, {}),
        (4, Status.NO_SHOW, {"late_fee": Decimal("70.00")}),
        (5, Status.CANCELLED, {"is_late": True, "late_fee": Decimal("35.00"), "cancelled_at": at("2026-05-05 08:00")}),
        (6, Status.CANCELLED, {"cancelled_at": at("2026-05-01 08:00")}),
    ):
        ended = make_booking(session_type=kind, client=sam, starts_at=at(f"2026-05-{day:02d} 10:00"), status=status,
                             created_at=at("2026-04-20 10:00"), **fields)  # fmt: skip
        if day == 5:
            BookingChange.objects.create(booking=ended, at=ended.cancelled_at, via=Way.LINK, what="cancelled",
                                         before=Status.CONFIRMED, after=Status.CANCELLED)  # fmt: skip
    make_booking(session_type=kind, client=sam, starts_at=at("2026-04-22 10:00"), status=Status.NO_SHOW,
                 created_at=at("2026-04-20 10:00"))  # fmt: skip
    asked = asked_by_owner()
    may = Period(dt.date(2026, 5, 1), dt.date(2026, 5, 31))
    report = missed.report(type(asked)(may, asked.filters, asked.by, asked.practice, asked.now))

    assert report.sentences == (
        "In May 2026, one session was missed, as many as in April 2026 and one more than in May 2025.",
        "That is 25 per cent of those whose time had come.",
        "2 bookings were cancelled.",
        "Clients cancelled one of them and the practice none; one ended otherwise, or it is not known. One came inside the "
        "notice that was agreed.",
    )
    fees = next(each for each in report.sections if each.table.key == "fees")
    assert fees.sentences == ("Fees of £105 came due; nothing of that was waived and £105 is still to be paid.",)


def test_a_practice_without_bookings_has_a_sensible_report() -> None:
    made = make(2, bookings=0)
    report = missed.report(made.asked(AGES))
    assert report.sentences == ("In the years 2020 to 2029 there are no bookings.",)
    assert all(not each.table.rows for each in report.sections if each.table.key != "all")
    assert list(missed.behind(made.asked(AGES)).rows) == []


def test_the_report_asks_as_often_for_thirty_bookings_as_for_none() -> None:
    made = make(4, bookings=30)
    asked_often = []
    for period in (AGES, Period(dt.date(2031, 1, 1), dt.date(2031, 1, 31))):
        with CaptureQueriesContext(connection) as seen:
            missed.report(made.asked(period))
        asked_often.append(len(seen))
    assert asked_often == [11, 11]
