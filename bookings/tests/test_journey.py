"""The client's path on its page, what a session still asks, and the review that waits for what is missing."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bookings import journey, lifecycle
from bookings.models import Booking, Status
from bookings.tests.factories import make_booking, make_prerequisite, make_session_type, make_therapist_at_work
from bookings.tests.test_admin import ahead
from bookings.tests.test_readiness import (
    TODAY,
    blocked,
    make_decision,
    make_flag,
    make_questionnaire,
    make_signed,
    no_boundaries,
    no_consent,
)
from clients.models import Client
from clients.tests.factories import make_client_with_account
from clients.tests.forms import make_form

pytestmark = pytest.mark.django_db
LONG_AGO = timezone.now() - dt.timedelta(days=1)


def page(client: Client, path: str = "/my/journey/") -> str:
    browser = Browser()
    browser.force_login(client.user)
    answer = browser.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_path_shows_where_the_client_is_and_since_when() -> None:
    client = make_client_with_account()
    make_decision(client, "clearing")
    found = journey.of(client, TODAY)
    assert [(step.stage.slug, step.is_behind, step.is_here, step.since) for step in found.steps] == [
        ("preparation", True, False, ""),
        ("clearing", False, True, "Monday 1 June 2026"),
        ("balancing", False, False, ""),
        ("awakening", False, False, ""),
    ]
    assert found.here.stage.slug == "clearing"


def test_not_yet_is_told_in_neutral_words_and_the_note_never() -> None:
    client = make_client_with_account()
    made = make_decision(client, "clearing", is_reached=False)
    assert made.note == ""
    shown = page(client)
    assert journey.NOT_YET in shown
    assert journey.of(client, TODAY).here.stage.slug == "preparation"


def test_each_session_is_shown_with_what_it_still_asks_and_never_hidden() -> None:
    mara = make_therapist_at_work()
    first = make_session_type(slug="first", name="First massage", therapists=[mara])
    deep = make_session_type(slug="deep", name="Deep work", requires_stage="balancing", therapists=[mara])
    make_prerequisite(deep, first, count=2)
    client = make_client_with_account()
    sessions = journey.of(client, TODAY).sessions
    assert [(each.session_type.slug, [one.sentence for one in each.missing]) for each in sessions] == [
        ("first", []),
        (
            "deep",
            [
                "This session comes later on the way. Your therapist tells you when it is time.",
                "Two more of “First massage” come first.",
            ],
        ),
    ]
    shown = page(client)
    assert ("You can book it." in shown, "Two more of “First massage” come first." in shown) == (True, True)


def test_what_is_the_clients_to_do_is_linked() -> None:
    client, kind = make_client_with_account(), make_session_type(slug="relaxing")
    make_therapist_at_work(offers=[kind])
    make_questionnaire()
    no_consent(client, kind)
    no_boundaries(client, kind)
    shown = page(client)
    for address in ("/my/forms/health/", "/my/agreements/treatment/", "/my/boundaries/"):
        assert f'href="{address}' in shown


def test_the_page_costs_the_same_however_much_there_is() -> None:
    client, mara = make_client_with_account(), make_therapist_at_work()

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            page(client)
        return len(seen)

    make_session_type(therapists=[mara])
    make_decision(client, "clearing")
    queries()
    one = queries()
    for _ in range(3):
        make_prerequisite(make_session_type(therapists=[mara]), make_session_type(therapists=[mara]))
        make_decision(client, "balancing")
    assert queries() == one


def test_a_blocked_client_reads_only_that_no_booking_is_possible() -> None:
    client, kind = make_client_with_account(), make_session_type(slug="relaxing")
    make_therapist_at_work(offers=[kind])
    blocked(client, kind)
    assert "We are sorry: no booking is possible." in page(client)


def test_a_session_says_what_it_still_asks_of_who_is_signed_in() -> None:
    kind = make_session_type(slug="relaxing", requires_stage="clearing")
    client, therapist = make_client_with_account(), make_therapist_at_work(offers=[kind])
    shown = page(client, "/sessions/relaxing/")
    assert "What it still asks of you" in shown
    assert "This session comes later on the way." in shown
    make_decision(client, "clearing")
    assert "Nothing: you can book it." in page(client, "/sessions/relaxing/")
    for visitor in (Browser(), signed_in(therapist.user)):
        assert "What it still asks of you" not in visitor.get("/sessions/relaxing/").content.decode()


def signed_in(user) -> Browser:
    browser = Browser()
    browser.force_login(user)
    return browser


def held_by(client: Client) -> Booking:
    kind = make_session_type(slug="relaxing")
    now = timezone.now()
    return make_booking(
        client=client,
        session_type=kind,
        therapist=make_therapist_at_work(offers=[kind]),
        status=Status.HELD,
        starts_at=ahead(3),
        created_at=now,
    )


def test_the_review_leads_to_what_is_missing_and_books_when_it_is_there() -> None:
    client = make_client_with_account()
    held, version = held_by(client), make_questionnaire()
    url = f"/book/review/{held.ref}/"
    shown = page(client, url)
    assert "What comes before it can be booked" in shown
    assert 'href="/my/forms/health/' in shown
    browser = signed_in(client.user)
    assert "about your health first" in browser.post(url, follow=True).content.decode()
    held.refresh_from_db()
    assert held.status == Status.HELD
    make_signed(client, version)
    assert "What comes before it can be booked" not in page(client, url)
    browser.post(url)
    held.refresh_from_db()
    assert held.status == Status.CONFIRMED


def test_forms_that_are_missing_are_named_under_one_sentence() -> None:
    client = make_client_with_account()
    held = held_by(client)
    make_form(slug="health", title="Health")
    make_form(slug="touch", title="Touch")
    shown = page(client, f"/book/review/{held.ref}/")
    assert shown.count("about your health first") == 1
    assert [f"Fill in “{title}”" in shown for title in ("Health", "Touch")] == [True, True]


def test_a_review_is_no_errand_of_the_clients_and_makes_it_a_request() -> None:
    client = make_client_with_account()
    held = held_by(client)
    make_flag(client, "review")
    shown = page(client, f"/book/review/{held.ref}/")
    assert ("What comes before" in shown, "Ask for this session" in shown) == (False, True)
    lifecycle.finish(held, by=client.user, now=timezone.now())
    assert held.status == Status.REQUESTED


def test_a_booking_that_staff_made_tells_its_client_what_is_left_to_fill_in() -> None:
    client, kind = make_client_with_account(), make_session_type(slug="relaxing", requires_stage="clearing")
    booking = make_booking(client=client, session_type=kind, starts_at=ahead(3), created_at=LONG_AGO)
    version = make_questionnaire()
    shown = page(client, f"/my/{booking.ref}/")
    assert ("Before it can begin" in shown, "/my/forms/health/?next=" in shown) == (True, True)
    assert "comes later on the way" not in shown  # staff set that aside
    make_signed(client, version)
    assert "Before it can begin" not in page(client, f"/my/{booking.ref}/")


def test_staff_and_strangers_find_no_journey() -> None:
    assert signed_in(make_therapist_at_work().user).get("/my/journey/").status_code == 404
    assert Browser().get("/my/journey/").status_code == 302


def test_what_the_therapist_looks_at_first_can_be_asked_for() -> None:
    make_session_type(slug="first", name="First massage", approval="always", therapists=[make_therapist_at_work()])
    assert "You can ask for it; the therapist answers each request." in page(make_client_with_account())
