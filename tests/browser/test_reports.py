"""The reports in a real Chromium: each as the owner and as the front desk, with the keyboard, without a script, on paper."""

from __future__ import annotations

import os

import pytest
from django.core.cache import cache
from playwright.sync_api import expect

from accounts.models import Role
from accounts.tests.factories import make_front_desk, make_owner
from reports.catalogue import ENTRIES
from reports.tests import generated
from tests.browser import scene
from tests.browser.conftest import SIZES
from tests.browser.scene import compressed, faults

pytestmark = pytest.mark.django_db(transaction=True)

TABLET = {"width": 1024, "height": 768}
YEARS = "from=2024-03-01&to=2026-06-30"
"""All that the invented practice has."""


@pytest.fixture
def made(live_server):
    scene.stages()
    cache.clear()
    found = generated.make(8)
    found.owner, found.front_desk = make_owner(password=scene.PASSWORD), make_front_desk(password=scene.PASSWORD)
    return found


def enter(page, live_server, user, path: str) -> None:
    page.goto(f"{live_server.url}/accounts/login/?next=/admin/settings/")
    page.get_by_label("E-mail").fill(user.email)
    page.get_by_label("Password").fill(scene.PASSWORD)
    page.get_by_label("Password").press("Enter")
    page.wait_for_url("**/admin/settings/")
    page.goto(f"{live_server.url}{path}")


def drawn(page) -> None:
    """The script has drawn each picture that the page has a place for."""
    wanted = page.locator("canvas[data-chart]").count()
    expect(page.locator("html")).to_have_attribute("data-drawn", str(wanted), timeout=30_000)


def look(page, name: str) -> None:
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_owner_reads_every_report_on_a_tablet(page, live_server, made, scheme):
    page.set_viewport_size(TABLET)
    page.emulate_media(color_scheme=scheme)
    enter(page, live_server, made.owner, "/reports/")
    found = {}

    for entry in ENTRIES:
        page.goto(f"{live_server.url}/reports/{entry.slug}/?{YEARS}")
        expect(page.get_by_role("heading", level=1)).to_contain_text(entry.title)
        drawn(page)
        look(page, f"report-{entry.slug}-{scheme}")
        found[entry.slug] = faults(page)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), entry.slug

    assert {slug: wrong for slug, wrong in found.items() if wrong} == {}


def test_front_desk_reads_its_reports_on_a_phone_and_finds_no_other(page, live_server, made):
    page.set_viewport_size(SIZES["phone"])
    enter(page, live_server, made.front_desk, "/reports/")
    own = [entry for entry in ENTRIES if Role.FRONT_DESK in entry.roles]
    found = {}

    for entry in own:
        page.goto(f"{live_server.url}/reports/{entry.slug}/?{YEARS}")
        drawn(page)
        look(page, f"report-{entry.slug}-phone")
        found[entry.slug] = faults(page)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), entry.slug

    assert {slug: wrong for slug, wrong in found.items() if wrong} == {}
    tabs = page.get_by_role("navigation", name="Reports").get_by_role("link")
    assert tabs.all_inner_texts() == [entry.title for entry in own]


def test_picture_has_the_numbers_and_names_of_its_table(page, live_server, made):
    enter(page, live_server, made.owner, f"/reports/time/?{YEARS}")
    drawn(page)

    for canvas in page.locator("canvas[data-chart]").all():
        chart = canvas.evaluate(
            "c => { const {labels, datasets} = Chart.getChart(c).data;"
            " return [labels, datasets.map(d => [d.label, d.data])]; }"
        )
        table = page.locator(f"#{canvas.get_attribute('data-table')}")
        rows = table.locator("tbody tr")
        assert chart[0] == [name.strip() for name in rows.locator("th > span").all_inner_texts()]
        for key, (label, numbers) in zip(canvas.get_attribute("data-of").split(), chart[1], strict=True):
            head = table.locator(f"th[data-key={key}]")
            assert label == head.locator("span").inner_text()
            place = head.evaluate("each => each.cellIndex")
            cells = [row.locator("th, td").nth(place).get_attribute("data-plain") for row in rows.all()]
            assert numbers == [float(cell) if cell else None for cell in cells]


def test_keyboard_alone_asks_and_learns_what_a_number_means(page, live_server, made):
    enter(page, live_server, made.owner, f"/reports/time/?{YEARS}")

    page.get_by_label("From", exact=True).fill("2026-03-01")
    page.get_by_label("To", exact=True).fill("2026-03-31")
    page.keyboard.press("Enter")
    page.wait_for_url("**/reports/time/?from=2026-03-01&to=2026-03-31")
    question = page.get_by_role("button", name="What “Offered” means").first
    question.focus()
    page.keyboard.press("Enter")
    answer = page.locator("#means-offered")
    expect(answer).to_be_visible()
    assert faults(page) == []
    page.keyboard.press("Escape")
    expect(answer).to_be_hidden()
    expect(question).to_be_focused()


def test_page_is_light_and_everything_is_ours(page, live_server, made):
    sizes: dict[str, int] = {}
    enter(page, live_server, made.owner, "/reports/")
    page.on("response", lambda answer: sizes.update({answer.url: compressed(answer.body(), answer.url)}))

    page.goto(f"{live_server.url}/reports/time/?{YEARS}", wait_until="networkidle")

    assert {url for url in sizes if not url.startswith((live_server.url, "data:"))} == set()
    assert sum(sizes.values()) <= 300_000


def test_without_a_script_everything_can_be_asked_and_read(browser, browser_context_args, live_server, made):
    context = browser.new_context(**browser_context_args | {"viewport": SIZES["phone"], "java_script_enabled": False})
    page = context.new_page()
    enter(page, live_server, made.owner, f"/reports/time/?{YEARS}")

    page.get_by_text("Narrow it").click()
    page.get_by_label(made.therapists[0].name).check()
    page.get_by_role("button", name="Show").click()
    page.wait_for_url(f"**therapist={made.therapists[0].slug}")
    expect(page.get_by_text(f"Narrowed to {made.therapists[0].name}.")).to_be_visible()
    expect(page.locator("canvas").first).to_be_hidden()
    expect(page.get_by_role("table").first).to_be_visible()
    page.get_by_role("button", name="What “Offered” means").first.click()
    expect(page.locator("#means-offered")).to_be_visible()
    context.close()


def test_what_cannot_be_asked_is_told_beside_what_was_typed(browser, browser_context_args, live_server, made):
    context = browser.new_context(**browser_context_args)
    page = context.new_page()
    enter(page, live_server, made.owner, "/reports/time/?from=soon&to=2027-01-01")

    expect(page.get_by_role("alert")).to_have_text("The first day, “soon”, is not a date. Write it like 2027-01-31.")
    expect(page.get_by_label("From")).to_have_value("soon")
    assert faults(page) == []
    context.close()


def test_paper_has_the_letter_and_none_of_the_buttons(page, live_server, made):
    enter(page, live_server, made.owner, f"/reports/time/?{YEARS}")
    drawn(page)
    page.emulate_media(media="print", color_scheme="dark")

    for name in ("Reports", "Periods", "The practice"):
        expect(page.get_by_role("navigation", name=name)).to_be_hidden()
    expect(page.locator(".report-asking")).to_be_hidden()
    expect(page.locator(".report-means").first).to_be_hidden()
    expect(page.locator(".report-letterhead")).to_be_visible()
    expect(page.get_by_role("heading", name="What the numbers mean")).to_be_visible()
    expect(page.locator("body")).to_have_css("background-color", "rgb(255, 255, 255)")
    expect(page.get_by_role("heading", level=1)).to_have_css("color", "rgb(0, 0, 0)")
    colours = page.locator("canvas[data-chart]").first.evaluate(
        "each => Chart.getChart(each).data.datasets.map(set => set.borderColor)"
    )
    assert colours[:2] == ["#000", "#666"]
    look(page, "report-paper")
