"""The care record on a tablet in a real Chromium: a note signed and amended, a chart shared, the client's journey."""

import datetime as dt

import pytest
from playwright.sync_api import expect

from accounts.tests.factories import make_user
from bookings.models import Booking, Therapist
from care.energy import Point
from care.models import Phrase, SessionNote
from care.tests.factories import make_signed_note, make_visit
from clients.models import CareRelation
from clients.tests.factories import make_client
from tests.browser import scene
from tests.browser.scene import faults
from tests.browser.test_office import enter

pytestmark = pytest.mark.django_db(transaction=True)
SIDEWAYS, UPRIGHT = {"width": 1024, "height": 768}, {"width": 768, "height": 1024}


def visited() -> Booking:
    """A session of Sam Field's with Mara that ended a while ago, and one a week before it with its note and chart."""
    kind = scene.build()
    scene.stages()
    client = make_client(user=make_user(name="Sam Field", password=scene.PASSWORD))
    mara = Therapist.objects.select_related("user").get(slug="mara")
    ended = scene.now().replace(second=0, microsecond=0) - dt.timedelta(hours=2)
    CareRelation.objects.create(client=client, user=mara.user, since=ended)
    made = {"client": client, "therapist": mara, "session_type": kind}
    before = make_visit(starts_at=ended - dt.timedelta(days=7), **made)
    points = {"heart": Point("underactive"), "root": Point("blocked", "Cold feet.")}
    make_signed_note(before, now=before.ended_at, plan="Begin with the feet.", points=points, shares_chart=True)
    Phrase.objects.create(section="done", words="Slow opening with resting hands.")
    return make_visit(starts_at=ended - dt.timedelta(hours=1), **made)


@pytest.mark.parametrize("size", [SIDEWAYS, UPRIGHT], ids=["sideways", "upright"])
def test_note_is_written_signed_and_amended_on_a_tablet(page, live_server, size):
    page.set_viewport_size(size)
    booking = visited()
    enter(page, live_server, booking.therapist.user)
    page.goto(f"{live_server.url}/admin/care/sessionnote/")
    assert faults(page, preload=False) == []
    page.locator("#waiting-title ~ table a").click()
    expect(page.get_by_text("Begin with the feet.")).to_be_visible()
    assert faults(page, preload=False) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    page.get_by_role("button", name="Sign the note").click()
    expect(page.get_by_text("Please write something first")).to_be_visible()
    assert faults(page, preload=False) == []
    page.locator("#id_pick_done").select_option(label="Slow opening with resting hands.")
    page.locator("button[value=done]").click()
    page.get_by_label("Aftercare given").fill("Keep your feet warm.")
    page.get_by_role("group", name="Heart").get_by_label("Balanced").check()
    page.get_by_label("On signing, show the client the chart").check()
    page.get_by_role("button", name="Sign the note").click()
    expect(page.get_by_text("The note is signed.")).to_be_visible()
    assert faults(page, preload=False) == []
    page.get_by_label("What is put right").fill("The left foot.")
    page.get_by_label("Why").fill("I left out the side.")
    page.get_by_role("button", name="Add the amendment").click()
    expect(page.get_by_role("heading", name="Amendment,")).to_be_visible()
    note = SessionNote.objects.get(booking=booking)
    assert (note.done, note.is_signed, note.shared_at) == ("Slow opening with resting hands.", True, None)
    page.get_by_role("button", name="Show the aftercare", exact=True).click()
    expect(page.get_by_role("button", name="Show the aftercare no longer")).to_be_visible()
    page.get_by_role("link", name="The record").click()
    expect(page.get_by_text("I left out the side.")).to_be_visible()
    assert faults(page, preload=False) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


def test_note_is_written_without_scripts_and_with_the_keyboard(browser, live_server):
    booking = visited()
    context = browser.new_context(java_script_enabled=False, viewport=SIDEWAYS)
    page = context.new_page()
    enter(page, live_server, booking.therapist.user)
    page.goto(f"{live_server.url}/admin/care/sessionnote/booking/{booking.pk}/")
    page.get_by_label("What was done").focus()
    page.keyboard.type("Feet first.")
    page.locator("#id_pick_done").select_option(label="Slow opening with resting hands.")
    page.locator("button[value=done]").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("What was done")).to_have_value("Feet first. Slow opening with resting hands.")
    page.get_by_role("button", name="Sign the note").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("The note is signed.")).to_be_visible()
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_client_sees_on_the_journey_what_was_shared(each_size, live_server, scheme):
    page, booking = each_size, visited()
    page.emulate_media(color_scheme=scheme)
    scene.sign_in(page, live_server.url, booking.client.email)
    page.goto(f"{live_server.url}/my/journey/")
    expect(page.get_by_role("img", name="root blocked")).to_be_visible()
    assert "Cold feet." not in page.content()
    page.get_by_text("The same as a table").click()
    expect(page.get_by_role("cell", name="Underactive")).to_be_visible()
    assert faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
