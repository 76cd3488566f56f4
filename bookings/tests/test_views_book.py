"""Picking a time, with and without an account: what the pages of booking answer, and what they refuse."""

import datetime as dt
import re

import pytest
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core import mail
from django.core.cache import cache
from django.test import Client as Browser
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import PASSWORD, make_front_desk, make_user
from bookings import lifecycle
from bookings.models import Booking, SessionType, Status
from bookings.placing import Wish
from bookings.tests.factories import make_booking, make_session_type, make_therapist_at_work
from clients.models import Client
from clients.tests.factories import make_client, make_client_with_account
from practice.models import Practice
from practice.tests.factories import make_practice

pytestmark = pytest.mark.django_db


@pytest.fixture
def mara():
    """A practice whose one therapist is there every day from nine to six."""
    cache.clear()  # what the sign-in pages count stays in the table from test to test
    make_practice(address="1 Quiet Lane, London", min_notice=dt.timedelta(hours=1))
    therapist = make_therapist_at_work(name="Mara", slug="mara")
    make_session_type(
        slug="relaxing", name="Relaxing massage", lengths={60: "70.00", 90: "95.00"}, therapists=[therapist]
    )
    return therapist


def in_days(days, clock="11:00"):
    """A start on the practice's clock so many days from now."""
    zone = Practice.objects.current().zone
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
    review = choose(client, in_days(3))
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


def test_new_client_who_cannot_have_it_yet_is_told_what_comes_first(client, mara):
    SessionType.objects.update(requires_consultation=True)
    choose(client, in_days(3))
    client.post("/accounts/signup/", DETAILS)
    page = client.post("/accounts/confirm-email/", {"code": code_from(mail.outbox[-1])}, follow=True)
    assert page.redirect_chain == [("/sessions/relaxing/", 302)]
    assert "Your address is confirmed. A consultation comes first." in page.text
    assert "What it still asks of you" in page.text
    assert not Booking.objects.exists()


def test_client_who_signs_in_and_cannot_have_it_yet_is_told_what_comes_first(client, mara):
    SessionType.objects.update(requires_consultation=True)
    who = make_client_with_account()
    choose(client, in_days(3))
    page = client.post("/accounts/login/", {"login": who.user.email, "password": PASSWORD}, follow=True)
    assert page.redirect_chain == [("/sessions/relaxing/", 302)]
    assert "A consultation comes first." in page.text
    assert not Booking.objects.exists()


def test_page_of_times_says_what_comes_first_as_long_as_it_does(client, mara):
    SessionType.objects.update(requires_consultation=True)
    visitor = client.get("/book/relaxing/").text
    who = sign_in(client)
    newcomer = client.get("/book/relaxing/").text
    talk = make_session_type(slug="talk", kind="consultation", therapists=[mara])
    make_booking(client=who, session_type=talk, starts_at=in_days(-2), status=Status.COMPLETED)
    known = client.get("/book/relaxing/").text
    assert ["A consultation comes first." in page for page in (visitor, newcomer, known)] == [True, True, False]


def test_visitor_who_signs_in_comes_to_the_review_of_what_they_chose(client, mara):
    who = make_client_with_account()
    choose(client, in_days(3))
    review = client.post("/accounts/login/", {"login": who.user.email, "password": PASSWORD}, follow=True)
    held = Booking.objects.get()
    assert review.redirect_chain == [(f"/book/review/{held.ref}/", 302)]
    assert (held.status, held.client) == (Status.HELD, who)


def test_double_press_keeps_one_time_and_books_one_session(client, mara):
    sign_in(client)
    first, again = choose(client, in_days(3)), choose(client, in_days(3))
    assert first.url == again.url
    held = Booking.objects.get()
    done = [client.post(f"/book/review/{held.ref}/").url for _ in range(2)]
    assert done == [f"/book/done/{held.ref}/"] * 2
    assert Booking.objects.count() == 1


def test_lapsed_hold_is_still_booked_when_its_time_is_free(client, mara):
    sign_in(client)
    choose(client, in_days(3))
    held = Booking.objects.get()
    Booking.objects.update(hold_ends_at=timezone.now() - dt.timedelta(minutes=1))
    assert "no longer kept" in client.get(f"/book/review/{held.ref}/").text
    assert "It is booked" in client.post(f"/book/review/{held.ref}/", follow=True).text


def test_lapsed_hold_whose_time_went_leads_to_the_nearest_times(client, mara):
    sign_in(client)
    choose(client, in_days(3))
    held = Booking.objects.get()
    Booking.objects.update(hold_ends_at=timezone.now() - dt.timedelta(minutes=1))
    other = make_client_with_account()
    wish = Wish(other, held.session_type.lengths.get(minutes=60), held.starts_at, mara)
    lifecycle.book(wish, by=other.user, now=timezone.now())
    page = client.post(f"/book/review/{held.ref}/", follow=True)
    assert "taken in the meantime" in page.text
    assert page.text.count('class="time"') == 3
    assert Booking.objects.filter(client=held.client, status=Status.CONFIRMED).count() == 0


def test_third_time_is_kept_after_one_of_two_is_given_back(client, mara):
    sign_in(client)
    choose(client, in_days(3))
    choose(client, in_days(4))
    page = client.get(choose(client, in_days(5)).url)
    assert "Two times are kept for you already" in page.text
    given_back = Booking.objects.order_by("pk").first()
    chosen = client.post(f"/book/review/{given_back.ref}/release/")
    assert chosen.url == "/book/time/chosen/"
    review = client.post(chosen.url)
    third = Booking.objects.order_by("pk").last()
    assert (review.url, third.starts_at) == (f"/book/review/{third.ref}/", in_days(5))


def test_hold_is_renewed_by_keeping_it_longer(client, mara):
    sign_in(client)
    choose(client, in_days(3))
    held = Booking.objects.get()
    Booking.objects.update(hold_ends_at=timezone.now() + dt.timedelta(minutes=1))
    client.post(f"/book/review/{held.ref}/keep/")
    held.refresh_from_db()
    assert held.hold_ends_at > timezone.now() + dt.timedelta(minutes=9)


def test_time_that_went_while_signing_up_keeps_the_account_and_the_choice(client, mara):
    start = in_days(3)
    choose(client, start, therapist="mara")
    client.post("/accounts/signup/", DETAILS)
    other = make_client_with_account()
    length = mara.session_types.get().lengths.get(minutes=60)
    lifecycle.book(Wish(other, length, start, mara), by=other.user, now=timezone.now())
    page = client.post("/accounts/confirm-email/", {"code": code_from(mail.outbox[-1])}, follow=True)
    assert "has just been taken" in page.text
    assert page.redirect_chain[0][0].startswith("/book/relaxing/?minutes=60&therapist=mara&gone=")
    assert User.objects.get(email="robin@example.com").has_confirmed_address


def test_of_two_times_that_meet_a_client_may_keep_both_and_book_one(client, mara):
    jonas = make_therapist_at_work(name="Jonas", slug="jonas", offers=[mara.session_types.get()])
    make_session_type(slug="talk", lengths={60: "0.00"}, rooms=[], therapists=[mara, jonas])
    sign_in(client)
    start = in_days(3)
    for slug in ("mara", "jonas"):
        wanted = {"minutes": "60", "start": start.isoformat(), "therapist": slug}
        review = client.post("/book/talk/", wanted)
        assert Booking.objects.get(ref=review.url.split("/")[-2]).therapist.slug == slug
    answers = [client.post(f"/book/review/{held.ref}/", follow=True) for held in Booking.objects.order_by("pk")]
    assert "You have a session at that time already" in answers[1].text
    assert set(Booking.objects.values_list("therapist__slug", "status")) == {("mara", "confirmed"), ("jonas", "held")}
    again = client.post("/book/talk/", {"minutes": "60", "start": start.isoformat(), "therapist": "mara"})
    assert "You have a session at that time already" in again.text


def test_first_booking_of_an_approved_type_is_a_request(client, mara):
    sign_in(client)
    make_session_type(slug="talk", lengths={30: "0.00"}, rooms=[], therapists=[mara], approval="first")
    review = client.post("/book/talk/", {"minutes": "30", "start": in_days(3).isoformat()}, follow=True)
    assert "Ask for this session" in review.text
    done = client.post(review.redirect_chain[-1][0], follow=True)
    assert "You have asked for it" in done.text
    assert Booking.objects.get().status == Status.REQUESTED


def test_minor_is_told_at_the_field_and_nothing_is_written(client, mara):
    choose(client, in_days(3))
    born = timezone.now().date().replace(day=1) - dt.timedelta(days=17 * 365)
    page = client.post("/accounts/signup/", DETAILS | {"date_of_birth": born.isoformat()})
    assert page.context["form"].errors == {
        "date_of_birth": ["Sessions are for adults: a client is 18 or older on the day of booking."]
    }
    assert (User.objects.filter(role="client").count(), Client.objects.count()) == (0, 0)


def test_known_address_gets_the_same_answer_and_a_mail_of_its_own(client, mara):
    make_user(email="robin@example.com")
    choose(client, in_days(3))
    page = client.post("/accounts/signup/", DETAILS, follow=True)
    assert page.redirect_chain == [("/accounts/confirm-email/", 302)]
    assert "Confirm address and book" in page.text
    assert Client.objects.count() == 0
    (sent,) = mail.outbox
    assert sent.to == ["robin@example.com"]
    assert client.get("/accounts/login/").status_code == 200


def test_sign_up_pressed_twice_or_put_right_goes_on_with_the_code_that_was_sent(client, mara):
    choose(client, in_days(3))
    client.post("/accounts/signup/", DETAILS | {"name": "Robyn Hal", "date_of_birth": "1991-02-03"})
    again = client.post("/accounts/signup/", DETAILS, follow=True)
    assert again.redirect_chain == [("/accounts/confirm-email/", 302)]
    (sent,) = mail.outbox
    client.post("/accounts/confirm-email/", {"code": code_from(sent)})
    booking = Booking.objects.get()
    assert (booking.client.name, booking.client.date_of_birth) == ("Robin Hale", dt.date(1990, 2, 3))
    assert User.objects.get(email="robin@example.com").check_password(DETAILS["password1"])


def test_second_press_tells_nothing_of_a_known_address_and_changes_nothing_there(client, mara):
    known = make_user(email="robin@example.com")
    for _ in range(2):
        page = client.post("/accounts/signup/", DETAILS, follow=True)
        assert page.redirect_chain == [("/accounts/confirm-email/", 302)]
    assert len(mail.outbox) == 1
    known.refresh_from_db()
    assert known.check_password(PASSWORD)


def test_sign_up_from_elsewhere_with_the_same_address_is_asked_to_wait(client, mara):
    client.post("/accounts/signup/", DETAILS)
    page = Browser().post("/accounts/signup/", DETAILS)
    assert page.status_code == 429
    assert User.objects.get(email="robin@example.com").check_password(DETAILS["password1"])


def test_name_is_kept_on_one_line_and_never_stands_in_a_mail_to_an_address_nobody_confirmed(client, mara):
    client.post("/accounts/signup/", DETAILS | {"name": "Robin\r\nBcc: \u202eHale"})
    assert Client.objects.get().name == "Robin Bcc: Hale"
    assert "Robin" not in mail.outbox[0].body


def test_address_too_long_to_keep_is_refused_in_words(client, mara):
    page = client.post("/accounts/signup/", DETAILS | {"email": "r" * 300 + "@example.com"})
    assert page.context["form"].errors == {"email": ["That does not look like an e-mail address."]}
    sign_in(client)
    assert client.post("/accounts/email/", {"email": "r" * 300 + "@example.com", "action_add": ""}).status_code == 200


def test_code_page_takes_no_other_address_so_that_it_tells_nothing(client, mara):
    make_user(email="known@example.com")
    seen = []
    for email in ("known@example.com", "fresh@example.com"):
        client.logout()
        client.post("/accounts/signup/", DETAILS | {"email": email})
        page = client.post("/accounts/confirm-email/", {"action": "change", "email": "other@example.com"})
        seen.append(
            (page.status_code, page.text.count("error-summary"), User.objects.filter(email="other@example.com").count())
        )
    assert seen[0] == seen[1]


def test_second_factor_on_the_way_leads_to_the_time_that_was_chosen(client, mara):
    who = make_client_with_account()
    secret = generate_totp_secret()
    TOTP.activate(who.user, secret)
    choose(client, in_days(3))
    step = client.post("/accounts/login/", {"login": who.user.email, "password": PASSWORD})
    assert step.url == "/accounts/2fa/authenticate/"
    code = format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))
    after = client.post(step.url, {"code": code})
    assert after.url == "/book/time/chosen/"
    assert "You chose a time before you signed in." in client.get("/my/").text
    assert "Keep this time for me" in client.get(after.url).text
    client.post(after.url)
    assert Booking.objects.get().client == who


def test_row_the_practice_kept_is_joined_when_the_code_comes(client, mara):
    kept = make_client(email="robin@example.com", name="Robin H.", date_of_birth=dt.date(1990, 2, 3))
    choose(client, in_days(3))
    client.post("/accounts/signup/", DETAILS)
    kept.refresh_from_db()
    assert kept.user is None
    client.post("/accounts/confirm-email/", {"code": code_from(mail.outbox[-1])})
    assert list(Client.objects.values_list("pk", "user__email")) == [(kept.pk, "robin@example.com")]
    assert Booking.objects.get().client == kept


def test_account_without_a_client_says_first_who_it_is(client, mara):
    user = make_user()
    client.force_login(user)
    assert choose(client, in_days(3)).url == "/accounts/details/"
    on = client.post("/accounts/details/", {"name": "Robin Hale", "date_of_birth": "1990-02-03"})
    assert on.url == "/book/time/chosen/"
    client.post(on.url)
    assert Booking.objects.get().client.user == user


@pytest.mark.parametrize(("said", "kept"), [("search", "search"), ("", None)])
def test_who_comes_for_the_first_time_may_say_how_they_heard_of_us(client, mara, said, kept):
    client.post("/accounts/signup/", DETAILS | {"heard_from": said})
    assert list(Client.objects.values_list("heard_from", flat=True)) == [kept]
    user = make_user()
    client.force_login(user)
    client.post("/accounts/details/", {"name": "Robin Hale", "date_of_birth": "1990-02-03", "heard_from": said})
    assert Client.objects.get(user=user).heard_from == kept


def test_how_they_heard_of_us_is_one_of_the_choices(client, mara):
    page = client.post("/accounts/signup/", DETAILS | {"heard_from": "a dream"})
    assert "Please choose one of these, or leave it." in page.text
    assert Client.objects.count() == 0


def test_staff_are_led_to_the_practices_side(client, mara):
    client.force_login(make_front_desk())
    page = choose(client, in_days(3))
    assert page.status_code == 422
    assert "You are signed in for the practice." in page.text
    assert Booking.objects.count() == 0


@pytest.mark.parametrize("signed_in", [True, False])
@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"minutes": "45"}, "not offered in that length"),
        ({"minutes": "abc"}, "not offered in that length"),
        ({"minutes": "1000000000"}, "at most 5 characters"),
        ({"minutes": "6\x000"}, "a character in this that cannot be kept"),
        ({"therapist": "nobody"}, "does not give this session"),
        ({"therapist": "ma\x00ra"}, "a character in this that cannot be kept"),
        ({"start": ""}, "Please choose a time."),
        ({"start": "soon"}, "That is not a time."),
        ({"start": "\x00"}, "That is not a time."),
        ({"start": "2026-11-30T11:00:00"}, "That is not a time."),
        ({"start": "0001-01-01T00:00:00+14:00"}, "That is not a time."),
        ({"start": "9999-12-31T23:59:59-12:00"}, "That is not a time."),
        ({"start": "2020-01-06T11:00:00Z"}, "cannot be booked."),
        ({"start": "9000-01-06T11:00:00Z"}, "cannot be booked."),
        ({"start": "off grid"}, "cannot be booked."),
        ({"start": "seconds"}, "cannot be booked."),
    ],
)
def test_bad_choice_is_refused_in_a_sentence_and_writes_nothing(client, mara, sent, sentence, signed_in):
    if signed_in:
        sign_in(client)
    odd = {"off grid": in_days(3, "11:07"), "seconds": in_days(3) + dt.timedelta(seconds=1)}
    if sent.get("start") in odd:
        sent = {"start": odd[sent["start"]].isoformat()}
    page = client.post("/book/relaxing/", {"minutes": "60", "start": in_days(3).isoformat()} | sent)
    assert page.status_code == 422
    assert sentence in page.text
    assert Booking.objects.count() == 0
    assert "chosen_time" not in client.session


def test_price_sent_along_is_never_read(client, mara):
    sign_in(client)
    choose(client, in_days(3), price="0.01")
    assert Booking.objects.get().price == 70


@pytest.mark.parametrize(
    "query",
    [
        "month=2026-99", "day=2026-02-30", "minutes=abc", "minutes=" + "9" * 5000, "therapist=%00", "month=9999-12", "day=0001-01-01",
        "gone=never", "start=%00", "month=%F0%9F%8C%8A",
    ],
)  # fmt: skip
def test_bad_address_shows_the_page_with_a_sentence(client, mara, query):
    page = client.get(f"/book/relaxing/?{query}")
    assert page.status_code == 422
    assert 'role="alert"' in page.text
    assert 'class="time"' in page.text


def test_far_months_show_the_nearest_one_that_can_be_booked(client, mara):
    for month in ("1987-03", "2400-01"):
        assert client.get(f"/book/relaxing/?month={month}").status_code == 200


@pytest.mark.parametrize(
    "path",
    ["/book/unknown/", "/book/review/b-unknown/", "/book/done/b-unknown/", "/my/b-unknown/", "/my/%00/", "/book/%00/"],
)
def test_unknown_things_are_not_found(client, mara, path):
    sign_in(client)
    assert client.get(path).status_code == 404


def test_session_type_without_a_therapist_says_so(client, mara):
    make_session_type(slug="orphan")
    page = client.get("/book/orphan/")
    assert "cannot be booked here at the moment" in page.text


def test_page_of_times_takes_as_many_queries_for_three_therapists_as_for_one(
    client, mara, django_assert_max_num_queries
):
    with django_assert_max_num_queries(16):
        client.get("/book/relaxing/")
    for _ in range(2):
        make_therapist_at_work(offers=[mara.session_types.get()])
    with django_assert_max_num_queries(16):
        client.get("/book/relaxing/")


def test_list_of_sessions_takes_as_many_queries_for_three_as_for_one(client, mara, django_assert_num_queries):
    with django_assert_num_queries(6):
        client.get("/book/")
    for _ in range(2):
        make_session_type(therapists=[mara])
    with django_assert_num_queries(6):
        client.get("/book/")
