"""What a session rests on, on a phone whose browser runs no script: signing, boundaries, sheet, messages; both sides."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.tests.factories import make_owner, make_user
from bookings.models import Booking, Status, Therapist
from bookings.tests.factories import make_booking
from care.models import BoundarySheet, Conversation, ConversationState, Incident, Refusal
from care.tests.factories import make_conversation, make_sheet
from clients.models import Consent, DocumentVersion, Submission, Understanding
from clients.starting_texts import ensure_documents
from clients.tests.factories import make_client
from clients.tests.forms import make_form
from tests.browser import scene
from tests.browser.conftest import SIZES
from tests.browser.test_agreements import choose

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def phone(browser, browser_context_args, live_server) -> Iterator[Page]:
    made = browser_context_args | {
        "viewport": SIZES["phone"],
        "java_script_enabled": False,
        "base_url": live_server.url,
    }
    context = browser.new_context(**made)
    page = context.new_page()
    page.set_default_timeout(8000)
    yield page
    context.close()


@pytest.fixture
def booking(live_server) -> Booking:
    kind, now = scene.build(), timezone.now()
    ensure_documents(now, published=True)
    client = make_client(user=make_user(name="Sam Field", password=scene.PASSWORD))
    mara = Therapist.objects.get(slug="mara")
    return make_booking(client=client, therapist=mara, session_type=kind, starts_at=scene.in_days(1), created_at=now)


def fits(page: Page) -> None:
    """Nothing scrolls sideways; without a script, the widest thing on the page is asked of the browser itself."""
    client = page.context.new_cdp_session(page)
    size = client.send("Page.getLayoutMetrics")
    assert (page.url, size["cssContentSize"]["width"]) == (page.url, SIZES["phone"]["width"])


def on_the_practices_side(page: Page) -> None:
    owner = make_owner(password=scene.PASSWORD)
    page.goto("/admin/")
    page.get_by_label("E-mail").fill(owner.email)
    page.get_by_label("Password").fill(scene.PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/admin/calendar/**")


def test_a_client_signs_with_the_typed_name_and_understands_the_boundaries(phone: Page, booking) -> None:
    scene.sign_in(phone, "", booking.client.email)
    phone.goto("/my/agreements/")
    fits(phone)
    phone.get_by_role("link", name=re.compile("Read and sign.*Consent to a treatment")).click()
    fits(phone)
    expect(phone.locator("[data-signature]")).to_be_hidden()
    for tick in phone.get_by_role("checkbox").all():
        tick.check()
    phone.get_by_label("Your name").fill("Sam Field")
    phone.get_by_role("button", name="Sign", exact=True).click()
    expect(phone.get_by_text("is signed.")).to_be_visible()
    phone.goto("/my/boundaries/")
    fits(phone)
    choose(phone, DocumentVersion.objects.get(document__slug="boundaries"))
    expect(phone.get_by_text("That is all we need to know about the boundaries.")).to_be_visible()

    assert (Consent.objects.get().typed_name, Consent.objects.get().signature) == ("Sam Field", None)
    assert Understanding.objects.get().is_understood


def test_a_client_fills_in_the_sheet_and_writes(phone: Page, booking) -> None:
    scene.sign_in(phone, "", booking.client.email)
    phone.goto(f"/my/{booking.ref}/sheet/")
    fits(phone)
    fill_sheet(phone)
    expect(phone.get_by_text("Your sheet is saved.")).to_be_visible()
    phone.goto("/my/messages/")
    fits(phone)
    phone.get_by_role("link", name="Write to Mara").click()
    phone.get_by_label("Your message").fill("Please leave my left knee out. " + "x" * 200)
    phone.get_by_role("button", name="Send").click()
    expect(phone.get_by_text("Your message is on its way.")).to_be_visible()
    fits(phone)
    assert BoundarySheet.objects.get().area_keys == ["neck"]


def fill_sheet(page: Page) -> None:
    page.get_by_label("Neck").check()
    page.get_by_label("Underwear stays on").check()
    page.get_by_label("Light").check()
    page.get_by_label("Your word for “slower”").fill("amber")
    page.get_by_label("Your word for “stop”").fill("red")
    page.get_by_role("button", name="Save the sheet").click()


def test_the_therapist_answers_declines_and_narrows(phone: Page, booking) -> None:
    talk = make_conversation("How warm is it?", client=booking.client, therapist=booking.therapist)
    running = make_sheet(locked=True)
    on_the_practices_side(phone)
    phone.goto(f"/admin/care/conversation/{talk.pk}/change/")
    phone.get_by_label("Your words").fill("As warm as you like. Let us leave it at that.")
    phone.get_by_role("button", name=re.compile("decline", re.IGNORECASE)).click()
    assert Conversation.objects.get(pk=talk.pk).state == ConversationState.DECLINED
    phone.goto(f"/admin/care/boundarysheet/{running.pk}/change/")
    phone.get_by_label("Neck").uncheck()
    phone.get_by_role("button", name="Narrow it").click()
    expect(phone.get_by_text("The sheet is narrowed.")).to_be_visible()
    assert "neck" not in BoundarySheet.objects.get(pk=running.pk).area_keys


def test_the_practice_refuses_and_records_an_incident(phone: Page, booking) -> None:
    on_the_practices_side(phone)
    phone.goto(f"/admin/care/refusal/add/?booking={booking.pk}")
    phone.get_by_label("Ground").select_option("not_ready")
    phone.get_by_label("What the client is told, in your words").fill("Let us talk first.")
    phone.get_by_role("button", name="Refuse").click()
    booking.refresh_from_db()
    assert (Refusal.objects.get().booking, booking.status) == (booking, Status.CANCELLED)
    phone.goto(f"/admin/care/incident/add/?client={booking.client_id}")
    fill_incident(phone)
    assert Incident.objects.get().client == booking.client


def fill_incident(page: Page) -> None:
    page.get_by_label("When it happened").fill(f"{timezone.localtime():%Y-%m-%dT%H:%M}")
    page.get_by_label("What happened").fill("Came an hour late and shouted.")
    page.get_by_role("button", name=re.compile("Save|Record")).first.click()


def test_the_questions_of_a_visit_are_answered_on_the_practices_tablet(phone: Page, booking) -> None:
    fever: dict[str, Any] = {"kind": "yes_no", "is_required": True, "choices": {"yes": "stop", "no": ""}}
    make_form({"fever": fever}, asked="visit", slug="today", valid_for_months=None)
    on_the_practices_side(phone)
    phone.goto(f"/admin/bookings/booking/{booking.pk}/change/")
    phone.get_by_role("link", name="Has anything changed?").click()
    fits(phone)
    phone.get_by_label("No", exact=True).check()
    phone.get_by_role("button", name="Send to my therapist").click()
    expect(phone.get_by_role("heading", name="Thank you")).to_be_visible()
    fits(phone)
    phone.get_by_role("link", name="Back to the booking").click()
    assert Submission.objects.get().attended_by is not None
