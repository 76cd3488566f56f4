"""Agreements in a real browser: read, ticked, drawn and signed on a phone, withdrawn with two clicks; the boundaries."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from bookings.models import Booking, SessionType, Status
from bookings.tests.factories import make_booking
from clients.models import Consent, DocumentVersion, Understanding
from clients.starting_texts import ensure_documents
from clients.tests.factories import make_client_with_account, make_consent
from tests.browser import scene

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def person(live_server):
    scene.build()
    ensure_documents(timezone.now(), published=True)
    return make_client_with_account(name="Robin Vale")


def test_a_client_reads_ticks_draws_and_signs(each_size: Page, live_server, person) -> None:
    page = each_size
    page.set_default_timeout(8000)
    scene.sign_in(page, live_server.url, person.email)
    page.goto(f"{live_server.url}/my/agreements/")
    assert scene.faults(page) == []
    page.get_by_role("link", name=re.compile("Read and sign.*Consent to a treatment")).click()
    for tick in page.get_by_role("checkbox").all():
        tick.check()
    page.get_by_label("Your name").fill("Robin Vale")
    canvas = page.locator("[data-signature] canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 30)
    page.mouse.down()
    page.mouse.move(box["x"] + 120, box["y"] + 60, steps=8)
    page.mouse.up()
    assert scene.faults(page) == []
    page.get_by_role("button", name="Sign", exact=True).click()
    expect(page.get_by_text("is signed.")).to_be_visible()
    consent = Consent.objects.get()
    assert consent.typed_name == "Robin Vale" and consent.signature.startswith("data:image/png;base64,")


def test_a_consent_is_withdrawn_with_two_clicks_and_what_rests_on_it_is_released(
    each_size: Page, live_server, person
) -> None:
    each_size.set_default_timeout(8000)
    page, now = each_size, timezone.now().replace(second=0, microsecond=0)
    kind = SessionType.objects.get(slug="relaxing-massage")
    SessionType.objects.filter(pk=kind.pk).update(requires_consents=["treatment"])
    make_consent(person, DocumentVersion.objects.get(document__slug="treatment"), now)
    make_booking(client=person, session_type=kind, created_at=now, starts_at=now + dt.timedelta(days=2))
    scene.sign_in(page, live_server.url, person.email)
    page.goto(f"{live_server.url}/my/")
    page.get_by_role("link", name="Your agreements: read or withdraw").click()
    page.get_by_role("button", name=re.compile("Withdraw.*Consent to a treatment")).click()
    expect(page.get_by_text("You owe nothing, and nobody asks why.")).to_be_visible()
    assert scene.faults(page) == []
    assert Booking.objects.get().status == Status.CANCELLED


def test_the_boundaries_explain_and_ask_again(each_size: Page, live_server, person) -> None:
    page, version = each_size, DocumentVersion.objects.get(document__slug="boundaries")
    scene.sign_in(page, live_server.url, person.email)
    page.goto(f"{live_server.url}/my/boundaries/")
    assert scene.faults(page) == []
    choose(page, version, wrong=1)
    expect(page.get_by_text("Let us look at one thing again")).to_be_visible()
    expect(page.get_by_text(version.questions[1]["explain"])).to_be_visible()
    assert scene.faults(page) == []
    choose(page, version)
    expect(page.get_by_text("That is all we need to know about the boundaries.")).to_be_visible()
    assert list(Understanding.objects.order_by("at").values_list("is_understood", flat=True)) == [False, True]


def choose(page: Page, version: DocumentVersion, wrong: int | None = None) -> None:
    for place, question in enumerate(version.questions):
        right = (question["right"] + (place == wrong)) % len(question["options"])
        page.locator(f'input[name="answer_{place}"][value="{right}"]').check()
    page.get_by_role("button", name="Send my answers").click()
