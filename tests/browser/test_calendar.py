"""The practice's calendar in a real Chromium: moved, refused, booked and made longer by hand; and the same without one."""

import datetime as dt
import gzip
import re

import pytest
from django.test import Client as Browser
from playwright.sync_api import Page, expect

from accounts.tests.factories import make_front_desk, make_owner
from bookings.models import Booking, BookingChange, Therapist
from bookings.tests.factories import make_booking, make_closure, make_weekly_hours
from clients.tests.factories import make_client
from tests.browser import scene
from tests.browser.scene import faults

pytestmark = pytest.mark.django_db(transaction=True)
TABLET = {"width": 1024, "height": 768}


@pytest.fixture
def booking() -> Booking:
    """Sam's hour with Mara at eleven, three days ahead."""
    kind = scene.build()
    mara = Therapist.objects.get(slug="mara")
    room = kind.rooms.first()
    started = scene.now() - dt.timedelta(hours=1)
    sam = make_client(name="Sam Field")
    return make_booking(
        client=sam,
        session_type=kind,
        therapist=mara,
        room=room,
        starts_at=scene.in_days(3, "11:00"),
        created_at=started,
    )


def at_the_calendar(page: Page, live_server, user, booking: Booking, **asked: str) -> None:
    """Signed in, with the day of the booking drawn."""
    browser = Browser()
    browser.force_login(user)
    cookie = {"name": "sessionid", "value": browser.cookies["sessionid"].value, "url": live_server.url}
    page.context.add_cookies([cookie])
    page.set_viewport_size(TABLET)
    look(page, live_server, booking, **asked)


def look(page: Page, live_server, booking: Booking, view: str = "day", columns: str = "therapist") -> None:
    page.goto(f"{live_server.url}/admin/calendar/?view={view}&from={booking.session_on}&columns={columns}")
    page.locator("#calendar[data-drawn]").wait_for()
    session(page).wait_for()


def session(page: Page):
    return page.locator("[data-session]").filter(has_text="Sam Field")


def drag(page: Page, spot, *, x: float = 0, minutes: float = 0, from_end: bool = False) -> None:
    """From the middle of the session, or from its lower end, so many minutes down and columns across."""
    spot.scroll_into_view_if_needed()
    box = spot.bounding_box()
    hour = 2 * 34
    start = (box["x"] + box["width"] / 2, box["y"] + (box["height"] - 3 if from_end else box["height"] / 3))
    page.mouse.move(*start)
    page.mouse.down()
    for step in (0.3, 0.7, 1):
        page.mouse.move(start[0] + x * step, start[1] + minutes / 60 * hour * step)
    page.mouse.up()


def said(page: Page):
    return page.locator(".calendar-said")


def test_dragged_session_moves_and_is_put_back_until_its_message_goes(page, live_server, booking):
    at_the_calendar(page, live_server, make_owner(), booking)
    drag(page, session(page), minutes=120)
    expect(said(page)).to_contain_text("13:00")
    booking.refresh_from_db()
    assert booking.starts_at == scene.in_days(3, "13:00")
    expect(session(page)).to_contain_text("13:00 to 14:00")
    page.get_by_role("button", name="Undo").click()
    expect(said(page)).to_contain_text("put back")
    expect(session(page)).to_contain_text("11:00 to 12:00")
    booking.refresh_from_db()
    assert booking.starts_at == scene.in_days(3, "11:00")


def test_drop_on_a_closure_goes_back_says_why_and_is_taken_with_a_reason(page, live_server, booking):
    make_closure(scene.in_days(3, "12:30"), scene.in_days(3, "15:00"))
    at_the_calendar(page, live_server, make_owner(), booking)
    drag(page, session(page), minutes=120)
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("The practice is closed then.")
    expect(session(page)).to_contain_text("11:00 to 12:00")
    assert faults(page, preload=False) == []
    dialog.get_by_label("Reason").fill("We open for Sam")
    dialog.get_by_role("button", name="Do it all the same").click()
    expect(session(page)).to_contain_text("13:00 to 14:00")
    assert BookingChange.objects.latest("pk").why == "We open for Sam"


def test_end_is_dragged_to_a_length_that_is_offered_and_to_no_other(page, live_server, booking):
    at_the_calendar(page, live_server, make_owner(), booking)
    drag(page, session(page), minutes=15, from_end=True)
    expect(page.get_by_role("dialog")).to_contain_text("can last 90 minutes instead, not 75")
    page.get_by_role("button", name="Close").click()
    drag(page, session(page), minutes=30, from_end=True)
    expect(session(page)).to_contain_text("11:00 to 12:30")
    booking.refresh_from_db()
    assert (booking.minutes, str(booking.price)) == (90, "95.00")


def test_session_is_moved_by_keyboard_alone(page, live_server, booking):
    at_the_calendar(page, live_server, make_owner(), booking)
    session(page).get_by_role("button").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading")).to_be_focused()
    assert faults(page, preload=False) == []
    dialog.get_by_role("link", name="Move", exact=True).focus()
    page.keyboard.press("Enter")
    page.get_by_label("New start").fill(f"{booking.session_on}T15:00")
    page.get_by_role("button", name="Move").focus()
    page.keyboard.press("Enter")
    page.get_by_text("moved.").wait_for()
    booking.refresh_from_db()
    assert booking.starts_at == scene.in_days(3, "15:00")


def test_old_screens_drop_is_refused_and_drawn_anew(page, live_server, booking):
    at_the_calendar(page, live_server, make_owner(), booking)
    page.route("**/calendar/events/**", lambda route: route.fulfill(status=304))  # this screen hears of nothing
    Booking.objects.filter(pk=booking.pk).update(version=booking.version + 1)
    drag(page, session(page), minutes=120)
    page.get_by_role("dialog").wait_for()
    expect(page.get_by_role("dialog")).to_contain_text("Somebody changed this booking since your screen was drawn.")
    booking.refresh_from_db()
    assert booking.starts_at == scene.in_days(3, "11:00")


def test_session_is_booked_by_dragging_for_somebody_new(page, live_server, booking):
    at_the_calendar(page, live_server, make_front_desk(), booking)
    drag(page, session(page), minutes=0)  # a click alone opens it
    page.get_by_role("button", name="Close").click()
    box = session(page).bounding_box()
    page.mouse.move(box["x"] + 60, box["y"] + 2.5 * 68)
    page.mouse.down()
    page.mouse.move(box["x"] + 60, box["y"] + 3 * 68, steps=4)
    page.mouse.up()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Or somebody new: name").fill("Kim Marsh")
    dialog.get_by_label("Date of birth").fill("1990-02-03")
    dialog.get_by_label("Session").select_option(label="Relaxing massage, 60 minutes (£70)")
    assert faults(page, preload=False) == []
    dialog.get_by_role("button", name="Book", exact=True).click()
    expect(page.locator("[data-session]").filter(has_text="Kim Marsh")).to_contain_text("13:30 to 14:30")
    made = Booking.objects.latest("pk")
    assert (made.client.name, made.starts_at, made.therapist) == (
        "Kim Marsh",
        scene.in_days(3, "13:30"),
        booking.therapist,
    )


def test_two_screens_see_each_others_changes_within_ten_seconds(page, live_server, booking):
    at_the_calendar(page, live_server, make_owner(), booking)
    other = page.context.new_page()
    look(other, live_server, booking)
    drag(page, session(page), minutes=120)
    expect(session(other)).to_contain_text("13:00 to 14:00", timeout=10_000)
    other.close()


def test_time_is_blocked_in_place_and_who_stands_in_the_way_is_named(page, live_server, booking):
    at_the_calendar(page, live_server, make_owner(), booking)
    page.get_by_role("link", name="Block time").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Therapist:").select_option(label="Mara")
    dialog.get_by_label("From").fill(f"{booking.session_on}T10:00")
    dialog.get_by_label("Until").fill(f"{booking.session_on}T13:00")
    assert faults(page, preload=False) == []
    dialog.get_by_role("button", name="Save").click()
    expect(said(page)).to_contain_text("1 booking stands in the way")
    expect(said(page).get_by_role("link")).to_have_attribute("href", f"/admin/bookings/booking/{booking.pk}/change/")
    away = page.locator(".is-away.ec-bg-event").filter(has_text="Away")
    away.wait_for()
    said(page).get_by_role("button", name="Undo").click()
    expect(said(page)).to_contain_text("Taken back")
    expect(away).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_view_is_without_faults_and_in_the_practices_time(page, live_server, booking, scheme):
    make_weekly_hours(booking.therapist, weekday=6)
    make_closure(scene.in_days(3, "16:00"), scene.in_days(3, "17:00"))
    page.emulate_media(color_scheme=scheme)
    at_the_calendar(page, live_server, make_owner(), booking)
    found = {"day": faults(page, preload=False)}
    for view in ("Week", "Month"):
        page.get_by_role("link", name=view, exact=True).click()
        session(page).wait_for()
        expect(page).to_have_url(re.compile(f"view={view.lower()}&from={booking.session_on}"))
        found[view] = faults(page, preload=False)
    page.set_viewport_size({"width": 768, "height": 1024})
    page.get_by_role("link", name="Day", exact=True).click()
    page.get_by_label("Columns").select_option("room")
    expect(page.locator(".ec-col-head").filter(has_text="Garden room").first).to_be_visible()
    found["rooms"] = faults(page, preload=False)
    page.get_by_role("link", name="List", exact=True).click()
    page.get_by_role("cell", name="11:00 to 12:00", exact=True).wait_for()
    found["list"] = faults(page, preload=False)
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def test_rooms_show_the_hours_in_which_somebody_works(page, live_server, booking):
    at_the_calendar(page, live_server, make_owner(), booking, columns="room")
    assert page.locator(".is-hours.ec-bg-event").count() >= page.locator(".ec-col-head").count()


def test_browser_far_away_shows_the_practices_clock(browser, live_server, booking):
    there = browser.new_context(viewport=TABLET, timezone_id="Pacific/Auckland", locale="en-GB")
    page = there.new_page()
    at_the_calendar(page, live_server, make_owner(), booking)
    expect(session(page)).to_contain_text("11:00 to 12:00")
    drag(page, session(page), minutes=60)
    expect(said(page)).to_contain_text("12:00")
    there.close()
    booking.refresh_from_db()
    assert booking.starts_at == scene.in_days(3, "12:00")


def test_page_weighs_at_most_300_kilobytes(page, live_server, booking):
    weights: dict[str, int] = {}

    def weigh(response) -> None:
        if response.status == 200:
            body = response.body()
            weights[response.url] = len(body) if response.url.endswith(".woff2") else len(gzip.compress(body))

    page.on("response", weigh)
    at_the_calendar(page, live_server, make_owner(), booking)
    page.wait_for_load_state("networkidle")
    assert sum(weights.values()) < 300_000
    assert all(url.startswith(live_server.url) for url in weights)


def test_without_a_script_the_calendar_is_a_list_with_ways_to_act(browser, live_server, booking):
    plain = browser.new_context(java_script_enabled=False, viewport={"width": 768, "height": 1024}, locale="en-GB")
    page = plain.new_page()
    signed_in = Browser()
    signed_in.force_login(make_owner())
    cookie = {"name": "sessionid", "value": signed_in.cookies["sessionid"].value, "url": live_server.url}
    plain.add_cookies([cookie])
    page.goto(f"{live_server.url}/admin/calendar/?from={booking.session_on}")
    page.wait_for_url("**view=list**")
    page.get_by_role("link", name="Move Sam Field, 11:00 to 12:00").click()
    page.get_by_label("New start").fill(f"{booking.session_on}T15:00")
    page.get_by_role("button", name="Move").click()
    page.get_by_text("moved.").wait_for()
    plain.close()
    booking.refresh_from_db()
    assert booking.starts_at == scene.in_days(3, "15:00")
