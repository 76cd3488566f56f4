"""Who treats whom follows the bookings: from a request on, and no longer than one of them stands."""

from __future__ import annotations

import datetime as dt

import pytest

from accounts.tests.factories import make_owner, make_user
from bookings import lifecycle, moves, treating
from bookings.models import Booking, Status
from bookings.placing import Wish
from bookings.tests import practice_files
from bookings.tests.factories import NOW, at, make_booking, make_session_type, make_therapist_at_work
from clients.models import CareRelation
from clients.tests.factories import make_client_with_account

pytestmark = pytest.mark.django_db


def treated() -> list[tuple[int, int]]:
    return sorted(CareRelation.objects.filter(until=None).values_list("client_id", "user_id"))


def book(therapist, client=None, clock="10:00", **more) -> Booking:
    client, kind = client or make_client_with_account(), therapist.offers.get().session_type
    wish = Wish(client, kind.lengths.select_related("session_type").get(), at(f"2026-06-04 {clock}"), therapist)
    return lifecycle.book(wish, by=client.user, now=NOW, **more)


def make_mara(**overrides):
    return make_therapist_at_work(offers=[overrides.pop("kind", None) or make_session_type()], **overrides)


def test_a_booking_makes_its_therapist_the_one_who_treats_and_a_second_changes_nothing() -> None:
    mara = make_mara()
    first = book(mara)
    book(mara, first.client, "14:00")
    assert treated() == [(first.client_id, mara.user_id)]
    assert CareRelation.objects.get().since == NOW


def test_the_last_cancellation_ends_it_and_what_took_place_never_does() -> None:
    mara = make_mara()
    first, second = book(mara), None
    second = book(mara, first.client, "14:00")
    lifecycle.cancel(first, by=first.client.user, now=NOW)
    assert treated() == [(first.client_id, mara.user_id)]
    lifecycle.cancel(second, by=first.client.user, now=NOW + dt.timedelta(hours=1))
    assert treated() == []
    assert CareRelation.objects.get().until == NOW + dt.timedelta(hours=1)
    make_booking(client=first.client, therapist=mara, session_type=first.session_type, status=Status.COMPLETED)
    third = book(mara, first.client, "16:00")
    lifecycle.cancel(third, by=first.client.user, now=NOW)
    assert treated() == [(first.client_id, mara.user_id)]


def test_a_hold_is_no_treatment_and_a_request_is() -> None:
    mara = make_mara(kind=make_session_type(approval="always"))
    client, kind = make_client_with_account(), mara.offers.get().session_type
    wish = Wish(client, kind.lengths.select_related("session_type").get(), at("2026-06-04 10:00"), mara)
    held = lifecycle.hold(wish, by=client.user, now=NOW)
    assert treated() == []
    asked = lifecycle.finish(held, by=client.user, now=NOW)
    assert (asked.status, treated()) == (Status.REQUESTED, [(client.pk, mara.user_id)])
    lifecycle.decline(asked, by=make_owner(), now=NOW)
    assert treated() == []


def test_a_move_to_another_therapist_takes_the_treatment_along() -> None:
    kind = make_session_type()
    mara, jon = make_mara(kind=kind), make_mara(kind=kind)
    booking = book(mara)
    moves.reschedule(booking, at("2026-06-05 10:00"), by=make_owner(), now=NOW, therapist=jon)
    assert treated() == [(booking.client_id, jon.user_id)]


def test_an_import_settles_it_and_an_account_that_comes_later_too() -> None:
    practice_files.enter(practice_files.EXAMPLE)
    booking = Booking.objects.select_related("therapist").get()
    assert treated() == [(booking.client_id, booking.therapist.user_id)]
    before, after = booking.therapist.user_id, make_user(role="therapist")
    booking.therapist.user = after
    booking.therapist.save()
    treating.settle(NOW)
    assert (treated(), before == after.pk) == ([(booking.client_id, after.pk)], False)
