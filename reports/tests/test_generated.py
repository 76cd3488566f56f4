"""The practices against which reports are counted: that they can be written, and hold what is hard to count."""

from __future__ import annotations

import pytest

from bookings.models import Booking, CashUp, MoneyEntry, Status
from reports.asking import Asked, within
from reports.tests.generated import generated

pytestmark = pytest.mark.django_db


def test_each_seed_gives_the_same_practice_again_and_leaves_nothing() -> None:
    def refs(seed: int) -> list[tuple[str, str]]:
        with generated(seed) as made:
            assert isinstance(made.asked_anyhow(), Asked)
            return [(each.ref, each.status) for each in Booking.objects.order_by("ref")]

    assert refs(7) == refs(7) != refs(8)
    assert not Booking.objects.exists()


def test_some_seeds_together_hold_every_state_and_every_oddity() -> None:
    states: set[str] = set()
    odd: set[str] = set()
    for seed in range(12):
        with generated(seed) as made:
            for each in made.bookings:
                ends_on = each.ends_at.astimezone(made.zone).date()
                states.add(each.status)
                odd |= {"over midnight"} if ends_on != each.session_on else set()
                odd |= {"another day in UTC"} if each.starts_at.date() != each.session_on else set()
                odd |= {"other currency"} if each.currency != made.practice.currency else set()
            odd |= {"counter-line"} if MoneyEntry.objects.filter(corrects__isnull=False).exists() else set()
            odd |= {"counted"} if CashUp.objects.exists() else set()
            asked = made.asked()
            odd |= {"in the period"} if asked.bookings().filter(within(asked.period)).exists() else set()
    assert states == set(Status.values)
    assert odd == {"over midnight", "another day in UTC", "other currency", "counter-line", "counted", "in the period"}
