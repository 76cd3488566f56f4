"""The practice's side in a real Chromium: signs in through the one door, books, answers, sets hours; every page looked over."""

import datetime as dt

import pytest

from accounts.tests.factories import make_front_desk, make_owner
from bookings.models import Booking, Status, Therapist, TimeOff
from bookings.tests.factories import make_booking, make_weekly_hours
from clients.tests.factories import make_client, make_document, make_published
from tests.browser import scene
from tests.browser.scene import faults

pytestmark = pytest.mark.django_db(transaction=True)


def enter(page, live_server, user) -> None:
    """From the admin's own address to the site's sign-in and back."""
    page.goto(f"{live_server.url}/admin/")
    page.get_by_label("E-mail").fill(user.email)
    page.get_by_label("Password").fill(scene.PASSWORD)
    page.get_by_label("Password").press("Enter")
    page.wait_for_url("**/admin/calendar/**")


def booked(**fields) -> Booking:
    made = {"starts_at": scene.in_days(3, "11:00"), "created_at": scene.now() - dt.timedelta(hours=1)} | fields
    return make_booking(client=make_client(name="Sam Field"), **made)


def wall(at: dt.datetime) -> str:
    return f"{at.astimezone(scene.Practice.objects.current().zone):%Y-%m-%dT%H:%M}"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_of_the_practices_side_have_no_faults(page, live_server, scheme):
    kind = scene.build()
    page.emulate_media(color_scheme=scheme)
    mara = Therapist.objects.get(slug="mara")
    make_weekly_hours(mara, weekday=6)
    booking = booked(session_type=kind, therapist=mara, status=Status.REQUESTED)
    enter(page, live_server, make_owner(password=scene.PASSWORD))
    act = f"bookings/booking/{booking.pk}/act"
    paths = [
        "",
        "bookings/booking/",
        f"bookings/booking/{booking.pk}/change/",
        "bookings/booking/add/",
        f"{act}/move/",
        f"{act}/cancel/",
    ]
    paths += [
        f"{act}/propose/",
        f"bookings/therapist/{mara.pk}/change/",
        f"bookings/sessiontype/{kind.pk}/change/",
        "practice/practice/1/change/",
    ]
    paths += [
        "bookings/timeoff/add/",
        "accounts/user/",
        "outbox/message/",
        f"clients/client/{booking.client_id}/change/",
    ]
    found = {}
    for path in paths:
        page.goto(f"{live_server.url}/admin/{path}")
        found[path] = faults(page, preload=False)  # Django's forms.css imports widgets.css
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


def test_the_front_desk_books_for_a_client_it_knows_by_name(page, live_server):
    scene.build()
    make_client(name="Kim Marsh")
    enter(page, live_server, make_front_desk(password=scene.PASSWORD))
    page.goto(f"{live_server.url}/admin/bookings/booking/add/")
    page.get_by_label("Client:").fill("kim")
    page.get_by_label("Session:").select_option(label="Relaxing massage, 60 minutes (£70)")
    page.get_by_label("Start:").fill(wall(scene.in_days(3, "14:00")))
    page.get_by_role("button", name="Book").click()
    page.get_by_text("booked.").wait_for()
    assert Booking.objects.get().starts_at == scene.in_days(3, "14:00")


def test_a_therapist_confirms_a_request_and_takes_a_day_off(page, live_server):
    kind = scene.build()
    mara = Therapist.objects.get(slug="mara")
    mara.user.set_password(scene.PASSWORD)
    mara.user.save()
    booking = booked(session_type=kind, therapist=mara, status=Status.REQUESTED)
    enter(page, live_server, mara.user)
    page.goto(f"{live_server.url}/admin/bookings/booking/?when=answer")
    page.get_by_role("link", name="Sam Field").click()
    page.get_by_role("link", name="Confirm").click()
    page.get_by_role("button", name="Confirm").click()
    page.get_by_text("confirmed.").wait_for()
    page.goto(f"{live_server.url}/admin/bookings/therapist/{mara.pk}/change/")
    page.get_by_role("button", name="Add another Time off").click()
    page.locator("input[name='time_off-0-starts_at']").fill(wall(scene.in_days(3, "00:00")))
    page.locator("input[name='time_off-0-ends_at']").fill(wall(scene.in_days(4, "00:00")))
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("1 booking stands in the way").wait_for()
    booking.refresh_from_db()
    assert (booking.status, TimeOff.objects.get().starts_at) == (Status.CONFIRMED, scene.in_days(3, "00:00"))


HIDDEN = """() => {
  const shown = box => box.width > 3 && box.height > 10;
  const acts = [...document.querySelectorAll('.object-tools a')].map(each => each.getBoundingClientRect());
  const said = [...document.querySelectorAll('.form-row .readonly, .form-row input:not([type=hidden]), #result_list td')];
  return said.filter(each => {
    const box = each.getBoundingClientRect();
    const apart = act => act.bottom <= box.top || act.top >= box.bottom || act.right <= box.left || act.left >= box.right;
    return !shown(box) || box.right > innerWidth || !acts.every(apart);
  }).map(each => each.className + ' ' + each.innerText);
}"""


def test_a_tablet_shows_all_of_a_booking_a_client_and_their_lists(page, live_server):
    kind = scene.build()
    page.set_viewport_size({"width": 820, "height": 1180})
    booking = booked(session_type=kind, therapist=Therapist.objects.get(slug="mara"), status=Status.REQUESTED)
    enter(page, live_server, make_owner(password=scene.PASSWORD))
    found = {}
    paths = ["bookings/booking/", f"bookings/booking/{booking.pk}/change/"]
    for path in [*paths, "clients/client/", f"clients/client/{booking.client_id}/change/"]:
        page.goto(f"{live_server.url}/admin/{path}")
        found[path] = page.evaluate(HIDDEN)
    assert {path: hidden for path, hidden in found.items() if hidden} == {}


def test_a_client_signs_on_the_practices_tablet_with_a_finger(page, live_server):
    kind = scene.build()
    page.set_viewport_size({"width": 820, "height": 1180})
    make_published(scene.now() - dt.timedelta(days=1), make_document(slug="treatment"))
    booking = booked(session_type=kind, therapist=Therapist.objects.get(slug="mara"))
    enter(page, live_server, make_owner(password=scene.PASSWORD))
    page.goto(f"{live_server.url}/admin/clients/consent/of/{booking.client_id}/treatment/sign/")
    assert faults(page, preload=False) == []
    for tick in page.get_by_role("checkbox").all():
        label = page.locator(f"label[for={tick.get_attribute('id')}]")
        box, sentence = tick.bounding_box(), label.bounding_box()
        assert min(box["width"], box["height"]) >= 24
        assert 0 < sentence["x"] - (box["x"] + box["width"]) < 40
        tick.check()
    page.get_by_label("Your name").fill("Sam Field")
    page.get_by_role("button", name="Sign", exact=True).click()
    page.get_by_text("at the practice").first.wait_for()
