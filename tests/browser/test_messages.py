"""The words of messages and the log of them in a real Chromium: worded with a preview that follows, found, sent again."""

import pytest
from playwright.sync_api import expect

from accounts.tests.factories import make_owner
from bookings import lifecycle
from bookings.models import Length
from bookings.placing import Wish
from clients.tests.factories import make_client_with_account
from outbox import delivery
from outbox.models import Message, State, Wording
from tests.browser import scene
from tests.browser.scene import faults
from tests.browser.test_office import enter

pytestmark = pytest.mark.django_db(transaction=True)
EDITOR = "/admin/outbox/wording/of/booking_confirmed/email/"


def sent_confirmation() -> Message:
    """A confirmation that left, and a reminder that waits."""
    kind = scene.build()
    client = make_client_with_account(name="Robin Vale", email="robin@example.com")
    wish = Wish(client, Length.objects.get(session_type=kind, minutes=60), scene.in_days(7, "11:00"), None)
    lifecycle.book(wish, by=client.user, now=scene.now())
    delivery.sweep(scene.now)
    return Message.objects.get(kind="booking_confirmed")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_of_messages_have_no_faults(each_size, live_server, scheme):
    page, message = each_size, sent_confirmation()
    page.emulate_media(color_scheme=scheme)
    enter(page, live_server, make_owner(password=scene.PASSWORD))
    of = "/admin/outbox/wording/of/booking_confirmed"
    paths = [
        "/admin/outbox/message/", f"/admin/outbox/message/{message.pk}/change/", f"/admin/outbox/message/{message.pk}/again/",
        "/admin/outbox/message/?q=nobody", "/admin/outbox/wording/", f"{of}/email/", f"{of}/sms/", f"{of}/email/shipped/",
    ]  # fmt: skip
    found = {}
    for path in paths:
        page.goto(f"{live_server.url}{path}")
        page.wait_for_load_state()
        found[path] = faults(page, preload=False)
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


def test_owner_words_a_message_and_sees_it_come_out_as_they_type(page, live_server):
    sent_confirmation()
    enter(page, live_server, make_owner(password=scene.PASSWORD))
    page.goto(f"{live_server.url}/admin/outbox/message/")
    page.get_by_role("link", name="What messages say").click()
    page.get_by_role("link", name="E-mail: Booking confirmed").click()
    letter, text = page.frame_locator("[name=as-letter]"), page.frame_locator("[name=as-text]")
    expect(letter.get_by_text("Your booking is confirmed.")).to_be_visible()

    words = page.get_by_label("Text:")
    words.fill("Dear {{ client }}, see you soon.\n\n{{ fact }}\n\n{{ button }}")
    expect(letter.get_by_text("Did you mean {{ facts }}?")).to_be_visible()
    words.fill("Dear {{ client }}, see you soon.\n\n{{ facts }}\n\n{{ button }}")
    expect(letter.get_by_text("Dear Robin Vale, see you soon.")).to_be_visible()
    page.get_by_label("Subject:").fill("See you {{ when }}")
    expect(text.get_by_text("See you Thursday 4 June 2026, 10:00")).to_be_visible()
    page.get_by_label("Phone").check()
    assert page.locator(".wording-letter").bounding_box()["width"] <= 362

    page.get_by_role("button", name="Save these words").click()
    page.get_by_text("has your words from now on").wait_for()
    assert Wording.objects.get().subject == "See you {{ when }}"
    page.get_by_role("button", name="Send a test").click()
    page.get_by_text("is on its way to").wait_for()
    page.get_by_role("link", name="Back to the shipped words").click()
    page.get_by_role("button", name="Use the shipped words").click()
    page.get_by_text("has the shipped words again").wait_for()
    assert not Wording.objects.exists()


@pytest.fixture
def without_scripts(browser, live_server):
    context = browser.new_context(java_script_enabled=False)
    yield context.new_page()
    context.close()


def test_preview_and_refusal_need_no_scripts(without_scripts, live_server):
    page = without_scripts
    sent_confirmation()
    enter(page, live_server, make_owner(password=scene.PASSWORD))
    page.goto(f"{live_server.url}{EDITOR}")
    page.get_by_label("Text:").fill("Dear {{ client }}, see you.\n\n{{ facts }}")
    page.get_by_role("button", name="Show as letter").click()
    expect(page.frame_locator("[name=as-letter]").get_by_text("Dear Robin Vale, see you.")).to_be_visible()
    page.get_by_label("Text:").fill("{{ cleint }}")
    page.get_by_role("button", name="Save these words").click()
    expect(page.get_by_text("Did you mean {{ client }}?")).to_be_visible()


def test_bounced_message_is_found_and_sent_again_to_the_right_address(page, live_server):
    message = sent_confirmation()
    Message.objects.filter(pk=message.pk).update(state=State.BOUNCED, last_error="The mailbox does not exist.")
    enter(page, live_server, make_owner(password=scene.PASSWORD))
    page.goto(f"{live_server.url}/admin/outbox/message/")
    page.get_by_role("link", name="did not arrive").click()
    expect(page.get_by_text("Came back: the mailbox does not exist")).to_be_visible()
    page.locator("#result_list tbody th a").click()
    page.get_by_role("link", name="Send again").click()
    page.get_by_role("button", name="Send it again").click()
    page.get_by_text("It is on its way to").wait_for()
    delivery.sweep(scene.now)
    assert Message.objects.filter(kind="booking_confirmed", state=State.SENT).count() == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_client_looks_up_what_was_sent_to_them(each_size, live_server, scheme):
    page, message = each_size, sent_confirmation()
    page.emulate_media(color_scheme=scheme)
    message.user.set_password(scene.PASSWORD)
    message.user.save()
    scene.sign_in(page, live_server.url, message.user.email)
    page.get_by_role("link", name="What we sent you").click()
    page.locator("summary").first.click()
    expect(page.get_by_text("Your booking is confirmed.")).to_be_visible()
    assert faults(page) == []
