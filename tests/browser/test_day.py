"""A day at the practice on a tablet, from Today: a request confirmed, a client at the door, the sheet narrowed on the table,
a session that ends early, and one who did not come."""

import datetime as dt

import pytest
from playwright.sync_api import expect

from accounts.tests.factories import make_front_desk, make_owner
from bookings.models import Booking, Status, Therapist
from bookings.tests.factories import make_booking
from care.models import BoundarySheet
from clients.models import CareRelation, Flag
from clients.tests.factories import make_client
from tests.browser import scene
from tests.browser.scene import faults

pytestmark = pytest.mark.django_db(transaction=True)
TABLETS = {"lying": {"width": 1024, "height": 768}, "standing": {"width": 768, "height": 1024}}


def build() -> tuple[Booking, Booking]:
    """Somebody who asks for a session in half an hour, and one who was to come twenty minutes ago. The practice lies where
    it is midday now, so that all of it is today whenever this runs."""
    now = scene.now()
    kind = scene.build(timezone=f"Etc/GMT{-((12 - now.hour + 12) % 24 - 12):+d}")
    mara, jonas = Therapist.objects.get(slug="mara"), Therapist.objects.get(slug="jonas")
    made = {"session_type": kind, "created_at": now - dt.timedelta(days=1)}
    starts_at = now.replace(second=0, microsecond=0) + dt.timedelta(minutes=30)
    asked = make_booking(
        client=make_client(name="Sam Field"), therapist=mara, starts_at=starts_at, status=Status.REQUESTED, **made
    )
    absent = make_booking(
        client=make_client(name="Kim Marsh"),
        therapist=jonas,
        starts_at=starts_at - dt.timedelta(minutes=50),
        room=None,
        **made,
    )
    return asked, absent


def enter(page, live_server, user) -> None:
    page.goto(f"{live_server.url}/admin/today/")
    page.get_by_label("E-mail").fill(user.email)
    page.get_by_label("Password").fill(scene.PASSWORD)
    page.get_by_label("Password").press("Enter")
    page.wait_for_url("**/admin/today/")


@pytest.mark.parametrize("held", TABLETS)
def test_a_whole_day_is_run_from_one_page(page, live_server, held):
    page.set_viewport_size(TABLETS[held])
    asked, absent = build()
    enter(page, live_server, make_owner(password=scene.PASSWORD))

    page.get_by_role("link", name="Confirm: Sam Field").click()
    page.get_by_role("button", name="Confirm").click()
    page.get_by_text("confirmed.").wait_for()
    visit = page.locator(".day-visit", has_text="Sam Field")
    visit.get_by_role("link", name="No boundary sheet yet").click()
    page.get_by_label("Neck").check()
    page.get_by_label("Upper back").check()
    page.get_by_label("Underwear stays on").check()
    page.get_by_label("Light").check()
    page.get_by_label("word for “slower”").fill("amber")
    page.get_by_label("word for “stop”").fill("red")
    page.get_by_role("button", name="Save the sheet").click()
    page.get_by_text("The sheet is saved.").wait_for()

    page.get_by_role("link", name="Check in: Sam Field").click()
    page.get_by_label("I have seen who this is").check()
    page.get_by_role("button", name="Check in").click()
    page.get_by_text("checked in.").wait_for()
    page.get_by_role("button", name="Start the session: Sam Field").click()
    page.get_by_text("started.").wait_for()
    expect(visit).to_contain_text("Running since")

    visit.get_by_role("link", name="Boundary sheet").click()
    page.get_by_label("Upper back").uncheck()
    page.get_by_role("button", name="Narrow it").click()
    page.get_by_text("The sheet is narrowed.").wait_for()

    page.get_by_role("link", name="End the session: Sam Field").click()
    page.get_by_label("The client", exact=True).check()
    page.get_by_label("It was enough for today").check()
    page.get_by_role("button", name="End the session").click()
    page.get_by_text("ended.").wait_for()
    expect(visit).to_contain_text("Took place")

    page.get_by_role("link", name="Client did not come: Kim Marsh").click()
    page.get_by_role("button", name="Client did not come").click()
    page.get_by_text("the client did not come.").wait_for()
    asked.refresh_from_db()
    absent.refresh_from_db()
    sheet, last = BoundarySheet.objects.get(), asked.changes.last()
    assert (asked.status, absent.status, sheet.area_keys) == (Status.COMPLETED, Status.NO_SHOW, ["neck"])
    assert last.details == {"early_by": "client", "early_why": "enough"}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_of_the_day_have_no_faults_and_nothing_hangs_over_the_edge(page, live_server, scheme):
    page.emulate_media(color_scheme=scheme)
    _, absent = build()
    owner = make_owner(password=scene.PASSWORD)
    CareRelation.objects.create(client=absent.client, user=owner, since=scene.now())
    Flag.objects.create(client=absent.client, action="review", words="…", raised_at=scene.now())
    enter(page, live_server, owner)
    found = {}
    for size in TABLETS.values():
        page.set_viewport_size(size)
        for path in (
            "today/",
            "today/sheet/",
            "today/walk-in/",
            "settings/",
            f"bookings/booking/{absent.pk}/act/check-in/",
        ):
            page.goto(f"{live_server.url}/admin/{path}")
            too_wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
            found[path, size["width"]] = [*faults(page, preload=False), *(["too wide"] if too_wide else [])]
    assert {where: said for where, said in found.items() if said} == {}


def test_somebody_new_walks_in(page, live_server):
    page.set_viewport_size(TABLETS["standing"])
    build()
    enter(page, live_server, make_front_desk(password=scene.PASSWORD))
    page.get_by_role("link", name="Walk-in").click()
    page.get_by_label("Or somebody new: name").fill("Robin Hale")
    page.get_by_label("Date of birth").fill("1990-02-03")
    page.get_by_label("Session:").select_option(label="Consultation, 30 minutes (£0)")
    page.get_by_label("Book it all the same").check()
    page.get_by_label("Reason").fill("It is quiet today.")
    page.get_by_role("button", name="Book").click()
    page.get_by_text("Robin Hale is booked for now").wait_for()
    assert Booking.objects.get(client__name="Robin Hale").status == Status.CONFIRMED
