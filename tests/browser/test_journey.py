"""The client's path, who opened their record, and what a session still asks, in a real Chromium; every page looked over."""

import pytest

from accounts.tests.factories import make_owner, make_user
from bookings.models import SessionType
from clients import decisions, reading
from clients.models import Client, Stage
from clients.tests.factories import make_client, make_document, make_published
from practice import walltime
from practice.models import Practice
from tests.browser import scene
from tests.browser.scene import faults

pytestmark = pytest.mark.django_db(transaction=True)


def on_the_way() -> Client:
    """A client who came to the second stage; the tantric session asks for the third, and for a consent."""
    scene.build()
    scene.stages()
    make_published(scene.now(), make_document(slug="treatment", title="Treatment consent"))
    SessionType.objects.filter(kind="tantric").update(requires_stage="balancing", requires_consents=["treatment"])
    client, owner, now = make_client(user=make_user(password=scene.PASSWORD)), make_owner(), scene.now()
    today = walltime.local_date(now, Practice.objects.current().zone)
    reading.note_reading(owner, client, "intake", now)
    decisions.move_to_stage(client, Stage.objects.get(slug="clearing"), by=owner, decided_on=today, note="", now=now)
    return client


def test_client_looks_at_their_path_and_at_who_opened_their_record(each_size, live_server):
    page, client = each_size, on_the_way()
    scene.sign_in(page, live_server.url, client.email)
    page.get_by_role("link", name="Your journey").click()
    here = page.locator("[aria-current=step]")
    assert "Clearing" in here.inner_text()
    assert "You are here since" in here.inner_text()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert faults(page) == []
    page.get_by_role("link", name="Tantric massage therapy", exact=True).click()
    asks = page.get_by_role("region", name="What it still asks of you").inner_text()
    assert "This session comes later on the way." in asks
    assert faults(page) == []
    page.get_by_role("link", name="Read and sign").click()
    page.get_by_role("heading", name="Treatment consent").wait_for()
    page.get_by_role("link", name="Who opened your record").click()
    page.get_by_text("Iris Owner, owner, opened what you told us about your health.").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert faults(page) == []
