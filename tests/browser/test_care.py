"""The sheet of a session and the conversation before it in a real Chromium, on both sides; every page looked over."""

import datetime as dt

import pytest
from django.utils import timezone

from accounts.tests.factories import make_owner, make_user
from bookings.models import Booking, Therapist
from bookings.tests.factories import make_booking
from care.models import BoundarySheet, Conversation, Line
from care.tests.factories import make_conversation, make_incident, make_refusal, make_sheet
from clients.models import LookAlike
from clients.tests.factories import make_client
from tests.browser import scene
from tests.browser.scene import faults
from tests.browser.test_office import enter

pytestmark = pytest.mark.django_db(transaction=True)


def booked() -> Booking:
    kind = scene.build()
    client = make_client(user=make_user(name="Sam Field", password=scene.PASSWORD))
    made = {"starts_at": scene.in_days(3, "11:00"), "created_at": scene.now() - dt.timedelta(hours=1)}
    return make_booking(client=client, therapist=Therapist.objects.get(slug="mara"), session_type=kind, **made)


def test_client_fills_in_the_sheet_and_writes_to_the_therapist(each_size, live_server):
    page, booking = each_size, booked()
    scene.sign_in(page, live_server.url, booking.client.email)
    page.goto(f"{live_server.url}/my/{booking.ref}/")
    page.get_by_role("link", name="Your boundary sheet").click()
    assert faults(page) == []
    page.get_by_role("button", name="Save the sheet").click()
    assert "Please choose at least one area." in page.locator(".error-summary").inner_text()
    assert faults(page) == []
    page.get_by_label("Neck").check()
    page.get_by_label("Underwear stays on").check()
    page.get_by_label("Light").check()
    page.get_by_label("Your word for “slower”").fill("amber")
    page.get_by_label("Your word for “stop”").fill("red")
    page.get_by_role("button", name="Save the sheet").click()
    page.get_by_text("Your sheet is saved.").wait_for()
    assert BoundarySheet.objects.get().area_keys == ["neck"]
    page.get_by_role("link", name="Messages").click()
    assert faults(page) == []
    page.get_by_role("link", name="Write to Mara").click()
    page.get_by_label("Your message").fill("Please leave my left knee out.")
    page.get_by_role("button", name="Send").click()
    page.get_by_text("Your message is on its way.").wait_for()
    assert faults(page) == []
    assert Line.objects.get().words == "Please leave my left knee out."


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_of_care_have_no_faults_for_the_practice(page, live_server, scheme):
    page.emulate_media(color_scheme=scheme)
    booking = booked()
    talk = make_conversation(client=booking.client, therapist=booking.therapist)
    incident = make_incident(booking.client, consequence="warn")
    alike = LookAlike.objects.create(
        client=make_client(), resembles=booking.client, by="phone", noticed_at=timezone.now()
    )
    sheet, running = make_sheet(booking=booking), make_sheet(locked=True)
    other = make_booking(client=booking.client, status="requested", starts_at=scene.in_days(5))
    enter(page, live_server, make_owner(password=scene.PASSWORD))
    paths = [
        f"bookings/booking/{booking.pk}/change/",
        "care/boundarysheet/",
        f"care/boundarysheet/{sheet.pk}/change/",
        f"care/boundarysheet/{running.pk}/change/",
        "care/conversation/",
        f"care/conversation/{talk.pk}/change/",
        "care/incident/",
        f"care/incident/add/?client={booking.client_id}",
        f"care/incident/{incident.pk}/change/",
        f"care/refusal/add/?booking={other.pk}",
        "clients/restriction/add/",
        f"clients/restriction/{incident.restriction_id}/change/",
        "clients/lookalike/",
        f"clients/lookalike/{alike.pk}/change/",
    ]
    found = {path: faults_of(page, f"{live_server.url}/admin/{path}") for path in paths}
    refusal = make_refusal(other)
    found["refusal"] = faults_of(page, f"{live_server.url}/admin/care/refusal/{refusal.pk}/change/")
    assert {path: said for path, said in found.items() if said} == {}


def faults_of(page, address: str) -> list[str]:
    response = page.goto(address)
    assert response.status == 200
    return faults(page, preload=False)


def test_therapist_answers_with_the_keyboard(page, live_server):
    booking = booked()
    talk = make_conversation("How warm is the room?", client=booking.client, therapist=booking.therapist)
    enter(page, live_server, make_owner(password=scene.PASSWORD))
    page.goto(f"{live_server.url}/admin/care/conversation/{talk.pk}/change/")
    page.get_by_label("Your words").focus()
    page.keyboard.type("As warm as you like.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_text("Your answer is on its way.").wait_for()
    assert Conversation.objects.get().lines.last().words == "As warm as you like."
