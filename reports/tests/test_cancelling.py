"""Who cancelled, how long before, and the fees of it: by the database and by hand."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given

from accounts.tests.factories import make_front_desk, make_owner
from bookings import breaking, lifecycle, owing, withdrawal
from bookings.changes import Act
from bookings.models import Booking, BookingChange, Status, Way
from bookings.tests.factories import NOW, make_booking
from clients.tests.factories import make_client_with_account
from practice.models import Practice
from practice.tests.factories import make_practice
from reports import cancelling
from reports.asking import Asked, Filters
from reports.cancelling import Fees, Ways
from reports.period import Period
from reports.tests.generated import HOUR, SEEDS, SLOWLY, generated
from reports.tests.test_attendance import in_period, is_late_by_hand

pytestmark = pytest.mark.django_db

AGES = Period(dt.date(2020, 1, 1), dt.date(2029, 12, 31))


def band_by_hand(booking: Booking) -> str:
    if booking.cancelled_at is None:
        return "unknown"
    left = booking.starts_at - booking.cancelled_at
    if left < 3 * HOUR:
        return "hours"
    if left < booking.cancellation_notice:
        return "notice"
    return "days" if left <= 48 * HOUR else "week" if left <= 168 * HOUR else "longer"


def who_by_hand(booking: Booking) -> str:
    line = BookingChange.objects.filter(booking=booking, after="cancelled").exclude(before="cancelled").last()
    if booking.cancelled_at is None or line is None or line.what == "released":
        return "otherwise"
    of_client = line.details.get("clients_word") or line.via == Way.LINK or (line.by and not line.by.is_staff)
    return "client" if of_client else "practice"


def outcome_by_hand(booking: Booking) -> str:
    return "missed" if booking.status == Status.NO_SHOW else "late" if is_late_by_hand(booking) else "other"


@given(SEEDS)
@SLOWLY
def test_each_cancellation_is_where_its_notice_and_its_history_put_it(db: None, seed: int) -> None:
    with generated(seed) as made:
        asked = made.asked_anyhow()
        cancelled = [each for each in in_period(asked, asked.period) if each.status == Status.CANCELLED]
        expected = {band: dict.fromkeys(cancelling.WHO, 0) for band in cancelling.BANDS}
        for each in cancelled:
            expected[band_by_hand(each)][who_by_hand(each)] += 1
        assert cancelling.by_notice(asked) == {band: Ways(**counts) for band, counts in expected.items()}


@given(SEEDS)
@SLOWLY
def test_fees_are_those_of_each_bookings_account(db: None, seed: int) -> None:
    with generated(seed) as made:
        asked = made.asked_anyhow()
        expected = dict.fromkeys(cancelling.OUTCOMES, Fees())
        for each in in_period(asked, asked.period):
            if each.status in (Status.CANCELLED, Status.NO_SHOW) and each.currency == asked.currency:
                account, so_far = owing.account_of(each), expected[outcome_by_hand(each)]
                mine = 1, int(account.fees > 0), account.fees, account.fees - account.owed, account.to_pay
                expected[outcome_by_hand(each)] = Fees(*map(sum, zip(so_far, mine, strict=True)))  # type: ignore[arg-type]
        assert cancelling.fees(asked) == expected


def asked_by_owner() -> Asked:
    return Asked(AGES, Filters(), make_owner(), Practice.objects.current(), NOW)


def test_each_way_to_cancel_is_told_by_what_the_verbs_write() -> None:
    make_practice()
    desk = make_front_desk()
    for number in range(6):
        booking = make_booking(client=make_client_with_account(), starts_at=NOW + dt.timedelta(days=number + 3))
        user = booking.client.user
        match number:
            case 0:
                lifecycle.cancel(booking, by=user, now=NOW)
            case 1:
                lifecycle.cancel(booking, by=None, now=NOW, via=Way.LINK)
            case 2:
                lifecycle.cancel(booking, by=desk, now=NOW, via=Way.STAFF, clients_word=True)
            case 3:
                lifecycle.cancel(booking, by=desk, now=NOW, via=Way.STAFF)
            case 4:
                breaking.break_off(booking, by=booking.therapist.user, now=NOW, has_fee=True)
            case _:
                withdrawal.release(booking, Act(user, NOW, Way.WEB), Practice.objects.current())

    found = {band: ways for band, ways in cancelling.by_notice(asked_by_owner()).items() if any(ways)}
    assert found == {"week": Ways(client=3, practice=2), "longer": Ways(otherwise=1)}
    assert cancelling.fees(asked_by_owner())["other"] == Fees(6, 1, Decimal("35.00"), Decimal(0), Decimal("35.00"))


def test_booking_that_was_cancelled_undone_and_cancelled_again_counts_once() -> None:
    make_practice()
    booking = make_booking(client=make_client_with_account())
    user = booking.client.user
    lifecycle.cancel(booking, by=user, now=NOW)
    lifecycle.undo_cancel(booking, by=user, now=NOW)
    lifecycle.cancel(booking, by=user, now=NOW)
    assert cancelling.by_notice(asked_by_owner())["week"] == Ways(client=1)
