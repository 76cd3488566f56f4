"""Taking reports away in a real Chromium: at once, and ordered, watched and fetched when it is ready."""

from __future__ import annotations

import csv
import os

import pytest
from django.core.cache import cache
from django.test import Client as Browser
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.tests.factories import make_front_desk
from reports import files
from reports.models import FileState, ReportFile
from reports.tests import generated
from reports.tests.samples import make_file
from tests.browser import scene
from tests.browser.conftest import SIZES
from tests.browser.scene import faults

pytestmark = pytest.mark.django_db(transaction=True)
YEARS = "from=2024-03-01&to=2026-06-30"


@pytest.fixture
def desk(live_server):
    scene.stages()
    cache.clear()
    generated.make(8)
    return make_front_desk()


def at(page: Page, live_server, user, path: str) -> None:
    browser = Browser()
    browser.force_login(user)
    cookie = {"name": "sessionid", "value": browser.cookies["sessionid"].value, "url": live_server.url}
    page.context.add_cookies([cookie])
    page.goto(f"{live_server.url}/reports/{path}")


def look(page: Page, name: str) -> None:
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def test_table_and_the_rows_behind_it_are_taken_from_the_page(page, live_server, desk, tmp_path):
    at(page, live_server, desk, f"income/?{YEARS}")

    for link, name in (
        ("CSV of the rows behind this report", "income-rows-2024-03-01-to-2026-06-30.csv"),
        ("XLSX of the rows behind this report", "income-rows-2024-03-01-to-2026-06-30.xlsx"),
    ):
        with page.expect_download() as taken:
            page.get_by_role("link", name=link).click()
        assert taken.value.suggested_filename == name
        taken.value.save_as(tmp_path / name)
    with (tmp_path / "income-rows-2024-03-01-to-2026-06-30.csv").open(encoding="utf-8-sig", newline="") as rows:
        assert len(list(csv.reader(rows))) > 1


@pytest.mark.parametrize("size", ["tablet", "phone"])
def test_long_file_is_ordered_watched_and_fetched_while_the_page_stays(page, live_server, desk, settings, size):
    settings.REPORT_ROWS_AT_ONCE = 1
    page.set_viewport_size(SIZES["phone"] if size == "phone" else {"width": 1024, "height": 768})
    at(page, live_server, desk, f"income/rows.csv?{YEARS}")
    found = {"long": faults(page)}
    look(page, f"file-long-{size}")
    page.get_by_role("button", name="Make it in the background").click()

    expect(page.get_by_role("status")).to_contain_text("It waits for its turn.")
    found["waiting"] = faults(page)
    look(page, f"file-waiting-{size}")
    now = timezone.now()
    lease = {"state": FileState.MAKING, "lease_until_at": now + files.LEASE, "claims": 1}
    ReportFile.objects.update(**lease, rows_done=12_000, rows_of=48_000)
    expect(page.get_by_role("status")).to_contain_text("12,000 of 48,000 rows so far", timeout=30_000)
    found["making"] = faults(page)
    look(page, f"file-making-{size}")
    ReportFile.objects.update(state=FileState.WAITING, claims=0, lease_until_at=None)
    files.make_next(timezone.now)

    expect(page.get_by_role("status")).to_contain_text("It is ready", timeout=30_000)
    found["ready"] = faults(page)
    look(page, f"file-ready-{size}")
    with page.expect_download() as taken:
        page.get_by_role("link", name="Download").click()
    assert taken.value.suggested_filename == "income-rows-2024-03-01-to-2026-06-30.csv"
    page.goto(f"{live_server.url}/reports/files/")
    found["list"] = faults(page)
    look(page, f"files-{size}")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def test_without_a_script_the_page_looks_again_by_itself(browser, live_server, desk):
    made = make_file(desk, timezone.now(), state=FileState.WAITING)
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    at(page, live_server, desk, f"files/{made.ref}/")
    expect(page.get_by_role("status")).to_contain_text("It waits for its turn.")

    ReportFile.objects.update(state=FileState.READY, made_at=timezone.now())

    expect(page.get_by_role("status")).to_contain_text("It is ready", timeout=30_000)
    page.get_by_role("button", name="Delete it").click()
    expect(page.get_by_text("The file is deleted.")).to_be_visible()
    context.close()


def test_page_that_looks_again_keeps_nobody_signed_in(page, live_server, desk):
    """Else a screen that is left alone with a file on it would never close its session."""
    made = make_file(desk, timezone.now(), state=FileState.WAITING)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/files/" in request.url else None)
    at(page, live_server, desk, f"files/{made.ref}/")

    with page.expect_response(lambda answer: "again=1" in answer.url, timeout=30_000):
        pass
    assert [url.partition("?")[2] for url in asked[1:]] == ["again=1"] * len(asked[1:])
