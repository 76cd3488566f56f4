"""A form and what follows from it are kept together, or neither."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from bookings import lifecycle, telling
from bookings.models import Booking, Status
from bookings.tests.factories import NOW, make_booking
from bookings.tests.test_lifecycle import make_offer_of_one, wish
from clients import intake, reaching
from clients.models import Client, Flag, Submission
from clients.tests.factories import make_client_with_account
from clients.tests.forms import begin, make_form
from outbox import planning
from outbox.models import Message
from practice.tests.factories import make_practice

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


SAFE = {"safe-contact": {"kind": "many", "choices": {"email": "", "text": "", "call": ""}}}


@pytest.mark.parametrize(
    ("safe", "agreed", "reminder", "care"),
    [
        (["text"], True, ["sms"], ["email", "sms"]),
        (["email", "call"], False, ["email"], ["email"]),
        (["call"], False, [], ["email"]),
    ],
)
def test_no_text_messages_go_to_whose_form_leaves_them_out(
    settings: Any, safe: list[str], agreed: bool, reminder: list[str], care: list[str]
) -> None:
    settings.SMS_URL = "console:"
    make_practice()
    client = make_client_with_account(phone="+447700900123")
    wishes = {"booking": ["sms"], "reminder": ["sms"], "care": ["email", "sms"], "hours": ["09:00", "18:00"]}
    reaching.choose(client, wishes, texts=True, by=client.user, now=NOW)
    kind, _ = make_offer_of_one()
    booking = lifecycle.book(wish(client, kind), by=client.user, now=NOW)
    form = begin(client, make_form(SAFE))
    intake.save_page(form, 1, {"safe-contact": safe}, now=NOW)

    telling.sign_off(form, by=client.user, now=NOW)

    client.refresh_from_db()
    assert client.texts_agreed_at == (NOW if agreed else None)
    assert client.reached_by["hours"] == ["09:00", "18:00"]  # for when they take text messages again
    assert [client.reached_by[group] for group in ("booking", "reminder", "care")] == [
        ["sms"] if agreed else ["email"],
        reminder,
        care,
    ]
    waiting = Message.objects.filter(about=f"booking:{booking.pk}", state="planned")
    ways = {(kind == "booking_reminder", channel) for kind, channel in waiting.values_list("kind", "channel")}
    assert ways == {(False, "sms" if agreed else "email")} | {(True, way) for way in reminder}
