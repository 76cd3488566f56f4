"""The demo's two years: believable, the same each time, and through the same doors as everything else."""

import datetime as dt
import itertools
from decimal import Decimal

import pytest

from bookings import demo, owing, takings
from bookings.demo import past_names
from bookings.demo.past import Offered, Past, Shift, ref
from bookings.models import Booking, CashUp, MoneyEntry, Status
from bookings.tests.factories import NOW
from clients.models import Client, StageDecision
from outbox.models import Message

MONDAY = dt.date(2024, 11, 4)
SHIFTS = {
    "mara": [Shift(0, 600, 1080), Shift(1, 600, 1080), Shift(3, 600, 1080)],
    "jonas": [Shift(1, 660, 1140), Shift(2, 660, 1140)],
    "ines": [Shift(0, 540, 1020), Shift(4, 540, 1020)],
}

DAY, TWO_DAYS = dt.timedelta(hours=24), dt.timedelta(hours=48)
OFFER = {
    "consultation": Offered(((30, Decimal(0)),), 0, 15, (), DAY),
    "relaxing-massage": Offered(((60, Decimal(70)), (90, Decimal(95))), 0, 15, ("garden", "hearth"), DAY),
    "deep-massage": Offered(((60, Decimal(78)), (90, Decimal(105))), 0, 15, ("garden", "hearth"), DAY),
    "tantric-introduction": Offered(((120, Decimal(190)),), 15, 30, ("quiet",), TWO_DAYS),
    "tantric-session": Offered(((150, Decimal(240)), (180, Decimal(285))), 15, 45, ("quiet",), TWO_DAYS),
}


def filled(**away: list[tuple[dt.date, dt.date]]) -> Past:
    past = Past(MONDAY, SHIFTS, away, OFFER)
    past.fill()
    return past


def test_it_is_the_same_each_time() -> None:
    assert filled().visits == filled().visits


def test_each_ref_and_each_name_stands_once() -> None:
    past = filled()
    for found in ([ref(each) for each in past.visits], [each.name for each in past.people]):
        assert len(found) == len(set(found))
    assert len({past_names.name(number) for number in range(816)}) == 816


def test_there_is_growth_a_quiet_summer_and_each_way_that_a_booking_can_go() -> None:
    visits = filled().visits
    by_year = [
        sum(first <= each.on < first + dt.timedelta(weeks=52) for each in visits)
        for first in (MONDAY, MONDAY + dt.timedelta(weeks=52))
    ]
    august, november = (
        sum((each.on.year, each.on.month) == month for each in visits) for month in ((2025, 8), (2025, 11))
    )

    assert 250 < by_year[0] < by_year[1] < 1500
    assert august < november
    assert {each.status for each in visits} == {"completed", "cancelled", "no_show"}
    assert {each.session_type for each in visits} == {
        "consultation", "relaxing-massage", "deep-massage", "tantric-introduction", "tantric-session"
    }  # fmt: skip


def test_nobody_works_while_away_or_twice_at_once() -> None:
    gone = MONDAY + dt.timedelta(weeks=30), MONDAY + dt.timedelta(weeks=32)
    visits = filled(mara=[gone]).visits

    assert [each for each in visits if each.therapist == "mara" and gone[0] <= each.on <= gone[1]] == []
    kept = sorted(
        (each for each in visits if each.status != "cancelled"), key=lambda each: (each.therapist, each.on, each.minute)
    )
    assert [
        (one, other)
        for one, other in itertools.pairwise(kept)
        if (one.therapist, one.on) == (other.therapist, other.on) and one.minute + one.minutes > other.minute
    ] == []


@pytest.mark.django_db
def test_two_years_are_in_the_books_before_the_demos_own_weeks() -> None:
    assert demo.load(NOW, with_past=True)

    past = Booking.objects.filter(client__ref__startswith="demo-past-")
    assert past.count() > 800
    assert not past.filter(ends_at__gt=NOW - dt.timedelta(weeks=3)).exists()
    assert past.filter(status=Status.CANCELLED, is_late=True, late_fee__gt=0).exists()
    assert not past.filter(status=Status.CANCELLED, cancelled_at__lt=dt.datetime(2000, 1, 1, tzinfo=dt.UTC)).exists()
    assert MoneyEntry.objects.receipts().count() == MoneyEntry.objects.receipts().latest("number").number
    assert owing.not_paid(Booking.objects.all()).count() > 1
    assert CashUp.objects.count() > 500
    assert takings.not_closed(NOW.date() - dt.timedelta(days=1)) == []
    assert StageDecision.objects.filter(client__ref__startswith="demo-past-").count() > 5
    assert set(Message.objects.filter(kind="booking_reminder").values_list("state", flat=True)) >= {
        "sent",
        "failed",
        "bounced",
    }
    assert not Message.objects.open().filter(due_at__lt=NOW).exists()
    assert not Client.objects.filter(ref__startswith="demo-past-", user=None).exists()
    assert not demo.load(NOW, with_past=True)
