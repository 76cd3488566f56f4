"""A new client on a phone, from the first tap to a tantric session's request: sign-up, intake, agreements, boundaries."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from bookings.models import Booking, SessionType, Status
from clients.defaults import ensure_forms
from clients.models import Consent, DocumentVersion, Submission, Understanding
from clients.starting_texts import ensure_documents
from tests.browser import scene
from tests.browser.conftest import SIZES
from tests.browser.test_agreements import choose
from tests.browser.test_forms import fill_health, on

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def phone(page: Page, live_server) -> Page:
    """A phone at a practice that asks for the forms, two consents and the boundaries, and for no earlier session."""
    scene.build()
    ensure_forms(scene.now())
    ensure_documents(scene.now(), published=True)
    SessionType.objects.filter(kind="tantric").update(requires_consents=["treatment", "tantric-session"])
    page.set_viewport_size(SIZES["phone"])
    return page


def test_a_new_client_goes_from_sign_up_to_the_request_of_a_tantric_session(phone: Page, live_server) -> None:
    page = phone
    page.goto(f"{live_server.url}/book/tantric-massage/")
    look(page)
    page.locator(".soonest .time").first.click()
    look(page)
    scene.sign_up(page)
    look(page)
    scene.type_code(page)
    expect(page.get_by_role("heading", name="What comes before it can be booked")).to_be_visible()
    look(page)
    tell_health(page)
    tell_wishes(page)
    agree(page)
    agree(page)
    understand(page)
    expect(page.get_by_role("heading", name="What comes before it can be booked")).to_have_count(0)
    page.get_by_role("button", name="Ask for this session").click()
    page.get_by_role("heading", name="You have asked for it").wait_for()
    look(page)
    made = Booking.objects.get()
    assert (made.status, made.session_type.slug, made.client.name) == (
        Status.REQUESTED,
        "tantric-massage",
        "Robin Hale",
    )
    assert set(Consent.objects.values_list("version__document__slug", flat=True)) == {"treatment", "tantric-session"}
    assert Submission.objects.exclude(signed_at=None).count() == 2
    assert Understanding.objects.get().is_understood


def look(page: Page) -> None:
    """Each screen is without fault for axe and never scrolls sideways."""
    page.get_by_role("heading", level=1).wait_for()
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert (page.url, wide, scene.faults(page)) == (page.url, False, [])


def begin(page: Page, pages: int) -> None:
    """The first thing that is missing, which is a form; each page of it is looked at before it is filled in."""
    page.locator(".needed a").first.click()
    look(page)
    page.get_by_role("button", name="Begin").click()
    first = page.url
    for number in range(1, pages + 1):
        page.goto(re.sub(r"\d+/$", f"{number}/", first))
        look(page)
    page.goto(first)


def sign_off(page: Page) -> None:
    look(page)
    page.get_by_label("This is true").check()
    page.get_by_role("button", name="Sign off").click()
    back_at_review(page)


def back_at_review(page: Page) -> None:
    expect(page.get_by_role("heading", name="Look it over and book")).to_be_visible()
    look(page)


def tell_health(page: Page) -> None:
    begin(page, pages=6)
    fill_health(page)
    sign_off(page)


def tell_wishes(page: Page) -> None:
    begin(page, pages=1)
    page.get_by_label("What do you hope for?").fill("To arrive, and to breathe out.")
    page.get_by_label("What do you not want?").fill("Please leave my feet out.")
    page.get_by_label("How will you say that something should stop?").fill("“Pause”")
    on(page)
    sign_off(page)


def agree(page: Page) -> None:
    page.get_by_role("link", name=re.compile("^Read and sign")).first.click()
    look(page)
    for tick in page.get_by_role("checkbox").all():
        tick.check()
    page.get_by_label("Your name").fill("Robin Hale")
    page.get_by_role("button", name="Sign", exact=True).click()
    back_at_review(page)


def understand(page: Page) -> None:
    page.get_by_role("link", name=re.compile("^Read the boundaries")).click()
    look(page)
    choose(page, DocumentVersion.objects.get(document__slug="boundaries"))
    back_at_review(page)
