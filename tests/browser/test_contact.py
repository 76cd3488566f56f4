"""How we reach you, on a desk and a phone: looked over, chosen, and all of it refused and taken back."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from clients.models import Client
from clients.tests.factories import make_client_with_account
from tests.browser import scene

pytestmark = pytest.mark.django_db(transaction=True)


def look(page: Page) -> None:
    """Without fault for axe, and never scrolled sideways."""
    page.get_by_role("heading", level=1).wait_for()
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert (page.url, wide, scene.faults(page)) == (page.url, False, [])


def test_a_client_chooses_how_they_are_reached_and_then_not_at_all(each_size, live_server, settings) -> None:
    settings.SMS_URL = "console:"
    page = each_size
    scene.build()
    client = make_client_with_account()
    scene.sign_in(page, live_server.url, client.email)
    page.get_by_role("link", name="How we reach you").click()
    look(page)

    reminders = page.get_by_role("group", name="Reminders")
    reminders.get_by_label("By text message").check()
    page.get_by_label("Your mobile number").fill("+44 7700 900123")
    page.get_by_label("You may send me text messages").check()
    page.get_by_role("button", name="Keep this").click()
    expect(page.get_by_text("You agreed to text messages at +44 7700 900123")).to_be_visible()
    look(page)
    assert Client.objects.get(pk=client.pk).reached_by["reminder"] == ["email", "sms"]

    page.get_by_role("button", name="Send me nothing").click()
    expect(page.get_by_text("we do not write to you, as you asked")).to_be_visible()
    look(page)
    page.get_by_role("button", name="Write to me again").click()
    expect(page.get_by_role("button", name="Keep this")).to_be_visible()
    assert Client.objects.get(pk=client.pk).contact_refused_at is None
