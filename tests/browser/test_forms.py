"""The forms of a client in a real browser: on a phone, with the body map and without any script."""

from __future__ import annotations

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from bookings.tests.factories import make_booking
from clients import asking
from clients.defaults import ensure_forms
from clients.models import Submission
from clients.tests.factories import make_client_with_account
from tests.browser import scene
from tests.browser.conftest import SIZES

pytestmark = pytest.mark.django_db(transaction=True)

WIDE = "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
NONE = "None of these"


@pytest.fixture
def person(live_server):
    scene.build()
    ensure_forms(timezone.now())
    return make_client_with_account()


def come_in(page: Page, site: str, person) -> None:
    scene.sign_in(page, site, person.email)


def fill_health(page: Page) -> None:
    """The six pages of the form about health, with what must be answered."""
    page.get_by_label("Your full legal name").fill("Robin Hale")
    page.get_by_label("By e-mail").check()
    page.get_by_label("Whom shall we call").fill("Kit, 020 7946 0991")
    on(page)
    page.get_by_label("What brings you here").fill("Stiff shoulders.")
    page.get_by_label("Yes").check()
    page.get_by_label("Medium").check()
    page.get_by_label("Neck").select_option("focus")
    page.get_by_label("Belly").select_option("avoid")
    on(page)
    page.get_by_label(NONE).check()
    on(page)
    page.get_by_label(NONE).check()
    page.get_by_label("Not in the last six months").check()
    page.get_by_label("No, or it does not apply to me").check()
    on(page)
    page.get_by_label(NONE).check()
    on(page)
    for question in ("blood thinners", "pain killers", "allergies?"):
        page.get_by_role("group", name=question).get_by_label("No").check()
    on(page)


def on(page: Page) -> None:
    page.get_by_role("button", name="Save and go on").click()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_a_client_fills_in_the_health_form_and_signs_it_off(
    browser, browser_context_args, live_server, person, scripts, size
):
    context = browser.new_context(**browser_context_args | {"viewport": SIZES[size], "java_script_enabled": scripts})
    page = context.new_page()
    come_in(page, live_server.url, person)
    page.goto(f"{live_server.url}/my/forms/health/")
    page.get_by_role("button", name="Begin").click()
    fill_health(page)
    expect(page.get_by_role("heading", name="Look it over and sign off")).to_be_visible()
    page.get_by_label("This is true").check()
    page.get_by_role("button", name="Sign off").click()
    expect(page.get_by_text("Thank you. It is signed off.")).to_be_visible()

    signed = Submission.objects.get(signed_at__isnull=False)
    assert asking.answers(signed)["areas"] == {"focus": ["neck"], "avoid": ["belly"]}
    context.close()


def test_the_body_map_and_its_list_are_the_same(each_size, live_server, person):
    page = each_size
    come_in(page, live_server.url, person)
    page.goto(f"{live_server.url}/my/forms/health/")
    page.get_by_role("button", name="Begin").click()
    page.goto(f"{live_server.url}/my/forms/health/2/")
    belly = page.get_by_label("Belly")
    shape = page.locator('svg [data-area="belly"]')

    for word in ("focus", "avoid", ""):
        shape.click()
        expect(belly).to_have_value(word)
        expect(shape).to_have_attribute("data-mark", word)
    belly.select_option("avoid")
    expect(shape).to_have_attribute("data-mark", "avoid")


def test_the_screens_have_no_faults_and_never_scroll_sideways(each_size, live_server, person):
    page = each_size
    come_in(page, live_server.url, person)
    now = timezone.now()
    visit = make_booking(client=person, starts_at=scene.in_days(1), created_at=now)
    page.goto(f"{live_server.url}/my/forms/health/")
    page.get_by_role("button", name="Begin").click()
    pages = [f"/my/forms/health/{number}/" for number in range(1, 7)]
    for path in ("/my/forms/", "/my/forms/health/", *pages, "/my/forms/health/sign/", f"/my/{visit.ref}/visit/"):
        page.goto(live_server.url + path)
        wide, shown = page.evaluate(WIDE)
        assert (path, wide <= shown, scene.faults(page)) == (path, True, [])


def test_what_is_missing_is_said_at_the_top_and_beside_its_question(each_size, live_server, person):
    page = each_size
    come_in(page, live_server.url, person)
    visit = make_booking(client=person, starts_at=scene.in_days(1), created_at=timezone.now())
    page.goto(f"{live_server.url}/my/{visit.ref}/visit/")
    page.get_by_role("button", name="Send to my therapist").click()

    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(summary.get_by_role("link")).to_have_count(1)
    expect(summary).to_contain_text("That is so at 6 places")
    assert scene.faults(page) == []
