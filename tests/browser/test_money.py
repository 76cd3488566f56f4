"""Money at the desk in a real Chromium, on a tablet: two taps, a wrong line, the end of the day; each page looked over."""

import datetime as dt
import os
import re
from decimal import Decimal

import pytest

from accounts.tests.factories import make_front_desk, make_user
from bookings import money
from bookings.models import CashUp, MoneyEntry, Status
from bookings.tests.factories import make_booking
from clients.tests.factories import make_client
from tests.browser import scene
from tests.browser.scene import faults

pytestmark = pytest.mark.django_db(transaction=True)

TABLET = {"width": 768, "height": 1024}


def came(**fields):
    start = scene.now().replace(second=0, microsecond=0) - dt.timedelta(hours=2)
    made = {"starts_at": start, "created_at": start - dt.timedelta(days=3), "status": Status.COMPLETED}
    return make_booking(**(made | {"client": make_client(name="Sam Field")} | fields))


def enter(page, live_server, user, path: str) -> None:
    page.goto(f"{live_server.url}{path}")
    page.get_by_label("E-mail").fill(user.email)
    page.get_by_label("Password").fill(scene.PASSWORD)
    page.get_by_label("Password").press("Enter")
    page.wait_for_url(f"**{path}")


def look(page, name: str) -> None:
    """Takes a picture where somebody wants to see it."""
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_desk_checks_out_with_one_press_puts_a_line_right_and_closes_the_day(page, live_server, scheme):
    scene.build()
    page.set_viewport_size(TABLET)
    page.emulate_media(color_scheme=scheme)
    booking = came()
    found = {}

    enter(
        page, live_server, make_front_desk(password=scene.PASSWORD), f"/admin/bookings/booking/{booking.pk}/check-out/"
    )
    found["due"] = faults(page, preload=False)
    look(page, f"due-{scheme}")
    page.get_by_role("button", name="Cash").click()
    page.get_by_text("£70 taken.").wait_for()
    page.get_by_text("It is settled.").wait_for()

    page.get_by_text("A line is wrong").click()
    page.get_by_label("Payment £70, cash, receipt 1").check()
    page.get_by_label("What was wrong").fill("It was the card")
    look(page, f"wrong-{scheme}")
    found["wrong"] = faults(page, preload=False)
    page.get_by_role("button", name="Take the line back").click()
    page.get_by_role("button", name="Card terminal").click()
    page.get_by_text("It is settled.").wait_for()
    look(page, f"settled-{scheme}")
    assert list(MoneyEntry.objects.values_list("paid_by", "number")) == [("cash", 1), ("cash", 2), ("card", 3)]

    page.get_by_role("link", name="Takings").click()
    found["open"] = faults(page, preload=False)
    look(page, f"open-{scheme}")
    page.get_by_label(re.compile("Counted, Cash")).fill("0")
    page.get_by_label(re.compile("Counted, Card terminal")).fill("60")
    page.get_by_label(re.compile("Counted, Transfer")).fill("0")
    page.get_by_role("button", name="Close the day").click()
    page.get_by_text("This is £10 less than expected. Please say why.").wait_for()
    found["refused"] = faults(page, preload=False)
    look(page, f"refused-{scheme}")
    page.get_by_label(re.compile("If it differs, why, Card terminal")).fill("One slip is missing")
    page.get_by_role("button", name="Close the day").click()
    page.get_by_text("The day is closed.").wait_for()
    look(page, f"closed-{scheme}")
    found["closed"] = faults(page, preload=False)

    page.goto(f"{live_server.url}/admin/bookings/booking/{booking.pk}/change/")
    look(page, f"booking-{scheme}")
    found["booking"] = faults(page, preload=False)
    assert {name: wrong for name, wrong in found.items() if wrong} == {}
    assert CashUp.objects.count() == 3


@pytest.mark.parametrize("size", [TABLET, {"width": 360, "height": 740}], ids=["tablet", "phone"])
def test_client_finds_their_receipts(page, live_server, size):
    scene.build()
    page.set_viewport_size(size)
    desk = make_front_desk()
    user = make_user(password=scene.PASSWORD)
    booking = came(client=make_client(user=user))
    money.take(booking, Decimal("70"), "card", by=desk, now=scene.now())
    money.take(came(client=booking.client), Decimal("30"), "cash", by=desk, now=scene.now())

    enter(page, live_server, user, "/my/receipts/")
    look(page, f"receipts-{size['width']}")
    assert faults(page) == []
    with page.expect_download() as paper:
        page.get_by_role("link", name="PDF of receipt 1").click()
    assert paper.value.suggested_filename == "still-water-1.pdf"
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
