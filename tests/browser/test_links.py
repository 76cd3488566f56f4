"""The links in messages and the calendar address in a real Chromium, signed out and on a phone; every page looked over."""

import re

import pytest

from bookings import links
from bookings.links import Purpose
from bookings.models import Booking, Therapist
from bookings.tests.factories import make_booking
from clients.tests.factories import make_client
from tests.browser import scene
from tests.browser.conftest import SIZES
from tests.browser.scene import faults
from tests.browser.test_care import booked
from tests.browser.test_office import enter

pytestmark = pytest.mark.django_db(transaction=True)


def address(live_server, booking: Booking, purpose: Purpose) -> str:
    return live_server.url + links.path(booking, purpose, booking.starts_at)


def of_somebody_without_an_account() -> Booking:
    kind = scene.build()
    made = {"starts_at": scene.in_days(3, "11:00"), "created_at": scene.now()}
    client = make_client(name="Robin Vale", email="robin@example.com")
    return make_booking(client=client, therapist=Therapist.objects.get(slug="mara"), session_type=kind, **made)


@pytest.fixture(params=["with scripts", "without scripts"])
def phone(request, browser, browser_context_args):
    """A phone that keeps no cookies of ours, with and without JavaScript."""
    scripts = request.param == "with scripts"
    context = browser.new_context(**browser_context_args | {"viewport": SIZES["phone"], "java_script_enabled": scripts})
    page = context.new_page()
    page.scripts = scripts
    yield page
    context.close()


def look_over(page) -> None:
    """The check runs as a script itself."""
    if page.scripts:
        assert faults(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= SIZES["phone"]["width"]


def test_client_cancels_by_the_link_in_a_message(phone, live_server):
    booking = of_somebody_without_an_account()
    phone.goto(address(live_server, booking, Purpose.CANCEL))
    look_over(phone)
    assert Booking.objects.get().status == "confirmed"
    phone.get_by_role("button", name="Cancel this booking").click()
    phone.get_by_role("heading", name="Your booking is cancelled").wait_for()
    look_over(phone)
    assert Booking.objects.get().status == "cancelled"
    phone.goto(address(live_server, booking, Purpose.CANCEL))
    phone.get_by_role("heading", name="Your booking is cancelled").wait_for()


def test_client_says_that_they_will_come_and_then_chooses_another_time(phone, live_server):
    booking = of_somebody_without_an_account()
    phone.goto(address(live_server, booking, Purpose.COMING))
    look_over(phone)
    phone.get_by_role("button", name="Yes, I will come").click()
    phone.get_by_text("look forward to seeing you").wait_for()
    look_over(phone)
    phone.goto(address(live_server, booking, Purpose.COMING))
    phone.get_by_text("You told us on").wait_for()
    look_over(phone)
    phone.get_by_role("link", name="Choose another time").click()
    phone.get_by_role("heading", name="Choose another time").wait_for()
    look_over(phone)
    phone.locator(".soonest .time").first.click()
    phone.get_by_role("button", name="Move it").click()
    phone.get_by_role("heading", name="Your booking is moved").wait_for()
    look_over(phone)
    found = Booking.objects.get()
    assert (found.starts_at != booking.starts_at, found.coming_said_at) == (True, None)


def test_link_of_an_earlier_message_says_what_to_do(phone, live_server):
    booking = booked()
    old = address(live_server, booking, Purpose.MOVE)
    Booking.objects.update(version=booking.version + 1)
    phone.goto(old)
    phone.get_by_role("link", name="Sign in to see it").wait_for()
    look_over(phone)


def test_client_makes_and_removes_their_calendar_address(each_size, live_server):
    page, booking = each_size, booked()
    scene.sign_in(page, live_server.url, booking.client.email)
    page.goto(f"{live_server.url}/my/calendar/")
    assert faults(page) == []
    page.get_by_role("button", name="Make my calendar address").click()
    shown = page.get_by_role("textbox", name="Address").input_value()
    assert faults(page) == []
    path = re.sub(r"^https?://[^/]+", "", shown)
    assert booking.ref in page.request.get(live_server.url + path).text()
    page.get_by_role("button", name="Remove it").click()
    page.get_by_text("The address is removed.").wait_for()
    assert page.request.get(live_server.url + path).status == 404


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_therapist_makes_their_calendar_address(page, live_server, scheme):
    page.emulate_media(color_scheme=scheme)
    booking = booked()
    enter(page, live_server, booking.therapist.user)
    page.goto(f"{live_server.url}/admin/bookings/therapist/{booking.therapist.pk}/change/")
    page.get_by_role("link", name="My calendar address").click()
    assert faults(page, preload=False) == []
    page.get_by_label("The client's name").check()
    page.get_by_role("button", name="Make my calendar address").click()
    path = re.sub(r"^https?://[^/]+", "", page.get_by_role("textbox", name="Address").input_value())
    assert faults(page, preload=False) == []
    assert "Sam Field" in page.request.get(live_server.url + path).text()
