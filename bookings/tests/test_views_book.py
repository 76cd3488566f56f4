"""Picking a time, with and without an account: what the pages of booking answer, and what they refuse."""

import datetime as dt
import re

import pytest
from django.core import mail
from django.utils import timezone

from accounts.tests.factories import PASSWORD
from bookings.models import Booking, Status
from bookings.tests.factories import make_session_type, make_therapist_at_work
from clients.tests.factories import make_client_with_account
from practice.tests.factories import make_practice

pytestmark = pytest.mark.django_db


@pytest.fixture
def mara():
    """A practice whose one therapist is there every day from nine to six."""
    make_practice(address="1 Quiet Lane, London", min_notice=dt.timedelta(hours=1))
    therapist = make_therapist_at_work(name="Mara", slug="mara")
    make_session_type(
        slug="relaxing", name="Relaxing massage", lengths={60: "70.00", 90: "95.00"}, therapists=[therapist]
    )
    return therapist


def in_days(days, clock="11:00"):
    """A start on the practice's clock so many days from now."""
    zone = make_practice.__globals__["Practice"].objects.current().zone
    on = timezone.now().astimezone(zone).date() + dt.timedelta(days=days)
    return dt.datetime.combine(on, dt.time.fromisoformat(clock), zone).astimezone(dt.UTC)


def sign_in(browser, **overrides):
    client = make_client_with_account(**overrides)
    browser.force_login(client.user)
    return client


def choose(browser, start, **more):
    return browser.post("/book/relaxing/", {"minutes": "60", "start": start.isoformat()} | more)


DETAILS = {
    "name": "Robin Hale",
    "email": "robin@example.com",
    "date_of_birth": "1990-02-03",
    "password1": "a-quiet-garden-7",
}


def code_from(message):
    return re.search(r"\n\s*([A-Z0-9]{3,}-?[A-Z0-9]{3,})\s*\n", message.body)[1]


def test_page_of_times_shows_the_soonest_and_a_month(client, mara):
    page = client.get("/book/relaxing/")
    assert page.status_code == 200
    assert re.search(r'aria-label="\d\d:\d\d to \d\d:\d\d, \w+day \d+ \w+"', page.text)
    assert re.search(r'aria-label="\w+day \d+ \w+, \d+ free times, chosen"', page.text)


def test_returning_client_books_in_two_screens_and_types_nothing(client, mara):
    who = sign_in(client)
    review = choose(client, in_days(3), follow=True)
    held = Booking.objects.get()
    assert (held.status, held.client) == (Status.HELD, who)
    done = client.post(f"/book/review/{held.ref}/", follow=True)
    assert review.status_code == 302
    assert "It is booked" in done.text
    held.refresh_from_db()
    assert held.status == Status.CONFIRMED


def test_new_client_books_with_the_code(client, mara):
    choose(client, in_days(3))
    sent = client.post("/accounts/signup/", DETAILS, follow=True)
    assert "Confirm address and book" in sent.text
    assert "1 Quiet Lane" in sent.text
    done = client.post("/accounts/confirm-email/", {"code": code_from(mail.outbox[-1])}, follow=True)
    assert "It is booked" in done.text
    booking = Booking.objects.get()
    assert (booking.status, booking.client.name, booking.client.date_of_birth) == (
        Status.CONFIRMED,
        "Robin Hale",
        dt.date(1990, 2, 3),
    )


def test_visitor_who_signs_in_comes_to_the_review_of_what_they_chose(client, mara):
    who = make_client_with_account()
    choose(client, in_days(3))
    review = client.post("/accounts/login/", {"login": who.user.email, "password": PASSWORD}, follow=True)
    held = Booking.objects.get()
    assert review.redirect_chain == [(f"/book/review/{held.ref}/", 302)]
    assert (held.status, held.client) == (Status.HELD, who)
