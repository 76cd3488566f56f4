"""From whatever page of the site a client is on, a consent is withdrawn with two clicks: on a phone and without a script."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from bookings.models import Booking, Status, Therapist
from bookings.tests.factories import make_booking
from care.tests.factories import make_sheet
from clients import intake
from clients.defaults import ensure_forms
from clients.models import Client, Consent, DocumentVersion, Questionnaire
from clients.starting_texts import ensure_documents
from clients.tests.factories import make_client_with_account, make_consent
from tests.browser import scene
from tests.browser.conftest import SIZES
from tests.test_access import table, token_for

pytestmark = pytest.mark.django_db(transaction=True)

NO_PAGES = re.compile(
    r"api/|.*\.ics$|.*/copy/$|healthz$|accounts/password/reset/key/\(|link/(reached|well)/|my/receipts/<"
)
"""What answers a client and is no page of theirs: programs, files, the link of a mail for who is signed out, and the links of
who works alone and whom they named."""


@pytest.fixture
def phone(browser, browser_context_args, live_server) -> Iterator[Page]:
    context = browser.new_context(
        **browser_context_args | {"viewport": SIZES["phone"], "java_script_enabled": False, "base_url": live_server.url}
    )
    page = context.new_page()
    page.set_default_timeout(8000)
    yield page
    context.close()


@pytest.fixture
def person(live_server) -> Client:
    """Robin, in the middle of everything: a session tomorrow, a time that is kept, a form half filled in, a sheet."""
    kind, now = scene.build(), timezone.now().replace(second=0, microsecond=0)
    scene.stages()
    ensure_forms(now)
    ensure_documents(now, published=True)
    robin = make_client_with_account(name="Robin Vale")
    intake.open_submission(robin, Questionnaire.objects.get(slug="health"), now=now)
    made = {"client": robin, "session_type": kind, "therapist": Therapist.objects.get(slug="mara"), "created_at": now}
    make_sheet(booking=make_booking(**made, starts_at=scene.in_days(1)))
    make_booking(**made, starts_at=scene.in_days(4), status=Status.HELD)
    sign(robin)
    return robin


def sign(person: Client) -> Consent:
    return make_consent(person, DocumentVersion.objects.get(document__slug="treatment"), timezone.now())


def addresses() -> dict[str, str]:
    """Each page that a client finds, by the pattern of its address, and those that need more than the walk gives them."""
    visit = Booking.objects.get(status=Status.CONFIRMED)
    booked, held = visit.ref, Booking.objects.get(status=Status.HELD).ref
    found = {
        route: re.sub(r"<slug:therapist>", "mara", route)
        for route, (seen, _) in table().items()
        if seen[2] == "o" and not route.startswith("admin") and not NO_PAGES.match(route)
    }
    slugs = {
        "book/": "relaxing-massage",
        "sessions/": "relaxing-massage",
        "my/agreements/": "treatment",
        "my/forms/": "health",
    }
    for route, path in found.items():
        slug = next((slug for start, slug in slugs.items() if path.startswith(f"{start}<slug:slug>")), "")
        ref = held if "review" in path else booked
        path = path.replace("<str:token>", token_for(route, visit)) if "<str:token>" in path else path
        found[route] = path.replace("<slug:slug>", slug).replace("<ref:ref>", ref)
    start = scene.in_days(2).isoformat().replace("+", "%2B")
    more = [
        f"my/{booked}/visit/",
        f"my/{booked}/reschedule/confirm/?start={start}&therapist=mara",
        "my/forms/health/2/",
        "my/forms/health/sign/",
        "book/relaxing-massage/?minutes=60",
        "nothing-is-here/",
    ]
    return found | {path: path for path in more}


def test_a_consent_is_withdrawn_with_two_clicks_from_any_page(phone: Page, person) -> None:
    scene.sign_in(phone, "", person.email)
    pages = addresses()
    assert len(pages) > 35
    for route, path in pages.items():
        assert "<" not in path, route
        phone.goto(f"/{path}")
        assert phone.url.split("/", 3)[3].split("?")[0] == path.split("?")[0], f"{route} led elsewhere"
        phone.get_by_role("link", name="Your agreements: read or withdraw").click()
        phone.get_by_role("button", name=re.compile("Withdraw.*Consent to a treatment")).click()
        expect(phone.get_by_text("You owe nothing, and nobody asks why.")).to_be_visible()
        sign(person)
    assert Consent.objects.filter(withdrawal__isnull=False).count() == len(pages)
