"""The pages about working alone: naming and testing, the links in the messages, the answer, and who sees what."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.tests.factories import make_front_desk, make_owner
from bookings import visits
from bookings.models import Booking
from bookings.tests.factories import make_booking
from care import links, standing
from care.models import Cover, NamedPerson
from care.tests.test_cover import WORDS, beats, make_begun, make_named, sweep
from clients.tests.factories import make_client_with_account
from outbox.models import Message
from practice.tests.factories import make_practice

pytestmark = pytest.mark.django_db
HERE = "/admin/care/namedperson/"
TYPED = {"name": "Lee", "email": "lee@example.com", "ask_after_minutes": "15", "tell_after_minutes": "10", "save": "1"}


@pytest.fixture(autouse=True)
def practice(db: None) -> None:
    make_practice(name="Still Water")


def browser(user: object) -> Client:
    made = Client()
    made.force_login(user)
    return made


def make_running(**person: object) -> Booking:
    """One that began just now, for pages that ask the clock."""
    start = timezone.now().replace(second=0, microsecond=0)
    return make_begun(person=person, starts_at=start, created_at=start - dt.timedelta(days=1))


def path_of(address: str) -> str:
    return address.removeprefix("http://testserver")


def test_naming_somebody_testing_it_and_their_answer() -> None:
    user = make_booking().therapist.user
    office = browser(user)
    assert "an aid, not an emergency service" in office.get(HERE).content.decode()
    page = office.post(HERE, TYPED, follow=True).content.decode()
    assert "Not tested" in page and NamedPerson.objects.get().user == user
    office.post(HERE, {"test_email": "1"})
    sweep(timezone.now())
    [letter] = mail.outbox
    (path,) = re.findall(r"http://testserver(/link/reached/\S+/)", letter.body)
    phone = Client()
    for _ in range(2):
        assert "Did our test reach you?" in phone.get(path).content.decode()
        assert NamedPerson.objects.get().email_reached_at is None
    assert "It is noted that messages reach you" in phone.post(path, follow=True).content.decode()
    assert "<strong>Tested</strong>" in office.get(HERE).content.decode()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"email": ""}, "Please give an e-mail address or a mobile number"),
        ({"phone": "0123"}, "telephone number with its country"),
        ({"ask_after_minutes": "-1"}, "greater than or equal to 0"),
        ({"tell_after_minutes": "100000"}, "less than or equal to 240"),
        ({"closing_word": "tea"}, "Please choose both words, or neither."),
        ({"closing_word": "tea", "help_word": "Tea "}, "Please choose two different words."),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(typed, said) -> None:
    office = browser(make_booking().therapist.user)
    assert said in office.post(HERE, TYPED | typed).content.decode()
    assert not NamedPerson.objects.exists()


def test_a_text_message_is_tested_by_its_figures() -> None:
    office = browser(make_booking().therapist.user)
    office.post(HERE, TYPED | {"phone": "+447700900001"})
    office.post(HERE, {"test_sms": "1"})
    wrong = office.post(HERE, {"send_code": "1", "code": "12"}, follow=True).content.decode()
    assert "These are not the six figures" in wrong
    code = links.code(NamedPerson.objects.get())
    right = office.post(HERE, {"send_code": "1", "code": f"{code[:3]} {code[3:]}"}, follow=True).content.decode()
    assert "Text messages reach Lee." in right


def test_words_are_never_shown_and_can_be_taken_away() -> None:
    user = make_booking().therapist.user
    make_named(user, **WORDS)
    office = browser(user)
    page = office.get(HERE).content.decode()
    assert "Two words are set" in page and "blue lamp" not in page.casefold() and "argon" not in page
    office.post(HERE, TYPED)
    assert NamedPerson.objects.get().has_words
    office.post(HERE, {"forget_words": "1"})
    assert not NamedPerson.objects.get().has_words
    office.post(HERE, {"remove": "1"})
    assert not NamedPerson.objects.exists()


def test_whom_somebody_named_is_their_own() -> None:
    person = make_named(make_booking().therapist.user)
    for user in (make_booking().therapist.user, make_owner()):
        office = browser(user)
        assert "lee@example.com" not in office.get(HERE).content.decode()
        assert office.get(f"{HERE}{person.pk}/change/").status_code == 404
        office.post(HERE, {"remove": "1"})
    assert browser(make_front_desk()).get(HERE).status_code == 403
    assert NamedPerson.objects.count() == 1


def test_looking_at_the_question_changes_nothing_and_its_button_answers() -> None:
    booking = make_running()
    path = path_of(links.to_answer(booking.cover))
    phone = Client()
    assert "Is all well?" in phone.get(path).content.decode()
    page = phone.post(path, {"answer": "longer"}, follow=True).content.decode()
    assert "You are asked at" in page and Cover.objects.get().version == 2
    assert "It is noted that all is well" in phone.post(path, {"answer": "well"}, follow=True).content.decode()
    assert Cover.objects.get().closed_at
    assert "It is noted that all is well" in phone.post(path, {"answer": "longer"}, follow=True).content.decode()
    assert Cover.objects.get().version == 2


def test_where_there_are_words_the_link_alone_answers_nothing() -> None:
    booking = make_running(**WORDS)
    path, phone = path_of(links.to_answer(booking.cover)), Client()
    for typed, said in (({}, "Please type your word."), ({"word": "tea"}, "not one of your words")):
        assert said in phone.post(path, {"answer": "well"} | typed).content.decode()
    assert Cover.objects.get().closed_at is None
    pages = [phone.post(path, {"answer": "well", "word": "blue lamp"}, follow=True).content]
    other = make_running(**WORDS)
    other_path = path_of(links.to_answer(other.cover))
    pages.append(phone.post(other_path, {"answer": "well", "word": "evening tea"}, follow=True).content)
    assert len({re.sub(rb'nonce="[^"]*"|/link/well/[^"/]*', b"", page) for page in pages}) == 1


@pytest.mark.parametrize("path", ["/link/well/x/", "/link/well/1.sig/", "/link/reached/%00/", "/link/reached/a-b-c.d/"])
def test_a_link_that_was_never_made_leads_nowhere(path) -> None:
    assert [Client().get(path).status_code, Client().post(path).status_code] == [404, 404]


def test_a_link_has_its_time() -> None:
    long_ago = timezone.now().replace(second=0, microsecond=0) - dt.timedelta(days=9)
    booking = make_begun(person={}, starts_at=long_ago, created_at=long_ago)
    assert Client().get(path_of(links.to_answer(booking.cover))).status_code == 410
    reached = path_of(links.reached(NamedPerson.objects.get(), long_ago))
    assert Client().post(reached).status_code == 410


def test_the_end_of_a_session_asks_for_the_word_and_shows_the_same_whichever_it_is() -> None:
    pages, office = [], None
    for word in ("evening tea", "blue lamp"):
        booking = make_running(**WORDS)
        office = browser(booking.therapist.user)
        act = f"/admin/bookings/booking/{booking.pk}/act/end/"
        assert 'name="word"' in office.get(act).content.decode()
        early = {"early_by": "client", "early_why": "time"}
        assert "not one of your words" in office.post(act, early | {"word": "red"}).content.decode()
        answer = office.post(act, early | {"word": word}, follow=True)
        page = answer.content.decode()
        for name in (
            booking.ref,
            str(booking.client),
            str(booking.therapist),
            str(booking.session_type),
            str(booking.room),
        ):
            page = page.replace(name, "…")
        pages.append(re.sub(r"\d+|nonce=\S+|csrf\S+ value=\S+|person\S+example", "", page))
    assert pages[0] == pages[1]
    assert "blue" not in pages[0] and "help is wanted" not in pages[0]


@pytest.mark.parametrize(
    ("word", "waiting", "is_closed"),
    [("blue lamp", ["cover_call"], True), ("evening tea", [], True), ("red", ["cover_ask", "cover_tell"], False)],
)
def test_a_word_is_heard_also_where_somebody_else_ended_the_session_first(
    word: str, waiting: list[str], is_closed: bool
) -> None:
    booking, early = make_running(**WORDS), {"early_by": "client", "early_why": "time"}
    visits.end(Booking.objects.get(pk=booking.pk), by=make_owner(), now=timezone.now(), **early)
    act = f"/admin/bookings/booking/{booking.pk}/act/end/"
    page = browser(booking.therapist.user).post(act, early | {"word": word}, follow=True).content.decode()
    assert "not possible for this booking" in page
    planned = Message.objects.filter(about=f"cover:{booking.cover.pk}", state="planned").order_by("kind")
    assert list(planned.values_list("kind", flat=True)) == waiting
    assert (Cover.objects.get().closed_at is not None) is is_closed


@pytest.mark.parametrize(
    ("word", "waiting"), [("blue lamp", ["cover_call"]), ("evening tea", []), ("red", ["cover_ask", "cover_tell"])]
)
def test_a_word_is_heard_also_where_the_rest_of_the_page_is_not_filled_in(word: str, waiting: list[str]) -> None:
    booking = make_running(**WORDS)
    page = browser(booking.therapist.user).post(f"/admin/bookings/booking/{booking.pk}/act/end/", {"word": word})
    assert "This field is required." in page.content.decode()
    assert Booking.objects.get(pk=booking.pk).ended_at is None
    planned = Message.objects.filter(about=f"cover:{booking.cover.pk}", state="planned").order_by("kind")
    assert list(planned.values_list("kind", flat=True)) == waiting


def test_nobody_but_the_therapist_is_asked_for_a_word() -> None:
    booking = make_running(**WORDS)
    act = f"/admin/bookings/booking/{booking.pk}/act/end/"
    assert 'name="word"' not in browser(make_owner()).get(act).content.decode()


def test_the_page_of_a_booking_says_how_it_is_covered() -> None:
    booking = make_booking(
        client=make_client_with_account(),
        starts_at=timezone.now().replace(second=0, microsecond=0) + dt.timedelta(hours=2),
    )
    page = f"/admin/bookings/booking/{booking.pk}/change/"
    office = browser(booking.therapist.user)
    assert standing.NOBODY_NAMED in office.get(page).content.decode()
    make_named(booking.therapist.user)
    assert standing.NOT_SENDING in office.get(page).content.decode()
    beats(timezone.now())
    assert "It will be covered when it starts." in office.get(page).content.decode()
    assert "covered" not in browser(make_front_desk()).get(page).content.decode()


def test_the_list_of_covers_and_one_of_them_answered_there() -> None:
    booking = make_running()
    office = browser(booking.therapist.user)
    assert "Lee" in office.get("/admin/care/cover/").content.decode()
    page = f"/admin/care/cover/{booking.cover.pk}/change/"
    assert "Covered. If it is not ended by" in office.get(page).content.decode()
    assert 'value="well"' not in browser(make_owner()).get(page).content.decode()
    assert browser(make_booking().therapist.user).get(page).status_code == 404
    assert "It was covered. All is well." in office.post(page, {"answer": "well"}, follow=True).content.decode()


def test_the_list_asks_the_same_number_of_questions_however_many_there_are(django_assert_max_num_queries) -> None:
    make_running()
    office = browser(make_owner())
    office.get("/admin/care/cover/")
    with django_assert_max_num_queries(30) as one:
        office.get("/admin/care/cover/")
    make_running(), make_running()
    with django_assert_max_num_queries(30) as three:
        office.get("/admin/care/cover/")
    assert len(one) == len(three)
