"""The reports about clients in a real Chromium: as a therapist, who reads of their own, and as the owner, who reads of all."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from playwright.sync_api import expect

from accounts.models import Role
from accounts.tests.factories import make_owner, make_user
from clients import reading
from clients.models import CareRelation
from reports.tests import generated
from reports.tests.generated import NOW
from reports.tests.test_compliance import glass, paper_work
from reports.tests.test_sent import say_more
from reports.tests.test_stages import decide
from tests.browser import scene
from tests.browser.conftest import SIZES
from tests.browser.scene import faults
from tests.browser.test_reports import TABLET, YEARS, drawn, enter, look

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def made(live_server):
    scene.stages()
    found = generated.make(8)
    mara = make_user(password=scene.PASSWORD, role=Role.THERAPIST)
    found.therapists[0].user = mara
    found.therapists[0].save()
    decide(found)
    CareRelation.objects.all().delete()
    paper_work(found)
    say_more(found, treats=False)
    found.owner = make_owner(password=scene.PASSWORD)
    glass(mara, found.clients[0], NOW)
    reading.note_reading(found.owner, found.clients[1], "record", NOW)
    return found


@pytest.mark.parametrize("size", [TABLET, SIZES["phone"]], ids=["tablet", "phone"])
def test_therapist_reads_the_journey_and_what_is_due_of_their_own_clients(page, live_server, made, size):
    page.set_viewport_size(size)
    enter(page, live_server, made.therapists[0].user, "/reports/")
    names = {each.client.name for each in CareRelation.objects.filter(user=made.therapists[0].user, until=None)}
    found = {}

    for slug in ("journey", "messages", "compliance"):
        page.goto(f"{live_server.url}/reports/{slug}/?{YEARS}")
        drawn(page)
        look(page, f"care-{slug}-{size['width']}")
        found[slug] = faults(page)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), slug
        shown = {name for name in (each.name for each in made.clients) if name in page.locator("main").inner_text()}
        assert shown <= (names if slug == "compliance" else set()), slug

    assert {slug: wrong for slug, wrong in found.items() if wrong} == {}
    expect(page.get_by_role("heading", name="Read outside their own clients")).to_have_count(0)


def test_owner_learns_who_read_outside_their_own_clients(page, live_server, made):
    page.set_viewport_size(TABLET)
    enter(page, live_server, made.owner, f"/reports/compliance/?{YEARS}")
    look(page, "care-compliance-owner")

    table = page.get_by_role("table", name="Read outside their own clients")
    expect(table.locator("tbody tr")).to_have_count(1)
    expect(table).to_contain_text("Iris Owner")


def test_rows_of_the_journey_leave_without_a_name(page, live_server, made, tmp_path):
    enter(page, live_server, made.therapists[0].user, f"/reports/journey/?{YEARS}")
    with page.expect_download() as found:
        page.locator("a[href*='/rows.csv']").first.click()
    found.value.save_as(tmp_path / "rows.csv")

    text = Path(tmp_path / "rows.csv").read_text(encoding="utf-8-sig")
    head = next(csv.reader(text.splitlines()))
    assert head == ["Stage", "Days there", "Sessions that took place"]
    assert not [each for each in made.clients if each.name in text or each.ref in text]
