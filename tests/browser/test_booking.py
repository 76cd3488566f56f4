"""A client books, moves and cancels in a real Chromium, with and without JavaScript, at a desk and on a phone.

The goals that are numbered here stand in visual.md's list for the booking.
"""

import re

import pytest
from playwright.sync_api import expect

from accounts.tests.factories import make_user
from bookings import lifecycle
from bookings.models import Booking, Status
from bookings.placing import Wish
from clients.models import Client
from clients.tests.factories import make_client
from tests.browser import scene
from tests.browser.conftest import SIZES
from tests.browser.scene import faults

pytestmark = pytest.mark.django_db(transaction=True)

VIOLATIONS = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => window.violations.push(event.effectiveDirective));
"""


def returning(email="sam@example.com"):
    return make_client(user=make_user(email=email, name="Sam Field", password=scene.PASSWORD))


def signed_in(page, site):
    who = returning()
    scene.sign_in(page, site, who.user.email)
    return who


def heading(page, name):
    """The screen has come, and the focus is on its heading (goal 9)."""
    found = page.get_by_role("heading", level=1, name=name)
    found.wait_for()
    expect(found).to_be_focused()


@pytest.fixture(params=["script", "no script"])
def visit(request, browser, browser_context_args):
    """A new page, once with JavaScript and once without."""
    context = browser.new_context(**browser_context_args, java_script_enabled=request.param == "script")
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("size", list(SIZES))
def test_new_client_books_moves_and_cancels_in_as_many_screens_without_javascript(visit, live_server, size):
    """Goals 4 and 5: three screens from the times to the booking, the same with and without JavaScript."""
    scene.build()
    page = visit
    page.set_viewport_size(SIZES[size])
    screens = []
    page.on("framenavigated", lambda frame: screens.append(frame.url))
    page.goto(f"{live_server.url}/book/relaxing-massage/?minutes=60")
    page.locator(".day .time").last.click()
    page.get_by_role("heading", name="Your details").wait_for()
    scene.sign_up(page)
    scene.type_code(page)
    page.get_by_role("heading", name="It is booked").wait_for()
    paths = [re.sub(r"[?].*|b-\w+/", "", url.removeprefix(live_server.url)) for url in screens]
    assert paths == ["/book/relaxing-massage/", "/accounts/signup/", "/accounts/confirm-email/", "/book/done/"]

    page.get_by_role("link", name="See, move or cancel it").click()
    page.get_by_role("link", name="Reschedule").click()
    before = Booking.objects.get().starts_at
    page.locator(".day .time").first.click()
    page.get_by_role("button", name="Move it").click()
    page.get_by_text("Your booking is moved.").wait_for()
    assert Booking.objects.get().starts_at != before

    page.get_by_role("link", name="Cancel", exact=True).click()
    page.get_by_role("button", name=re.compile("^Cancel")).click()
    page.get_by_text("Your booking is cancelled.").wait_for()
    assert Booking.objects.get().status == Status.CANCELLED
    page.get_by_role("button", name="Undo the cancelling").click()
    page.get_by_text("Your booking is back as it was.").wait_for()
    assert Booking.objects.get().status == Status.CONFIRMED


def test_returning_client_books_in_two_screens_and_types_nothing(each_size, live_server):
    """Goals 5 and 13."""
    scene.build()
    page = each_size
    signed_in(page, live_server.url)
    page.goto(f"{live_server.url}/book/relaxing-massage/")
    page.locator(".day .time").first.click()
    heading(page, "Look it over and book")
    held = Booking.objects.get()
    shown = page.locator("main").inner_text()
    for fact in ("Relaxing massage, 60 minutes", "to 1", "London time", "Mara", "12 Mill Lane", "£70"):
        assert fact in shown
    assert re.search(r"(Free until \w+day \d+ \w+ \d+, \d\d:\d\d|cancelling costs £35)", shown)
    assert page.locator("main input:not([type=hidden])").count() == 0
    page.get_by_role("button", name="Book this session").click()
    heading(page, "It is booked")
    done = page.locator("main").inner_text()
    for fact in (
        "What to bring",
        "Nothing but yourself",
        "The blue door",
        "020 7946 0991",
        "London time",
        "£70",
        "12 Mill Lane",
    ):
        assert fact in done
    with page.expect_download() as download:
        page.get_by_role("link", name="Add to my calendar").click()
    assert f"UID:{held.ref}@testserver" in download.value.path().read_text()


def test_same_again_is_two_taps_and_a_confirm(each_size, live_server):
    """Goal 5."""
    first = scene.build()
    page = each_size
    who = signed_in(page, live_server.url)
    mara = first.therapists.get(slug="mara")
    length = first.lengths.get(minutes=90)
    lifecycle.book(Wish(who, length, scene.in_days(5), mara), by=who.user, now=scene.now())
    page.goto(f"{live_server.url}/my/")
    page.get_by_role("link", name="The same again").click()
    page.locator(".soonest .time").first.click()
    page.get_by_role("button", name="Book this session").click()
    heading(page, "It is booked")
    again = Booking.objects.order_by("pk").last()
    assert (again.minutes, again.therapist) == (90, mara)


def test_a_new_client_fills_four_fields_and_each_error_stands_beside_its_field(each_size, live_server):
    """Goals 6 and 9."""
    scene.build()
    page = each_size
    scene.choose_time(page, live_server.url)
    heading(page, "Your details")
    fields = page.locator("form.form-page input:not([type=hidden])")
    attributes = "(all) => all.map((field) => [field.name, field.type, field.autocomplete, field.required])"
    assert fields.evaluate_all(attributes) == [
        ["name", "text", "name", True],
        ["email", "email", "email", True],
        ["date_of_birth", "date", "bday", True],
        ["password1", "password", "new-password", True],
    ]
    scene.fill(
        page, scene.ROBIN | {"E-mail": "robin", "Password": "short", "Date of birth": f"{scene.now().year - 17}-01-01"}
    )
    page.get_by_role("button", name="Send me the code").click()
    expect(page.locator(".error-summary")).to_be_focused()
    for name, sentence in {
        "email": "That does not look like an e-mail address.",
        "date_of_birth": "Sessions are for adults: a client is 18 or older on the day of booking.",
    }.items():
        field = page.locator(f"[name={name}]")
        assert field.get_attribute("aria-invalid") == "true"
        described = field.get_attribute("aria-describedby").split()
        assert sentence in " ".join(page.locator(f"#{each}").inner_text() for each in described)
    assert page.locator("[name=name]").input_value() == "Robin Hale"
    page.locator(".error-summary a").first.click()
    expect(page.locator("[name=email]")).to_be_focused()
    assert faults(page) == []


def test_first_free_time_is_within_six_tab_stops(each_size, live_server):
    """Goal 7, from the top of the page: the skip link is the first stop."""
    scene.build()
    page = each_size
    page.goto(f"{live_server.url}/book/relaxing-massage/")
    page.evaluate("document.activeElement.blur(); document.body.tabIndex = -1; document.body.focus()")
    until(page, "document.activeElement.matches('button.time')", within=6)
    ring = page.evaluate(
        "(({outlineWidth, outlineStyle}) => [outlineWidth, outlineStyle])(getComputedStyle(document.activeElement))"
    )
    assert ring == ["3px", "solid"]


def test_whole_booking_goes_by_keyboard(each_size, live_server):
    """Goal 7."""
    scene.build()
    page = each_size
    signed_in(page, live_server.url)
    page.goto(f"{live_server.url}/book/relaxing-massage/")
    heading(page, "Relaxing massage")
    until(page, "document.activeElement.matches('.month a:not([aria-current])')")
    page.keyboard.press("Enter")
    expect(page.locator("#times-title")).to_be_focused()
    assert page.get_by_role("group", name=re.compile(r"\d+ times on")).count() == 1
    until(page, "document.activeElement.matches('.day .time')")
    page.keyboard.press("Enter")
    heading(page, "Look it over and book")
    until(page, "document.activeElement.innerText === 'Book this session'")
    page.keyboard.press("Enter")
    heading(page, "It is booked")


def until(page, condition, *, within=60):
    for _ in range(within):
        page.keyboard.press("Tab")
        if page.evaluate(condition):
            return
    raise AssertionError(f"no tab stop where {condition}")


def test_chosen_day_is_said_within_half_a_second_and_its_first_time_is_on_the_screen(each_size, live_server):
    """Goals 8, 9 and 10."""
    scene.build()
    page = each_size
    page.goto(f"{live_server.url}/book/relaxing-massage/")
    day = page.locator(".month a:not([aria-current])").first
    name = day.get_attribute("aria-label")
    found = re.fullmatch(r"(\w+day \d+ \w+), (\d+) free times", name)
    assert found
    day.click()
    title = page.locator("#times-title")
    expect(title).to_be_focused(timeout=500)
    assert title.inner_text().replace("\n", " ") == f"{found[2]} times on {found[1]}"
    assert page.locator(".month [aria-current=date]").get_attribute("aria-label") == f"{name}, chosen"
    first = page.locator(".day .time").first
    assert re.fullmatch(rf"\d\d:\d\d to \d\d:\d\d, {found[1]}", first.get_attribute("aria-label"))
    bar = page.locator(".summary-bar").bounding_box()
    edge = bar["y"] if bar else page.viewport_size["height"]
    box = first.bounding_box()
    assert box["y"] >= 0 and box["y"] + box["height"] <= edge
    page.go_back()
    expect(page.locator(".month [aria-current=date]")).not_to_have_attribute("aria-label", f"{name}, chosen")


def test_next_month_comes_with_the_focus_on_its_name(each_size, live_server):
    scene.build()
    page = each_size
    page.goto(f"{live_server.url}/book/relaxing-massage/")
    arrow = page.locator(".month-nav a").last
    name = arrow.get_attribute("aria-label")
    arrow.click()
    expect(page.locator("#month-title")).to_be_focused()
    expect(page.locator("#month-title")).to_contain_text(name)


def test_targets_are_large_nothing_scrolls_sideways_and_the_header_is_low(each_size, live_server):
    """Goal 10; links inside a sentence are exempt, as in WCAG."""
    scene.build()
    page = each_size
    signed_in(page, live_server.url)
    page.goto(f"{live_server.url}/book/relaxing-massage/")
    for screen in ("times", "review", "done", "my"):
        if screen == "review":
            page.locator(".soonest .time").first.click()
        elif screen == "done":
            page.get_by_role("button", name="Book this session").click()
        elif screen == "my":
            page.goto(f"{live_server.url}/my/")
        page.get_by_role("heading", level=1).wait_for()
        assert page.evaluate(SMALL) == [], screen
        header = page.locator(".site-header").bounding_box()["height"]
        assert header <= page.viewport_size["height"] * 0.15
    assert "user-scalable" not in page.locator("meta[name=viewport]").get_attribute("content")


WIDE = """
() => [...document.querySelectorAll("main *")].filter((each) => each.getBoundingClientRect().right > innerWidth).map((each) => each.outerHTML.slice(0, 120))
"""

SMALL = """
() => [...document.querySelectorAll("a, button, input:not([type=hidden]), select")]
  .filter((each) => each.checkVisibility() && !each.closest("p:not(.breadcrumb), .visually-hidden, .skip-link, h3") && !each.matches(".skip-link"))
  .filter((each) => { const {width, height} = each.getBoundingClientRect(); return width < 44 || height < 44; })
  .map((each) => each.outerHTML)
"""


@pytest.mark.parametrize(("width", "text"), [(320, 100), (360, 200), (1280, 200)])
def test_narrow_screens_and_large_text_never_scroll_sideways(page, live_server, width, text):
    """Goal 10."""
    scene.build()
    page.set_viewport_size({"width": width, "height": 740})
    signed_in(page, live_server.url)

    def check():
        page.get_by_role("heading", level=1).wait_for()
        page.evaluate(f"document.documentElement.style.fontSize = '{text}%'")
        wide = "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        scroll, client = page.evaluate(wide)
        assert scroll <= client, (page.url, page.evaluate(WIDE))

    page.goto(f"{live_server.url}/book/")
    check()
    page.goto(f"{live_server.url}/book/relaxing-massage/")
    check()
    page.locator(".soonest .time").first.click()
    check()
    page.get_by_role("button", name="Book this session").click()
    check()
    page.goto(f"{live_server.url}/my/")
    check()
    page.get_by_role("link", name=re.compile("^Reschedule")).click()
    check()


def test_time_that_went_is_told_on_the_same_screen_with_three_near_ones(each_size, live_server):
    """Goal 11: as a client who is signed in; everything chosen is kept."""
    first = scene.build()
    page = each_size
    signed_in(page, live_server.url)
    page.goto(f"{live_server.url}/book/relaxing-massage/?minutes=90&therapist=mara")
    start = page.locator(".day .time").first.get_attribute("value")
    take(first, start)
    page.locator(".day .time").first.click()
    refusal = page.locator("#refusal")
    expect(refusal).to_be_focused()
    expect(refusal).to_contain_text("has just been taken")
    assert refusal.locator(".time").count() == 3
    assert [" ".join(each.split()) for each in page.locator(".pill[aria-current]").all_inner_texts()] == [
        "90 minutes £95",
        "Mara",
    ]
    assert faults(page) == []
    refusal.locator(".time").first.click()
    heading(page, "Look it over and book")


def test_time_that_went_while_a_new_client_signed_up_is_told_with_three_near_ones(each_size, live_server):
    """Goal 11: with the code; the account is there, and a tap and a confirm book."""
    first = scene.build()
    page = each_size
    page.goto(f"{live_server.url}/book/relaxing-massage/?minutes=60&therapist=mara")
    start = page.locator(".day .time").first.get_attribute("value")
    page.locator(".day .time").first.click()
    scene.sign_up(page)
    take(first, start)
    scene.type_code(page)
    refusal = page.locator("#refusal")
    expect(refusal).to_contain_text("has just been taken")
    refusal.locator(".time").first.click()
    page.get_by_role("button", name="Book this session").click()
    heading(page, "It is booked")


def take(session_type, start):
    other = returning("other@example.com")
    at = scene.dt.datetime.fromisoformat(start)
    length = session_type.lengths.get(minutes=60)
    lifecycle.book(Wish(other, length, at, session_type.therapists.get(slug="mara")), by=other.user, now=scene.now())


def test_visitor_from_another_zone_sees_both_times(browser, browser_context_args, live_server):
    """Goal 12."""
    scene.build()
    context = browser.new_context(**browser_context_args | {"timezone_id": "Asia/Tokyo"})
    page = context.new_page()
    page.goto(f"{live_server.url}/book/relaxing-massage/?minutes=60")
    assert page.locator(".zone").inner_text() == "Times are in London time. The small figures are by your own clock."
    own = page.locator(".day .time").first.get_attribute("data-own")
    assert page.locator(".day .time").first.get_attribute("aria-label").endswith(f", {own} by your own clock")
    assert faults(page) == []
    page.locator(".day .time").first.click()
    assert re.fullmatch(rf"{own}( on \w+day)? by your own clock", page.locator("[data-own-clock]").inner_text())
    context.close()


def test_kept_time_counts_down_and_can_be_kept_longer(each_size, live_server):
    scene.build()
    page = each_size
    signed_in(page, live_server.url)
    scene.choose_time(page, live_server.url)
    left = page.locator("[data-left]")
    expect(left).to_have_text(re.compile(r"^(10:00|9:\d\d)$"))
    held = Booking.objects.get()
    Booking.objects.update(hold_ends_at=scene.now() + scene.dt.timedelta(seconds=122))
    page.reload()
    expect(page.locator("[data-say]")).to_have_text("This time is kept for you for another 2 minutes.", timeout=8000)
    page.get_by_role("button", name="Keep it longer").click()
    expect(left).to_have_text(re.compile(r"^(10:00|9:\d\d)$"))
    held.refresh_from_db()
    assert held.hold_ends_at > scene.now() + scene.dt.timedelta(minutes=9)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_screen_is_without_fault_for_axe_and_breaks_no_policy(each_size, live_server, scheme):
    """Goals 1 and 3: every screen and error state."""
    first = scene.build()
    page, site = each_size, live_server.url
    page.emulate_media(color_scheme=scheme)
    page.add_init_script(VIOLATIONS)

    def check():
        page.get_by_role("heading", level=1).wait_for()
        assert faults(page) == [], page.url
        assert page.evaluate("window.violations") == [], page.url

    def tour(*paths):
        for path in paths:
            page.goto(site + path)
            check()

    tour("/book/", "/book/relaxing-massage/", "/book/consultation/", "/accounts/login/", "/accounts/signup/")
    page.get_by_role("button", name="Send me the code").click()
    check()
    scene.choose_time(page, site)
    check()
    page.get_by_role("button", name="Send me the code").click()
    check()
    scene.sign_up(page)
    check()
    page.get_by_label("Code from the e-mail").fill("WRONG")
    page.get_by_role("button", name="Confirm address").click()
    check()
    scene.type_code(page)
    check()
    ref = Booking.objects.get().ref
    tour(f"/my/{ref}/", f"/my/{ref}/reschedule/", f"/my/{ref}/cancel/")
    page.goto(f"{site}/my/{ref}/reschedule/")
    page.locator(".day .time").nth(1).click()
    check()
    scene.choose_time(page, site)
    check()
    scene.choose_time(page, site, nth=1)
    scene.choose_time(page, site, nth=2)
    check()
    expect(page.get_by_text("Two times are kept for you already.")).to_be_visible()
    Booking.objects.filter(status=Status.HELD).update(hold_ends_at=scene.now())
    tour(f"/book/review/{Booking.objects.filter(status=Status.HELD).first().ref}/", "/my/", "/book/tantric-massage/")
    page.locator(".day .time").last.click()
    check()
    page.get_by_role("button", name="Ask for this session").click()
    check()
    assert Client.objects.count() == 1 and first.pk


def test_pages_are_light_and_speak_to_no_other_host(page, live_server):
    """Goal 2: at most 100 kB compressed with fonts, ten requests, 25 kB of scripts."""
    scene.build()
    signed_in(page, live_server.url)
    asked = []
    page.on("request", lambda request: asked.append(request))
    for path in ("/book/", "/book/relaxing-massage/", "/my/"):
        asked.clear()
        page.goto(live_server.url + path)
        page.wait_for_load_state("networkidle")
        assert [each.url for each in asked if not each.url.startswith((live_server.url, "data:"))] == []
        assert len(asked) <= 10
        sizes = {each.url: scene.compressed(page.request.get(each.url).body(), each.url) for each in list(asked)}
        assert sum(sizes.values()) <= 100_000, sizes
        assert sum(size for url, size in sizes.items() if url.endswith(".js")) <= 25_000


def test_no_answer_tells_whether_an_address_is_known(each_size, live_server):
    """Goal 14: the screens after the sign-up are alike, word for word, but for the address that was typed."""
    scene.build()
    page = each_size
    returning("known@example.com")
    seen = []
    for email in ("known@example.com", "fresh@example.com"):
        page.context.clear_cookies()
        scene.choose_time(page, live_server.url)
        scene.sign_up(page, **{"E-mail": email})
        page.get_by_label("Code from the e-mail").fill("WRONG")
        page.get_by_role("button", name="Confirm address").click()
        page.locator(".error-summary").wait_for()
        seen.append((page.url, page.locator("main").inner_text().replace(email, "…")))
    assert seen[0] == seen[1]


@pytest.mark.parametrize("fault", ["refused", "lost"])
def test_day_that_does_not_come_by_itself_comes_with_the_whole_page(browser, browser_context_args, live_server, fault):
    scene.build()
    context = browser.new_context(**browser_context_args)
    page = context.new_page()
    page.goto(f"{live_server.url}/book/relaxing-massage/")
    broken = (
        (lambda route: route.abort()) if fault == "lost" else (lambda route: route.fulfill(status=503, body="Busy"))
    )
    page.route(re.compile("day="), broken, times=1)
    page.locator(".month a:not([aria-current])").first.click()
    expect(page.locator("#times-title")).to_be_focused()
    expect(page).to_have_url(re.compile("day="))
    context.close()
