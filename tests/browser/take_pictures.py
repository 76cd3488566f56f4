"""The pictures in docs/screenshots. Not a test: `pytest tests/browser/take_pictures.py` takes them anew."""

import os
import uuid
from pathlib import Path

import pytest

from accounts.tests.factories import make_owner
from bookings.demo import PASSWORD
from bookings.models import Booking
from care import demo
from care.models import Plan
from clients.models import Client
from outbox.models import Heartbeat, Message, State
from practice.models import Practice
from tests.browser import scene
from tests.browser.conftest import SIZES
from tests.browser.test_messages import sent_confirmation
from tests.browser.test_office import enter

FOLDER = Path(os.environ.get("PICTURES") or Path(__file__).parents[2] / "docs" / "screenshots")
SHOWN = {"times-light", "times-dark", "review-light", "booked-light", "my-bookings-light"}
"""What the docs show. PICTURES=/some/folder takes every screen whole, light and dark, to be looked at."""

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", list(SIZES))
def test_pictures(page, live_server, size, scheme):
    scene.build()
    site = live_server.url
    page.set_viewport_size(SIZES[size])
    page.emulate_media(color_scheme=scheme)

    def take(name):
        whole = "PICTURES" in os.environ
        if whole or f"{name}-{scheme}" in SHOWN:
            page.screenshot(path=FOLDER / f"{name}-{size}-{scheme}.png", full_page=whole)

    page.goto(f"{site}/book/")
    take("book")
    page.goto(f"{site}/book/relaxing-massage/?minutes=60")
    page.locator(".month a").nth(4).click()
    page.locator("h2:focus").wait_for()
    take("times")
    page.locator(".day .time").first.click()
    page.get_by_label("Your name").wait_for()
    page.get_by_role("button", name="Send me the code").click()
    take("details")
    scene.sign_up(page)
    take("code")
    scene.type_code(page)
    page.get_by_role("heading", name="It is booked").wait_for()
    take("booked")
    scene.choose_time(page, site, nth=2)
    page.get_by_role("heading", name="Look it over").wait_for()
    take("review")
    page.goto(f"{site}/my/")
    page.wait_for_load_state()
    take("my-bookings")
    page.get_by_role("link", name="Reschedule").first.click()
    take("move")
    page.locator(".day .time").first.click()
    page.get_by_role("heading", name="Move your booking?").wait_for()
    take("confirm-move")
    page.get_by_role("button", name="Move it").click()
    page.get_by_role("link", name="Cancel", exact=True).click()
    take("cancel")
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Undo").wait_for()
    take("my-booking")


def test_pictures_of_trust(page, live_server):
    """In the demo: what its clients are asked, and what the therapist sees of it."""
    scene.stages()
    demo.load(scene.now())
    site = live_server.url
    page.set_viewport_size(SIZES["phone"])

    def enter(who):
        page.context.clear_cookies()
        page.goto(f"{site}/accounts/login/")
        scene.fill(page, {"E-mail": f"{who}@demo.example", "Password": PASSWORD})
        page.get_by_label("Password").press("Enter")
        page.wait_for_url("**/my/" if who != "therapist" else "**/admin/calendar/**")

    def take(name, at=None, size="phone", above=16):
        page.mouse.move(0, 0)
        if at:
            page.locator(at).first.evaluate(
                f"each => scrollTo(0, each.getBoundingClientRect().top + scrollY - {above})"
            )
        page.screenshot(path=FOLDER / f"{name}-{size}-light.png")

    enter("holly")
    page.goto(f"{site}/my/forms/health/3/")
    take("intake")
    page.goto(f"{site}/my/forms/health/2/")
    take("body-map", at="svg:has([data-area])", above=150)
    enter("new")
    page.goto(f"{site}/book/relaxing-massage/?minutes=60")
    page.locator(".month a").nth(4).click()
    page.locator("h2:focus").wait_for()
    page.locator(".day .time").first.click()
    page.get_by_role("heading", name="What comes before it can be booked").wait_for()
    take("missing", at="#needed-title", above=60)
    page.goto(f"{site}/my/agreements/treatment/")
    for tick in page.get_by_role("checkbox").all():
        tick.check()
    page.get_by_label("Your name").fill("Alex Brook")
    take("signing", at="[data-signature]", above=400)
    page.goto(f"{site}/my/boundaries/")
    take("boundaries", at="#questions")
    enter("reed")
    page.goto(f"{site}/my/journey/")
    take("journey", at="h1")
    page.set_viewport_size(SIZES["desktop"])
    enter("therapist")
    page.goto(f"{site}/admin/clients/flag/")
    page.wait_for_load_state()
    take("flags", size="desktop")


def test_pictures_of_the_record(page, live_server):
    """In the demo, on a tablet: a note beside what stood before, a client's record; and what the client sees of it."""
    scene.stages()
    demo.load(scene.now())
    page.set_viewport_size({"width": 1024, "height": 768})

    def take(name, height):
        page.wait_for_load_state("networkidle")
        top = page.locator("#content").bounding_box()["y"]
        part = {"x": 0, "y": top, "width": 1024, "height": height}
        page.screenshot(path=FOLDER / f"{name}-tablet-light.png", full_page=True, clip=part)

    page.goto(f"{live_server.url}/admin/care/sessionnote/")
    scene.fill(page, {"E-mail": "therapist@demo.example", "Password": PASSWORD})
    page.get_by_label("Password").press("Enter")
    page.locator("#waiting-title ~ table a").click()
    take("note", 1000)
    record = f"{live_server.url}/admin/care/record/{Client.objects.get(ref='demo-robin').pk}/"
    page.goto(f"{record}?kind=note&kind=chart&kind=session")
    take("record", 1400)
    page.context.clear_cookies()
    page.set_viewport_size(SIZES["phone"])
    page.goto(f"{live_server.url}/accounts/login/?next=/my/journey/")
    scene.fill(page, {"E-mail": "client@demo.example", "Password": PASSWORD})
    page.get_by_label("Password").press("Enter")
    page.locator("#charts-title").evaluate("each => scrollTo(0, each.getBoundingClientRect().top + scrollY - 16)")
    page.screenshot(path=FOLDER / "journey-shared-phone-light.png")


def test_picture_of_the_day(page, live_server):
    """In the demo, on a tablet: Today as the owner finds it."""
    scene.stages()
    demo.load(scene.now())
    page.set_viewport_size({"width": 1024, "height": 768})
    for name in ("sweep", "tick"):
        Heartbeat.objects.update_or_create(name=name, defaults={"finished_at": scene.now()})
    page.goto(f"{live_server.url}/admin/today/")
    scene.fill(page, {"E-mail": "owner@demo.example", "Password": PASSWORD})
    page.get_by_label("Password").press("Enter")
    page.wait_for_url("**/admin/today/")
    page.wait_for_load_state("networkidle")
    page.screenshot(path=FOLDER / "today-tablet-light.png")


def test_pictures_of_the_calendar_and_of_the_takings(page, live_server):
    """In the demo, on a tablet: the week, and the day's money before it is counted."""
    scene.stages()
    demo.load(scene.now())
    page.set_viewport_size({"width": 1024, "height": 768})
    for name in ("sweep", "tick"):
        Heartbeat.objects.update_or_create(name=name, defaults={"finished_at": scene.now()})
    page.goto(f"{live_server.url}/admin/calendar/?view=week")
    scene.fill(page, {"E-mail": "owner@demo.example", "Password": PASSWORD})
    page.get_by_label("Password").press("Enter")
    page.wait_for_url("**/admin/calendar/**")
    page.reload()  # without the word about signing in
    page.locator("#calendar[data-drawn]").wait_for()
    page.wait_for_load_state("networkidle")
    page.screenshot(path=FOLDER / "calendar-tablet-light.png")
    page.goto(f"{live_server.url}/admin/cash-up/")
    page.wait_for_load_state("networkidle")
    page.screenshot(path=FOLDER / "takings-tablet-light.png")


def test_pictures_of_plans_and_of_working_alone(page, live_server):
    """In the demo, on a tablet: a series with a date that is not free, and the page on which somebody is named."""
    scene.stages()
    demo.load(scene.now())
    page.set_viewport_size({"width": 1024, "height": 768})
    plan = Plan.objects.filter(client__ref="demo-robin").latest("number")
    taken = Booking.objects.filter(therapist=plan.therapist, status="confirmed", starts_at__gt=scene.now()).earliest(
        "starts_at"
    )
    for name in ("sweep", "tick"):
        Heartbeat.objects.update_or_create(name=name, defaults={"finished_at": scene.now()})

    def take(name, height):
        page.wait_for_load_state("networkidle")
        top = page.locator("#content").bounding_box()["y"]
        part = {"x": 0, "y": top, "width": 1024, "height": height}
        page.screenshot(path=FOLDER / f"{name}-tablet-light.png", full_page=True, clip=part)

    page.goto(f"{live_server.url}/admin/care/plan/{plan.pk}/series/")
    scene.fill(page, {"E-mail": "therapist@demo.example", "Password": PASSWORD})
    page.get_by_label("Password").press("Enter")
    page.get_by_label("First session").fill(
        f"{taken.starts_at.astimezone(Practice.objects.current().zone):%Y-%m-%dT%H:%M}"
    )
    page.get_by_role("button", name="Lay the dates out").click()
    page.get_by_text("The therapist has another booking then.").first.wait_for()
    take("series", 1000)
    page.goto(f"{live_server.url}/admin/care/namedperson/")
    take("working-alone", 900)


def test_pictures_of_messages(page, live_server):
    """The words of a message, and what became of some."""
    message = sent_confirmation()
    Message.objects.filter(pk=message.pk).update(delivered_at=scene.now())
    make_lost_one(message)
    Heartbeat.objects.create(name="tick", finished_at=scene.now())
    page.set_viewport_size(SIZES["desktop"] | {"height": 1500})
    enter(page, live_server, make_owner(password=scene.PASSWORD))
    page.goto(f"{live_server.url}/admin/outbox/wording/of/booking_confirmed/email/")
    page.wait_for_load_state("networkidle")
    page.locator("#content").screenshot(path=FOLDER / "wording-desktop-light.png")
    page.goto(f"{live_server.url}/admin/outbox/message/")
    page.locator("#content").screenshot(path=FOLDER / "message-log-desktop-light.png")


def make_lost_one(message: Message) -> None:
    lost = {"pk": None, "key": "lost", "message_id": uuid.uuid4(), "recipient": "robn@example.com"}
    for name, value in lost.items():
        setattr(message, name, value)
    message.state, message.last_error = State.BOUNCED, "The mailbox does not exist."
    message.save()


def test_pictures_of_the_reports(page, live_server):
    """In the demo with its two years, on a tablet: how last year went, and when the hours of the week were booked."""
    scene.stages()
    demo.load(scene.now(), with_past=True)
    page.set_viewport_size({"width": 1024, "height": 768})
    for name in ("sweep", "tick"):
        Heartbeat.objects.update_or_create(name=name, defaults={"finished_at": scene.now()})
    page.goto(f"{live_server.url}/reports/overview/?period=last-year")
    scene.fill(page, {"E-mail": "owner@demo.example", "Password": PASSWORD})
    page.get_by_label("Password").press("Enter")
    page.wait_for_url("**/reports/overview/**")

    def take(name, path, first, last):
        page.goto(f"{live_server.url}{path}")
        page.locator("html[data-drawn]").wait_for()
        page.wait_for_load_state("networkidle")
        top = page.locator(first).bounding_box()["y"] - 16
        end = page.locator(last).bounding_box()
        part = {"x": 0, "y": top, "width": 1024, "height": end["y"] + end["height"] + 24 - top}
        page.screenshot(path=FOLDER / f"{name}-tablet-light.png", full_page=True, clip=part)

    take(
        "report-overview",
        "/reports/overview/?period=last-year",
        ".report-tabs",
        ".report-section:nth-of-type(2) .report-chart",
    )
    take("report-week", "/reports/time/?period=last-year", "#title-hours", "#table-hours")
    take("report-income", "/reports/income/?period=last-year", "#title-months", "#title-months ~ .report-chart")
