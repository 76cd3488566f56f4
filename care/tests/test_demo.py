"""The demo with all that belongs to it: something to see on each screen of care, the same for the same day, never in production."""

from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from accounts.models import User
from bookings.models import Booking
from bookings.tests.factories import NOW
from care import demo, notes, shared
from care.models import (
    BoundarySheet,
    Conversation,
    Incident,
    Line,
    NamedPerson,
    Plan,
    Reflection,
    Refusal,
    SessionNote,
)
from clients.models import Client, LookAlike, Restriction
from outbox.models import Message
from practice.models import Practice

pytestmark = pytest.mark.django_db


def test_each_screen_of_care_has_something_to_show():
    assert demo.load(NOW)

    sheets = BoundarySheet.objects.order_by("booking__starts_at")
    assert list(sheets.values_list("booking__client__ref", "filled_by", "locked_at")) == [
        ("demo-robin", "together", None),
        ("demo-robin", "client", None),
    ]
    talks = Conversation.objects.order_by("client__name")
    assert list(talks.values_list("client__name", "state")) == [
        ("Quinn Question", "declined"),
        ("Robin Vale", "open"),
    ]
    assert [line.conversation.client.name for line in Line.objects.filter(is_marked=True)] == ["Quinn Question"]
    assert talks.get(client__name="Robin Vale").lines.last().is_clients
    refused = Refusal.objects.select_related("booking").get()
    assert (refused.booking.client.ref, refused.booking.status, refused.has_fee) == ("demo-quinn", "declined", False)
    incidents = Incident.objects.order_by("client__name").values_list("client__ref", "severity", "follow_up_on")
    assert list(incidents) == [("demo-blake", 2, NOW.date() + demo.FOLLOWED_UP_IN), ("demo-warren", 1, None)]
    assert Incident.objects.get(client__ref="demo-warren").follow_up.startswith("He wrote the next day")
    assert set(Restriction.objects.filter(until=None).values_list("client__ref", "kind")) == {
        ("demo-blake", "block"),
        ("demo-warren", "warn"),
    }
    assert not Message.objects.open().filter(due_at__lt=NOW).exists()
    alike = LookAlike.objects.get()
    assert (alike.client.ref, alike.resembles.ref, alike.answered_at) == ("demo-bo", "demo-blake", None)


def told() -> list[object]:
    """All that care tells in the demo, without the numbers of rows."""
    sheets = [
        (each.booking.ref, each.area_keys, each.covering, each.pressure, each.slower_word, each.wishes)
        for each in BoundarySheet.objects.order_by("booking__ref")
    ]
    lines = [(each.at, each.words, each.is_marked) for each in Line.objects.order_by("at")]
    happened = [
        (each.happened_at, each.what_happened, each.follow_up) for each in Incident.objects.order_by("happened_at")
    ]
    return [sheets, lines, happened, sorted(Booking.objects.values_list("ref", "status"))]


def test_there_are_signed_notes_one_amended_one_draft_and_charts_over_time() -> None:
    demo.load(NOW)
    robin = Client.objects.get(ref="demo-robin")
    written = SessionNote.objects.filter(booking__client=robin).order_by("booking__starts_at")
    assert [(each.state, each.is_late_entry, each.amendments.count()) for each in written] == [
        ("signed", False, 0),
        ("signed", False, 1),
        ("signed", False, 0),
    ]
    shown = shared.of(robin, Practice.objects.current(), NOW)
    assert (len(shown.charts), [bool(each.aftercare) for each in shown.past]) == (2, [True, True, False])
    mara = User.objects.get(email="therapist@demo.example")
    assert [each.client.ref for each in notes.waiting(mara, NOW)] == ["demo-reed"]
    assert Reflection.objects.get().author == mara


def test_it_is_the_same_for_the_same_day():
    found = []
    for _ in range(2):
        with transaction.atomic():
            demo.load(NOW)
            found.append(told())
            transaction.set_rollback(True)
    assert found[0] == found[1]


def test_a_second_load_changes_nothing():
    demo.load(NOW)
    before = told()
    assert not demo.load(NOW)
    assert told() == before


def test_command_tells_what_it_did():
    for says in (
        "The demo practice is loaded; every sign-in has the password demo-practice-1.\n",
        "There is a practice here already; nothing was loaded.\n",
    ):
        out = io.StringIO()
        call_command("load_demo", stdout=out)
        assert out.getvalue() == says


def test_demo_is_not_loaded_in_production(settings):
    settings.MODE = "production"
    with pytest.raises(CommandError, match="passwords that everybody knows"):
        call_command("load_demo")
    assert not User.objects.exists()


def test_a_plan_was_changed_once_and_somebody_is_named_and_tested() -> None:
    assert demo.load(NOW)
    assert list(Plan.objects.order_by("number").values_list("client__ref", "number", "sessions")) == [
        ("demo-robin", 1, 4),
        ("demo-robin", 2, 6),
    ]
    person = NamedPerson.objects.get()
    assert (person.user.email, person.name, person.email_reached_at) == ("therapist@demo.example", "Lee", NOW)
