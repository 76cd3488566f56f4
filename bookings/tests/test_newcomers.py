"""Who is marked as coming for the first time."""

from __future__ import annotations

import pytest

from bookings import newcomers
from bookings.models import Kind, Status
from bookings.tests.factories import at, make_booking, make_session_type
from clients.tests.factories import make_client

pytestmark = pytest.mark.django_db


def test_a_client_is_new_until_a_session_was_completed_and_stays_marked_in_that_one() -> None:
    client = make_client()
    first = make_booking(client=client, starts_at=at("2026-06-01 10:00"), status=Status.COMPLETED)
    second = make_booking(client=client, starts_at=at("2026-06-08 10:00"))
    other = make_booking()
    assert newcomers.first_timers([first, second, other]) == {first.pk, other.pk}


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.NO_SHOW, Status.CONFIRMED])
def test_a_session_that_was_not_completed_makes_nobody_known(status) -> None:
    client = make_client()
    make_booking(client=client, starts_at=at("2026-06-01 10:00"), status=status)
    later = make_booking(client=client, starts_at=at("2026-06-08 10:00"))
    assert newcomers.first_timers([later]) == {later.pk}


def test_a_consultation_makes_nobody_known() -> None:
    client, talk = make_client(), make_session_type(kind=Kind.CONSULTATION, rooms=[])
    make_booking(client=client, session_type=talk, starts_at=at("2026-06-01 10:00"), status=Status.COMPLETED)
    later = make_booking(client=client, starts_at=at("2026-06-08 10:00"))
    assert newcomers.first_timers([later]) == {later.pk}


def test_many_are_asked_about_in_one_query(django_assert_num_queries) -> None:
    bookings = [make_booking() for _ in range(3)]
    with django_assert_num_queries(1):
        newcomers.first_timers(bookings)
