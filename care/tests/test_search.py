"""The one search of the practice's side: clients and bookings, nothing clinical, and nobody else's business."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import make_front_desk, make_owner
from bookings.models import Booking
from bookings.tests.factories import make_booking
from care.tests.factories import make_incident
from clients.models import Flag
from clients.tests.factories import make_client, make_client_with_account

pytestmark = pytest.mark.django_db


def ahead(days: int = 3, **fields: object) -> Booking:
    now = timezone.now().replace(second=0, microsecond=0)
    return make_booking(**({"starts_at": now + dt.timedelta(days=days), "created_at": now} | fields))


def found(user: User, asked: str) -> tuple[list[str], list[int]]:
    browser = Browser()
    browser.force_login(user)
    answer = browser.get("/admin/search/", {"q": asked})
    assert answer.status_code == 200
    return [each.name for each in answer.context["clients"]], [each.pk for each in answer.context["bookings"]]


@pytest.mark.parametrize("asked", ["field", "Sam", "sam@exam", "7946 0123", "c-sam", "  SAM   field "])
def test_a_client_is_found_by_what_staff_know_of_them(asked: str) -> None:
    sam = make_client(name="Sam Field", email="sam@example.com", phone="020 7946 0123", ref="c-sam")
    make_client(name="Kim Marsh")
    booking = ahead(client=sam)
    ahead(-3, client=sam)
    assert found(make_front_desk(), asked) == (["Sam Field"], [booking.pk])


def test_a_booking_is_found_by_its_ref() -> None:
    past = ahead(-30, ref="b-of-old")
    assert found(make_owner(), "B-OF-OLD") == ([], [past.pk])


def test_a_therapist_finds_their_own_sessions_with_somebody() -> None:
    sam = make_client(name="Sam Field")
    mine, _ = ahead(client=sam), ahead(4, client=sam)
    assert found(mine.therapist.user, "sam") == (["Sam Field"], [mine.pk])


def test_what_nobody_could_mean_finds_nothing() -> None:
    make_client(name="Sam Field")
    for asked in ("", "   ", "\0", "%", "x" * 500):
        assert found(make_owner(), asked) == ([], [])


def test_clinical_words_are_not_searched_and_not_shown() -> None:
    client = make_client_with_account()
    make_incident(client, what="A remark about zorillo.")
    Flag.objects.create(client=client, action="stop", words="zorillo", raised_at=timezone.now())
    assert found(make_owner(), "zorillo") == ([], [])


def test_the_number_of_queries_does_not_grow_with_what_is_found() -> None:
    browser = Browser()
    browser.force_login(make_owner())

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            browser.get("/admin/search/?q=sam")
        return len(asked)

    ahead(client=make_client(name="Sam 0"))
    browser.get("/admin/search/?q=sam")
    before = queries()
    for number in (1, 2):
        ahead(client=make_client(name=f"Sam {number}"))
    assert queries() == before
