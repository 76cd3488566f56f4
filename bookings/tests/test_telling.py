"""A form and what follows from it are kept together, or neither."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from bookings import telling
from bookings.models import Booking, Status
from bookings.tests.factories import NOW, make_booking
from clients import intake
from clients.models import Client, Flag, Submission
from clients.tests.factories import make_client_with_account
from clients.tests.forms import begin, make_form
from outbox import planning

pytestmark = pytest.mark.django_db
TAKEN = ["bookings_booking", "vault_head"]
HEART = {"heart": {"kind": "one", "choices": {"well": "", "clot": "stop"}}}


def in_the_way_of(booking: Booking) -> None:
    """A message of that key is there already, so that the one which follows from a stop cannot be planned."""
    key = f"booking:{booking.pk}:booking_waiting:{booking.version + 1}"
    said = {"recipient": "sam@example.com", "whom": "", "about": "", "due_at": NOW, "expires_at": NOW, "now": NOW}
    planning.draft("booking_waiting", key=key, **said).save()


def stands(client: Client) -> tuple[Any, ...]:
    signed = Submission.objects.filter(client=client, signed_at__isnull=False).count()
    return signed, Flag.objects.filter(client=client).count(), client.bookings.get().status


def test_a_form_is_not_signed_where_what_follows_from_it_fails() -> None:
    client = make_client_with_account()
    booking = make_booking(client=client)
    form = begin(client, make_form(HEART))
    intake.save_page(form, 1, {"heart": "clot"}, now=NOW)
    in_the_way_of(booking)
    with pytest.raises(IntegrityError):
        telling.sign_off(form, by=client.user, now=NOW)
    assert stands(client) == (0, 0, Status.CONFIRMED)


def test_a_visit_is_not_told_where_what_follows_from_it_fails() -> None:
    client = make_client_with_account()
    booking = make_booking(client=client)
    version = make_form(HEART, asked="visit")
    in_the_way_of(booking)
    with pytest.raises(IntegrityError):
        telling.tell_visit(booking, [(version, {"heart": "clot"})], by=client.user, now=NOW.replace(day=4))
    assert stands(client) == (0, 0, Status.CONFIRMED)


def test_bookings_are_taken_before_the_ledger_as_everywhere_else() -> None:
    """Whoever refuses a booking takes it first and the ledger last; the other way round the two would wait for each other."""
    client = make_client_with_account()
    make_booking(client=client)
    form = begin(client, make_form(HEART))
    intake.save_page(form, 1, {"heart": "clot"}, now=NOW)
    with CaptureQueriesContext(connection) as queries:
        telling.sign_off(form, by=client.user, now=NOW)
    first = {table: next(n for n, each in enumerate(queries) if f'FROM "{table}"' in each["sql"]) for table in TAKEN}
    assert sorted(first, key=first.__getitem__) == TAKEN
