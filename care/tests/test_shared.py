"""What a client sees of their sessions on their journey: what was shared and signed, and nothing else anywhere."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts import records
from bookings.models import Booking, Status
from bookings.tests.factories import make_booking
from care import charts, notes
from care.energy import Point
from care.tests.factories import make_note, make_signed_note, make_visit
from clients.models import Client
from clients.tests.factories import make_client_with_account
from practice.tests.factories import make_practice
from vault import trail

pytestmark = pytest.mark.django_db
CHART = {"root": Point("blocked", "Cold feet."), "heart": Point("balanced")}
NEVER = ("Secret work.", "Secret response.", "Secret plan.", "Cold feet.")
WRITTEN: dict[str, Any] = {
    "done": "Secret work.",
    "response": "Secret response.",
    "plan": "Secret plan.",
    "aftercare": "Keep your shoulders warm.",
    "points": CHART,
}


@pytest.fixture(autouse=True)
def practice() -> Any:
    return make_practice()


@pytest.fixture
def client() -> Client:
    return make_client_with_account()


def visit_of(client: Client, days: int = 1) -> Booking:
    now = timezone.now().replace(microsecond=0, second=0)
    return make_visit(client=client, starts_at=now - dt.timedelta(days=days))


def browser_of(client: Client) -> Browser:
    browser = Browser()
    browser.force_login(client.user)
    return browser


def journey(client: Client) -> str:
    return browser_of(client).get(reverse("my_journey")).content.decode()


def test_signed_note_shares_nothing_by_itself(client: Client) -> None:
    make_signed_note(visit_of(client), now=timezone.now(), **WRITTEN)
    said = journey(client)
    assert "Your sessions so far" in said
    assert [words for words in (*NEVER, "Keep your shoulders warm.", "heart balanced") if words in said] == []


def test_shared_aftercare_and_chart_are_shown_without_the_rest(client: Client) -> None:
    make_signed_note(visit_of(client), now=timezone.now(), **WRITTEN, shares_aftercare=True, shares_chart=True)
    said = journey(client)
    assert "Keep your shoulders warm." in said
    assert "heart balanced" in said
    assert [words for words in NEVER if words in said] == []


def test_notes_on_the_chart_are_shown_only_where_they_are_shared_too(client: Client) -> None:
    shares = {"shares_chart": True, "shares_chart_notes": True}
    make_signed_note(visit_of(client), now=timezone.now(), **WRITTEN, **shares)
    assert "Cold feet." in journey(client)


def test_draft_shows_nothing_however_it_is_ticked(client: Client) -> None:
    make_note(visit_of(client), now=timezone.now(), **WRITTEN, shares_aftercare=True, shares_chart=True)
    assert [words for words in (*NEVER, "Keep your shoulders warm.") if words in journey(client)] == []


def test_what_is_shared_no_longer_is_gone_from_the_page(client: Client) -> None:
    note = make_signed_note(visit_of(client), now=timezone.now(), **WRITTEN, shares_aftercare=True, shares_chart=True)
    notes.unshare_aftercare(note, by=note.author, now=timezone.now())
    charts.unshare(note.chart, by=note.author, now=timezone.now())
    said = journey(client)
    assert [words for words in ("Keep your shoulders warm.", "heart balanced") if words in said] == []


def test_another_clients_sessions_stand_on_nobody_elses_page(client: Client) -> None:
    note = make_signed_note(visit_of(client), now=timezone.now(), **WRITTEN, shares_aftercare=True, shares_chart=True)
    said = journey(make_client_with_account())
    assert note.booking.ref not in said
    assert "Keep your shoulders warm." not in said
    assert "Your first session will stand here" in said


def test_clients_own_pages_and_the_api_hold_nothing_of_the_note(client: Client) -> None:
    booking = visit_of(client)
    make_signed_note(booking, now=timezone.now(), **WRITTEN, shares_aftercare=True)
    token = records.create_api_token(client.user, name="", now=timezone.now())
    browser = browser_of(client)
    found = [browser.get(url).content.decode() for url in ("/my/", f"/my/{booking.ref}/", "/my/journey/")]
    called = Browser(headers={"Authorization": f"Bearer {token}"})
    found += [called.get(url).content.decode() for url in ("/api/v1/bookings", f"/api/v1/bookings/{booking.ref}")]
    assert [words for words in NEVER if any(words in page for page in found)] == []


def test_reading_their_own_journey_leaves_no_line(client: Client) -> None:
    make_signed_note(visit_of(client), now=timezone.now(), **WRITTEN, shares_aftercare=True)
    before = trail.about(client.vault_subject()).count()
    journey(client)
    assert trail.about(client.vault_subject()).count() == before


def test_what_comes_next_is_said(client: Client) -> None:
    assert "Nothing is booked" in journey(client)
    starts_at = timezone.now().replace(microsecond=0, second=0) + dt.timedelta(days=3)
    coming = make_booking(client=client, starts_at=starts_at)
    make_booking(client=client, starts_at=starts_at, status=Status.CANCELLED)
    said = journey(client)
    assert re.findall(r'href="/my/(b-[^/]+)/"', said) == [coming.ref]


def test_charts_stand_side_by_side_from_the_oldest_with_a_table(client: Client) -> None:
    for days, state in ((20, "blocked"), (10, "underactive"), (1, "balanced")):
        points = {"throat": Point(state)}
        booking = visit_of(client, days)
        make_signed_note(booking, now=timezone.now(), done="Neck.", points=points, shares_chart=True)
    said = journey(client)
    assert re.findall(r"throat (\w+)", said) == ["blocked", "underactive", "balanced"]
    assert re.findall(r"<tr><th scope=\"row\">Throat</th>(.*?)</tr>", said) == [
        "<td>Blocked</td><td>Underactive</td><td>Balanced</td>"
    ]


def test_journey_of_three_sessions_asks_no_more_than_of_one(client: Client) -> None:
    browser, counted = browser_of(client), []
    for days in (1, 8, 15):
        make_signed_note(
            visit_of(client, days), now=timezone.now(), **WRITTEN, shares_aftercare=True, shares_chart=True
        )
        with CaptureQueriesContext(connection) as asked:
            browser.get(reverse("my_journey"))
        counted.append(len(asked))
    assert counted[2] <= counted[0]
