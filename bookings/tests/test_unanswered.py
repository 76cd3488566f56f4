"""Which visit questions are open: one answer for one booking and for many."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from bookings import visits
from bookings.tests.factories import make_booking
from bookings.unanswered import unanswered
from clients.models import Submission
from clients.tests.forms import make_form
from practice.tests.factories import make_practice

pytestmark = pytest.mark.django_db


def test_each_booking_has_its_own_open_forms_in_two_queries(django_assert_num_queries) -> None:
    make_practice()
    now = timezone.now().replace(second=0, microsecond=0)
    version = make_form({"fever": {"kind": "yes_no"}}, asked="visit", slug="today", valid_for_months=None)
    told, open_one = (make_booking(starts_at=now + dt.timedelta(hours=hours), created_at=now) for hours in (26, 50))
    Submission.objects.create(
        client=told.client, version=version, about=f"booking:{told.pk}", started_at=now, saved_at=now, signed_at=now
    )
    with django_assert_num_queries(2):
        assert unanswered([told, open_one]) == {open_one.pk: ["today"]}
    assert [each.name for each in visits._visit_forms(open_one)] == ["intake_required:today"]
    assert visits._visit_forms(told) == []


def test_without_bookings_nothing_is_open() -> None:
    assert unanswered([]) == {}
