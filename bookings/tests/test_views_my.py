"""The client's own pages: what stands there, moving and cancelling with the terms shown first, and nobody else's bookings."""

import datetime as dt
import re

import pytest
from django.utils import timezone
from icalendar import Calendar

from bookings import lifecycle, moves
from bookings.models import Booking, MoveRequest, Status
from bookings.placing import Wish
from bookings.tests.factories import make_booking, make_session_type, make_therapist_at_work
from bookings.tests.test_readiness import make_questionnaire
from clients.tests.factories import make_client_with_account
from practice.models import Practice
from practice.tests.factories import make_practice

pytestmark = pytest.mark.django_db


@pytest.fixture
def relaxing():
    """A session type given every day from nine to six."""
    make_practice(address="1 Quiet Lane, London", min_notice=dt.timedelta(hours=1))
    therapists = [make_therapist_at_work(name="Mara", slug="mara"), make_therapist_at_work(name="Jonas", slug="jonas")]
    return make_session_type(slug="relaxing", name="Relaxing massage", lengths={60: "70.00"}, therapists=therapists)


@pytest.fixture
def me(client):
    found = make_client_with_account()
    client.force_login(found.user)
    return found


def in_days(days, clock="11:00"):
    zone = Practice.objects.current().zone
    on = timezone.now().astimezone(zone).date() + dt.timedelta(days=days)
    return dt.datetime.combine(on, dt.time.fromisoformat(clock), zone).astimezone(dt.UTC)


def book(who, session_type, start=None, therapist="mara"):
    wish = Wish(who, session_type.lengths.get(), start or in_days(5), session_type.therapists.get(slug=therapist))
    return lifecycle.book(wish, by=who.user, now=timezone.now())


def near(booking):
    """As if the session were soon: inside the notice, and still ahead."""
    Booking.objects.filter(pk=booking.pk).update(
        cancellation_notice=dt.timedelta(days=30), reschedule_notice=dt.timedelta(days=30)
    )


def test_list_shows_what_comes_and_what_was(client, me, relaxing):
    coming = book(me, relaxing)
    past = make_booking(client=me, session_type=relaxing, status=Status.COMPLETED, starts_at=in_days(-20))
    page = client.get("/my/")
    rows = re.findall(r'<h3><a href="/my/(b-\w+)/">', page.text)
    assert rows == [coming.ref, past.ref]
    for link in (f"/my/{coming.ref}/reschedule/", f"/my/{coming.ref}/cancel/", f"/my/{coming.ref}/calendar.ics"):
        assert link in page.text
    assert f"/my/{past.ref}/cancel/" not in page.text
    assert "/book/relaxing/?minutes=60&amp;therapist=mara" in page.text


def test_list_says_where_something_is_left_to_fill_in_or_to_sign(client, me, relaxing):
    booking = book(me, relaxing)
    before = client.get("/my/").text
    make_questionnaire()
    assert ["Something is left to fill in or to sign" in page for page in (before, client.get("/my/").text)] == [
        False,
        True,
    ]
    assert "Fill in “Health”" in client.get(f"/my/{booking.ref}/").text


def test_empty_list_says_what_to_do_next(client, me, relaxing):
    page = client.get("/my/")
    assert "Nothing is booked" in page.text
    assert "There are no past sessions yet." in page.text


def test_past_sessions_come_in_pages(client, me, relaxing):
    for days in range(1, 23):
        make_booking(client=me, session_type=relaxing, status=Status.COMPLETED, starts_at=in_days(-days))
    assert client.get("/my/").text.count("Took place") == 20
    assert client.get("/my/?page=2").text.count("Took place") == 2


@pytest.mark.parametrize("page", ["0", "-1", "2", 10**9, "9" * 5000, "two", "%00"])
def test_page_of_past_sessions_that_does_not_exist_is_not_there(client, me, relaxing, page):
    assert client.get("/my/").status_code == 200
    assert client.get(f"/my/?page={page}").status_code == 404


@pytest.mark.parametrize(
    ("status", "days", "shown"),
    [
        (Status.CONFIRMED, 5, ["Before your session"]),
        (Status.COMPLETED, -5, ["After your session"]),
        (Status.REQUESTED, 5, []),
        (Status.CANCELLED, 5, []),
    ],
)
def test_what_is_sent_around_a_session_stands_on_its_page_too(client, me, status, days, shown):
    make_practice()
    kind = make_session_type(preparation="Eat lightly.\n\nBring nothing.", aftercare="Rest well.")
    booking = make_booking(client=me, session_type=kind, status=status, starts_at=in_days(days))

    page = client.get(f"/my/{booking.ref}/").text

    assert re.findall(r'id="good-title">(.*?)<', page) == shown
    texts = {
        "Before your session": "<p>Eat lightly.</p>\n\n<p>Bring nothing.</p>",
        "After your session": "<p>Rest well.</p>",
    }
    assert [title for title, text in texts.items() if text in page] == shown


def test_booking_is_cancelled_free_of_charge_and_undone_again(client, me, relaxing):
    booking = book(me, relaxing)
    assert "Cancelling now is free." in client.get(f"/my/{booking.ref}/cancel/").text
    page = client.post(f"/my/{booking.ref}/cancel/", {"accept_late": "False"}, follow=True)
    assert "You cancelled it." in page.text
    page = client.post(f"/my/{booking.ref}/cancel/undo/", follow=True)
    assert "Your booking is back as it was." in page.text
    booking.refresh_from_db()
    assert (booking.status, booking.late_fee) == (Status.CONFIRMED, 0)


def test_late_cancelling_shows_the_fee_before_it_is_done(client, me, relaxing):
    booking = book(me, relaxing)
    before = client.get(f"/my/{booking.ref}/cancel/")
    assert "Cancelling now is free." in before.text
    near(booking)
    shown = client.post(f"/my/{booking.ref}/cancel/", {"accept_late": "False"})
    assert "Cancelling now costs £35." in shown.text
    booking.refresh_from_db()
    assert booking.status == Status.CONFIRMED
    page = client.post(f"/my/{booking.ref}/cancel/", {"accept_late": "True"}, follow=True)
    assert "A fee of £35 is due" in page.text
    booking.refresh_from_db()
    assert (booking.status, booking.is_late, booking.late_fee) == (Status.CANCELLED, True, 35)


def test_booking_is_moved_and_may_overlap_itself(client, me, relaxing):
    booking = book(me, relaxing)
    start = booking.starts_at + dt.timedelta(minutes=30)
    sent = {"start": f"{start:%Y-%m-%dT%H:%M:%SZ}", "therapist": "mara"}
    assert "Move it" in client.get(f"/my/{booking.ref}/reschedule/confirm/", sent).text
    page = client.post(f"/my/{booking.ref}/reschedule/confirm/", sent, follow=True)
    assert "Your booking is moved." in page.text
    booking.refresh_from_db()
    assert booking.starts_at == start


def test_move_to_any_therapist_stays_with_the_own_one_where_they_are_free(client, me, relaxing):
    booking = book(me, relaxing)
    sent = {"start": f"{in_days(6):%Y-%m-%dT%H:%M:%SZ}", "therapist": ""}
    page = client.get(f"/my/{booking.ref}/reschedule/confirm/", sent)
    assert 'name="therapist" value="mara"' in page.text


def test_late_move_shows_the_fee_before_it_is_done(client, me, relaxing):
    booking = book(me, relaxing)
    near(booking)
    sent = {"start": f"{in_days(6):%Y-%m-%dT%H:%M:%SZ}", "therapist": "mara"}
    assert "Moving it now costs £35" in client.get(f"/my/{booking.ref}/reschedule/").text
    assert "Moving it now costs £35." in client.post(f"/my/{booking.ref}/reschedule/confirm/", sent).text
    booking.refresh_from_db()
    assert booking.starts_at == in_days(5)
    client.post(f"/my/{booking.ref}/reschedule/confirm/", sent | {"accept_late": "True"})
    booking.refresh_from_db()
    assert (booking.starts_at, booking.late_fee) == (in_days(6), 35)


def test_move_to_a_time_that_is_not_free_shows_the_nearest(client, me, relaxing):
    booking = book(me, relaxing)
    other = make_client_with_account()
    book(other, relaxing, in_days(6))
    sent = {"start": f"{in_days(6):%Y-%m-%dT%H:%M:%SZ}", "therapist": "mara"}
    page = client.post(f"/my/{booking.ref}/reschedule/confirm/", sent, follow=True)
    assert "is not free." in page.text
    assert page.context["nearest"][0].starts_at < in_days(7)
    booking.refresh_from_db()
    assert booking.starts_at == in_days(5)


def test_move_where_each_session_is_approved_is_a_request(client, me, relaxing):
    booking = book(me, relaxing)
    relaxing.approval = "always"
    relaxing.save()
    sent = {"start": f"{in_days(6):%Y-%m-%dT%H:%M:%SZ}", "therapist": "mara"}
    assert "Ask for this time" in client.get(f"/my/{booking.ref}/reschedule/confirm/", sent).text
    page = client.post(f"/my/{booking.ref}/reschedule/confirm/", sent, follow=True)
    assert "You asked to move it to" in page.text
    assert (Booking.objects.get().starts_at, MoveRequest.objects.get().starts_at) == (in_days(5), in_days(6))


def test_proposed_time_is_taken_at_one_press(client, me, relaxing):
    relaxing.approval = "always"
    relaxing.save()
    booking = book(me, relaxing)
    mara = booking.therapist
    (proposal,) = moves.propose(booking, [in_days(7)], by=mara.user, now=timezone.now())
    page = client.get(f"/my/{booking.ref}/")
    assert f"/my/{booking.ref}/proposals/{proposal.pk}/" in page.text
    done = client.post(f"/my/{booking.ref}/proposals/{proposal.pk}/", follow=True)
    assert "It is booked" in done.text
    booking.refresh_from_db()
    assert (booking.status, booking.starts_at) == (Status.CONFIRMED, in_days(7))


def test_calendar_file_calls_the_session_by_its_neutral_name(client, me, relaxing):
    booking = book(me, relaxing)
    answer = client.get(f"/my/{booking.ref}/calendar.ics")
    (event,) = Calendar.from_ical(answer.content).walk("VEVENT")
    assert (str(event["UID"]), str(event["SUMMARY"]), event.start) == (
        f"{booking.ref}@testserver",
        "Session",
        booking.starts_at,
    )
    assert answer.headers["Content-Type"].startswith("text/calendar")


def test_reasons_of_the_practice_are_not_told(client, me, relaxing):
    booking = book(me, relaxing)
    staff = booking.therapist.user
    lifecycle.cancel(booking, by=staff, now=timezone.now(), via="staff", why="the drains are blocked")
    page = client.get(f"/my/{booking.ref}/")
    assert "It was cancelled." in page.text
    assert "drains" not in page.text


@pytest.mark.parametrize("path", ["", "reschedule/", "cancel/", "calendar.ics", "reschedule/confirm/"])
def test_booking_of_somebody_else_is_not_there(client, me, relaxing, path):
    theirs = book(make_client_with_account(), relaxing)
    assert client.get(f"/my/{theirs.ref}/{path}").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "my/{}/cancel/",
        "my/{}/cancel/undo/",
        "my/{}/reschedule/confirm/",
        "book/review/{}/",
        "book/review/{}/keep/",
        "book/review/{}/release/",
    ],
)
def test_nobody_else_changes_a_booking(client, me, relaxing, path):
    theirs = book(make_client_with_account(), relaxing)
    sent = {"start": f"{in_days(6):%Y-%m-%dT%H:%M:%SZ}", "accept_late": "True"}
    assert client.post("/" + path.format(theirs.ref), sent).status_code == 404
    assert list(Booking.objects.values_list("status", "starts_at")) == [(Status.CONFIRMED, in_days(5))]


def test_what_is_over_is_neither_moved_nor_cancelled(client, me, relaxing):
    past = make_booking(client=me, session_type=relaxing, status=Status.COMPLETED, starts_at=in_days(-3))
    for path in ("cancel/", "reschedule/", "reschedule/confirm/"):
        assert client.get(f"/my/{past.ref}/{path}").url == f"/my/{past.ref}/"
    client.post(f"/my/{past.ref}/cancel/", {"accept_late": "True"})
    past.refresh_from_db()
    assert past.status == Status.COMPLETED


def test_reading_changes_nothing(client, me, relaxing):
    booking = book(me, relaxing)
    before = Booking.objects.values().get()
    for path in ("", "cancel/", "reschedule/", f"reschedule/confirm/?start={in_days(6):%Y-%m-%dT%H:%M:%SZ}"):
        assert client.get(f"/my/{booking.ref}/{path}").status_code == 200
    for path in ("cancel/undo/",):
        assert client.get(f"/my/{booking.ref}/{path}").status_code == 405
    assert Booking.objects.values().get() == before


def test_own_pages_ask_for_a_sign_in(client, relaxing):
    theirs = book(make_client_with_account(), relaxing)
    for path in ("/my/", f"/my/{theirs.ref}/", f"/book/review/{theirs.ref}/", "/book/time/chosen/"):
        assert client.get(path).url.startswith("/accounts/login/?next=")


@pytest.mark.parametrize("count", [1, 3])
def test_list_takes_as_many_queries_for_three_bookings_as_for_one(
    client, me, relaxing, count, django_assert_num_queries
):
    for day in range(count):
        book(me, relaxing, in_days(5 + day))
        make_booking(client=me, session_type=relaxing, status=Status.COMPLETED, starts_at=in_days(-5 - day))
    with django_assert_num_queries(10):
        client.get("/my/")


def test_one_booking_and_its_other_times_take_a_bounded_number_of_queries(
    client, me, relaxing, django_assert_max_num_queries
):
    booking = book(me, relaxing)
    with django_assert_max_num_queries(10):
        client.get(f"/my/{booking.ref}/")
    with django_assert_max_num_queries(12):
        client.get(f"/my/{booking.ref}/reschedule/")


def test_page_shows_what_is_left_to_the_price_where_a_late_move_costs_something_already(client, me, relaxing):
    booking = book(me, relaxing)
    near(booking)
    Booking.objects.filter(pk=booking.pk).update(is_late=True, late_fee="50.00")
    assert "Cancelling now costs £20." in client.get(f"/my/{booking.ref}/cancel/").text
    assert "cancelling costs £20." in client.get(f"/my/{booking.ref}/").text
    client.post(f"/my/{booking.ref}/cancel/", {"accept_late": "True"})
    booking.refresh_from_db()
    assert booking.late_fee == 70
