"""A series booked from a plan, and working alone, in a real Chromium on a tablet; every page looked over."""

import datetime as dt
import os

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from bookings import treating
from bookings.models import Booking, Therapist
from bookings.tests.factories import make_booking
from care import links, plans
from care.models import Cover, NamedPerson
from care.plans import Work
from care.tests.test_cover import WORDS, beats, make_named
from clients.tests.factories import make_client
from tests.browser import scene
from tests.browser.scene import faults
from tests.browser.test_money import enter

pytestmark = pytest.mark.django_db(transaction=True)
UPRIGHT, LYING = {"width": 768, "height": 1024}, {"width": 1024, "height": 768}


def look(page, name: str) -> None:
    """Takes a picture where somebody wants to see it."""
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


@pytest.mark.parametrize(("scheme", "size"), [("light", UPRIGHT), ("dark", LYING)], ids=["light", "dark"])
def test_a_series_is_laid_out_put_right_and_booked(page, live_server, scheme, size):
    kind = scene.build()
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=scheme)
    mara, client = Therapist.objects.get(slug="mara"), make_client(name="Sam Field")
    taken = {"created_at": scene.now() - dt.timedelta(hours=1), "therapist": mara, "session_type": kind}
    treating.keep(make_booking(client=client, starts_at=scene.in_days(3, "11:00"), **taken), timezone.now())
    make_booking(starts_at=scene.in_days(12, "11:00"), **taken)
    length = kind.lengths.select_related("session_type").get(minutes=60)
    plan = plans.make(client, mara, Work(length, 3, 7, "Breath."), by=mara.user, now=timezone.now(), seen=0)
    found = {}

    enter(page, live_server, mara.user, f"/admin/care/plan/{plan.pk}/change/")
    found["plan"] = faults(page, preload=False)
    look(page, f"plan-{scheme}")
    page.get_by_role("link", name="Book a series from it").click()
    page.get_by_label("First session").fill(f"{scene.in_days(5, '11:00'):%Y-%m-%dT}11:00")
    page.get_by_role("button", name="Lay the dates out").click()
    page.get_by_text("The therapist has another booking then.").wait_for()
    found["series"] = faults(page, preload=False)
    look(page, f"series-{scheme}")
    page.locator("button[name=take]").first.click()
    expect(page.get_by_role("cell", name="free", exact=True)).to_have_count(3)
    page.get_by_label("Leave date 3 out").check()
    page.get_by_role("button", name="Book 3 dates").click()
    page.get_by_text("2 sessions booked.").wait_for()
    found["booked"] = faults(page, preload=False)
    assert Booking.objects.filter(planned__plan=plan).count() == 2
    assert {name: each for name, each in found.items() if each} == {}


@pytest.mark.parametrize(("scheme", "size"), [("light", LYING), ("dark", UPRIGHT)], ids=["light", "dark"])
def test_somebody_is_named_and_tested_and_the_question_is_answered(page, live_server, settings, scheme, size):
    settings.SITE_URL = live_server.url
    scene.build()
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=scheme)
    mara, found = Therapist.objects.get(slug="mara"), {}

    enter(page, live_server, mara.user, "/admin/care/namedperson/")
    found["empty"] = faults(page, preload=False)
    page.get_by_label("Who is told").fill("Lee")
    page.get_by_label("Their e-mail address").fill("lee@example.com")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Not tested", exact=True).wait_for()
    page.get_by_role("button", name="Send a test").click()
    page.get_by_text("A test is on its way.").wait_for()
    found["named"] = faults(page, preload=False)
    look(page, f"named-{scheme}")
    page.goto(links.reached(NamedPerson.objects.get(), timezone.now()))
    found["reached"] = faults(page)
    look(page, f"reached-{scheme}")
    page.get_by_role("button", name="Yes, this reached me").click()
    page.get_by_text("It is noted that messages reach you.").wait_for()
    assert NamedPerson.objects.get().email_reached_at is not None

    start = timezone.now().replace(second=0, microsecond=0)
    booking = make_booking(therapist=mara, starts_at=start, created_at=start - dt.timedelta(days=1))
    make_named(mara.user, **WORDS)
    beats(timezone.now())
    Booking.objects.filter(pk=booking.pk).update(checked_in_at=start)
    page.goto(f"{live_server.url}/admin/bookings/booking/{booking.pk}/act/start/")
    page.get_by_text("It will be covered when it starts.").wait_for()
    page.get_by_role("button", name="Start the session").click()
    page.get_by_text("Covered. If it is not ended by").wait_for()
    found["covered"] = faults(page, preload=False)
    look(page, f"covered-{scheme}")
    page.goto(links.to_answer(Cover.objects.get()))
    page.get_by_role("button", name="All is well").click()
    page.locator(".error-summary").get_by_text("Please type your word.").wait_for()
    found["asked"] = faults(page)
    look(page, f"asked-{scheme}")
    page.get_by_label("Your word").fill("Evening tea")
    page.get_by_role("button", name="Half an hour longer").click()
    page.get_by_text("You are asked at").wait_for()
    page.goto(f"{live_server.url}/admin/care/cover/{Cover.objects.get().pk}/change/")
    found["cover"] = faults(page, preload=False)
    look(page, f"cover-{scheme}")
    page.goto(f"{live_server.url}/admin/bookings/booking/{booking.pk}/act/end/")
    page.get_by_label("The client", exact=True).check()
    page.get_by_label("Somebody had to leave").check()
    page.get_by_label("Your word").fill("blue lamp")
    found["end"] = faults(page, preload=False)
    look(page, f"end-{scheme}")
    page.get_by_role("button", name="End the session").click()
    page.get_by_text("It was covered. All is well.").wait_for()
    assert Cover.objects.get().closed_at is not None
    assert {name: each for name, each in found.items() if each} == {}
