"""The pictures in docs/screenshots. Not a test: `pytest tests/browser/take_pictures.py` takes them anew."""

import os
from pathlib import Path

import pytest

from tests.browser import scene
from tests.browser.conftest import SIZES

FOLDER = Path(os.environ.get("PICTURES") or Path(__file__).parents[2] / "docs" / "screenshots")

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", list(SIZES))
def test_pictures(page, live_server, size, scheme):
    scene.build()
    site = live_server.url
    page.set_viewport_size(SIZES[size])
    page.emulate_media(color_scheme=scheme)

    def take(name):
        page.screenshot(path=FOLDER / f"{name}-{size}-{scheme}.png", full_page=bool(os.environ.get("PICTURES")))

    page.goto(f"{site}/book/")
    take("1-book")
    page.goto(f"{site}/book/relaxing-massage/?minutes=60")
    page.locator(".month a").nth(4).click()
    page.locator("h2:focus").wait_for()
    take("2-times")
    page.locator(".day .time").first.click()
    page.get_by_label("Your name").wait_for()
    page.get_by_role("button", name="Send me the code").click()
    take("3-details-errors")
    scene.sign_up(page)
    take("4-code")
    scene.type_code(page)
    page.get_by_role("heading", name="It is booked").wait_for()
    take("5-done")
    scene.choose_time(page, site, nth=2)
    page.get_by_role("heading", name="Look it over").wait_for()
    take("6-review")
    page.goto(f"{site}/my/")
    take("7-my")
    page.get_by_role("link", name="Reschedule").first.click()
    take("8-move")
    page.locator(".day .time").first.click()
    page.get_by_role("heading", name="Move your booking?").wait_for()
    take("9-confirm-move")
    page.get_by_role("button", name="Move it").click()
    page.get_by_role("link", name="Cancel", exact=True).click()
    take("10-cancel")
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Undo").wait_for()
    take("11-my-booking")
