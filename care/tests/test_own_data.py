"""What a client takes along: all that is theirs by the labels, nothing of anybody else's, and only after a fresh sign-in."""

from __future__ import annotations

import datetime as dt
import json
import time
from importlib import import_module
from typing import Any

import pytest
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from django.apps import apps
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import make_owner
from accounts.tests.test_middleware import signed_in
from bookings.tests.factories import make_booking
from care import conversations, own_data, taking
from care.tests.factories import make_sheet, make_signed_note, make_visit
from clients import decisions
from clients.models import Client, Stage
from clients.tests.factories import make_client, make_client_with_account
from practice.models import Practice
from practice.tests.factories import make_practice
from vault.models import Entry

pytestmark = pytest.mark.django_db

NOT_A_CLIENTS = {
    "accounts.ApiToken": "staff make them",
    "care.NamedPerson": "a therapist's, and shown to them where they set it up",
}
NOTE = "Secret thought about the next step."
WRITTEN: dict[str, Any] = {"done": "Secret work.", "response": "Secret response.", "plan": "Secret plan."}


def test_every_table_with_something_to_take_along_is_in_the_file_or_says_why_not() -> None:
    known = {model._meta.label for model in own_data.SECTIONS} | set(NOT_A_CLIENTS)
    personal = set()
    for app in own_data.LABELS:
        for model in apps.get_app_config(app).get_models():
            table = import_module(f"{app}.labels").LABELS
            mine = [table.get(f"{model.__name__}.{field.name}") for field in model._meta.concrete_fields]
            if any(label and label.exported for label in mine):
                personal.add(model._meta.label)
    assert sorted(personal - known) == []
    assert [name for name in NOT_A_CLIENTS if name not in personal] == []


def someone(words: str) -> Client:
    """A client with a session behind them, a sheet, a message, a stage decided, and a note of which only the aftercare was
    shared."""
    client = make_client_with_account(name=words)
    more_of(client, 1)
    return client


def more_of(client: Client, many: int) -> None:
    words, now = client.name, timezone.now().replace(microsecond=0)
    for _ in range(many):
        days = client.bookings.count() + 1
        visit = make_visit(client=client, starts_at=now - dt.timedelta(days=days))
        make_signed_note(visit, now=now, **WRITTEN, aftercare=f"Rest, {words}.", shares_aftercare=True)
        coming = make_booking(client=client, starts_at=now + dt.timedelta(days=9 + days), therapist=visit.therapist)
        make_sheet(booking=coming, by=client.user)
        conversations.write(client, visit.therapist, f"From {words}.", by=client.user, now=now)
        decisions.move_to_stage(
            client,
            Stage.objects.get(slug="clearing"),
            by=make_owner(),
            decided_on=(now - dt.timedelta(days=2)).date(),
            note=NOTE,
            now=now,
        )


def taken(client: Client) -> dict[str, Any]:
    return own_data.of(client, Practice.objects.current(), timezone.now())


def test_it_is_theirs_and_nothing_of_anybody_elses_and_no_note_that_was_not_shared() -> None:
    make_practice()
    robin, other = someone("Robin"), someone("Somebody else")
    found = taken(robin)
    written = json.dumps(found)

    assert (found["you"][0]["name"], found["account"][0]["email"]) == ("Robin", robin.user.email)
    assert len(found["bookings"]) == 2
    assert [each["words"] for each in found["messages_with_therapists"]] == ["From Robin."]
    assert [each["aftercare"] for each in found["shared_with_you"]] == ["Rest, Robin."]
    assert found["boundary_sheets"][0]["areas"]
    assert [each["stage"] for each in found["journey"]] == ["Clearing"]
    for never in ("Secret", "Somebody else", other.ref, other.user.email, "password"):
        assert never not in written


def test_it_asks_as_many_queries_for_much_as_for_little() -> None:
    make_practice()
    robin = someone("Robin")
    counts = []
    for _ in range(2):
        taken(robin)  # the client's key is open from here on
        with CaptureQueriesContext(connection) as asked:
            taken(robin)
        counts.append(len(asked))
        more_of(robin, 3)
    assert counts[0] == counts[1]


def browser_of(client: Client) -> Browser:
    browser = Browser()
    browser.force_login(client.user)
    return browser


def test_file_is_made_for_who_has_just_shown_who_they_are_and_leaves_a_line() -> None:
    make_practice()
    robin = someone("Robin")
    assert "How long we keep it" in browser_of(robin).get("/my/data/").content.decode()
    asked = browser_of(robin).post("/my/data/")
    assert (asked.status_code, asked.headers["Location"]) == (302, "/accounts/reauthenticate/?next=%2Fmy%2Fdata%2F")
    assert not Entry.objects.filter(kind=taking.TAKEN).exists()

    proof = {"method": "password", "at": time.time(), "reauthenticated": True}
    got = signed_in(robin.user, **{AUTHENTICATION_METHODS_SESSION_KEY: [proof]}).post("/my/data/")
    assert got.headers["Content-Disposition"] == f'attachment; filename="my-data-{robin.ref}.json"'
    assert json.loads(got.content)["you"][0]["ref"] == robin.ref
    assert "no-store" in got.headers["Cache-Control"]
    assert Entry.objects.filter(kind=taking.TAKEN).count() == 1


def test_staff_have_no_such_page() -> None:
    make_practice()
    staff = User.objects.create(email="desk@example.org", role="front_desk")
    make_client()
    browser = Browser()
    browser.force_login(staff)
    assert browser.get("/my/data/").status_code == 404
