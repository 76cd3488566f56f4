"""The open pages of the offer: /, /sessions/, /sessions/<slug>/."""

import datetime as dt
import html
import re
from decimal import Decimal

import pytest
from django.test import Client as Browser

from bookings import brochure
from bookings.models import Approval, Kind, Stage
from bookings.tests.factories import make_length, make_offer, make_prerequisite, make_session_type, make_therapist
from practice.models import PageText, Practice

pytestmark = pytest.mark.django_db


def described(session_type):
    return brochure.describe(brochure.sessions().get(pk=session_type.pk), Practice.objects.current())


def offered(number: int) -> None:
    for _ in range(number):
        session_type = make_session_type(lengths={60: "70.00", 90: "95.00"})
        make_offer(make_therapist(), session_type, prices={60: "75.00"})
        make_offer(make_therapist(), session_type)
        make_prerequisite(session_type, make_session_type(active=False))


@pytest.mark.parametrize("path", ["/", "/sessions/"])
@pytest.mark.parametrize("number", [1, 3])
def test_lists_of_sessions_take_seven_queries_whatever_their_number(
    client: Browser, django_assert_num_queries, path, number
):
    offered(number)
    with django_assert_num_queries(7):
        client.get(path)


@pytest.mark.parametrize("therapists", [1, 3])
def test_a_session_page_takes_seven_queries_whatever_its_therapists(
    client: Browser, django_assert_num_queries, therapists
):
    make_session_type(slug="relaxing", therapists=[make_therapist() for _ in range(therapists)])
    with django_assert_num_queries(7):
        client.get("/sessions/relaxing/")


def test_prices_are_told_per_therapist_where_they_differ():
    session_type = make_session_type(lengths={60: "70.00"})
    make_offer(make_therapist(name="Mara", order=1), session_type)
    make_offer(make_therapist(name="Jonas", order=2), session_type, prices={60: "65.00"})
    make_offer(make_therapist(name="Ines", order=3), session_type)
    priced = described(session_type).lengths[0]
    assert priced == brochure.PricedLength(60, ((Decimal(65), ("Jonas",)), (Decimal(70), ("Mara", "Ines"))))
    assert (priced.lowest, priced.differs) == (Decimal(65), True)


def test_one_price_of_all_therapists_is_told_once():
    session_type = make_session_type(lengths={60: "70.00"})
    make_offer(make_therapist(name="Mara"), session_type, prices={60: "75.00"})
    assert described(session_type).lengths == (brochure.PricedLength(60, ((Decimal(75), ("Mara",)),)),)


def test_what_a_session_asks_first_is_told_in_whole_sentences():
    basics = make_session_type(name="Relaxing massage")
    session_type = make_session_type(
        requires_consultation=True,
        requires_stage=Stage.CLEARING,
        requires_consents=["tantric"],
        approval=Approval.FIRST,
    )
    make_prerequisite(session_type, basics, count=2)
    Practice(request_expires_after=dt.timedelta(hours=36)).save()
    assert described(session_type).needs == (
        "A consultation comes first.",
        "Two completed sessions of Relaxing massage come first.",
        "Your therapist decides with you when the time for it has come.",
        "You read and sign a consent beforehand. You can withdraw it at any moment.",
        "Your first booking of it is a request. Your therapist answers within 36 hours.",
    )


def test_a_session_that_nobody_gives_is_told_but_cannot_be_booked(client: Browser):
    session_type = make_session_type(slug="relaxing")
    make_offer(make_therapist(active=False), session_type)
    page = client.get("/sessions/relaxing/").content.decode()
    assert "It cannot be booked here at the moment." in page
    assert "/book/relaxing/" not in page


def test_a_session_page_leads_to_its_booking(client: Browser):
    make_session_type(slug="relaxing", therapists=[make_therapist()])
    assert (
        '<a class="btn btn-primary btn-wide" href="/book/relaxing/">Choose a time</a>'
        in client.get("/sessions/relaxing/").content.decode()
    )


def test_a_session_that_is_not_offered_is_not_there(client: Browser):
    make_session_type(slug="old", active=False)
    assert client.get("/sessions/old/").status_code == 404
    assert "/sessions/old/" not in client.get("/sessions/").content.decode()


def test_tantric_massage_is_explained_on_its_own_page_and_on_the_list(client: Browser):
    make_session_type(slug="preparation", kind=Kind.TANTRIC)
    make_session_type(slug="relaxing")
    told = {
        path: "Why it takes longer" in client.get(path).content.decode()
        for path in ("/sessions/", "/sessions/preparation/", "/sessions/relaxing/")
    }
    assert told == {"/sessions/": True, "/sessions/preparation/": True, "/sessions/relaxing/": False}


def test_what_costs_nothing_is_free(client: Browser):
    session_type = make_session_type(
        slug="talk", kind=Kind.CONSULTATION, lengths={30: "0.00"}, therapists=[make_therapist()]
    )
    make_length(session_type, minutes=60, price="40.00")
    page = client.get("/sessions/talk/").content.decode()
    assert ("<dd>free</dd>" in page, "<dd>£40</dd>" in page) == (True, True)


def descriptions(page: str) -> list[str]:
    return [html.unescape(found) for found in re.findall(r'<meta name="description" content="([^"]*)">', page)]


def test_open_pages_describe_themselves_in_the_practices_own_words_and_a_clients_page_not_at_all(client: Browser):
    Practice.objects.create(strapline="Massage by the canal")
    PageText.objects.create(slug="boundaries", title="Boundaries", body='## First\n\nWhat a "session" is.\n\nMore.')
    make_offer(make_therapist(), make_session_type(slug="relaxing", summary="An hour of quiet."))
    make_offer(make_therapist(), make_session_type(slug="deep", description="Slow and *firm*."))
    paths = ("/sessions/", "/book/", "/sessions/relaxing/", "/sessions/deep/", "/boundaries/", "/accounts/login/")

    found = {path: descriptions(client.get(path).content.decode()) for path in paths}

    assert found == {
        "/sessions/": ["Massage by the canal"],
        "/book/": ["Massage by the canal"],
        "/sessions/relaxing/": ["An hour of quiet."],
        "/sessions/deep/": ["Slow and firm."],
        "/boundaries/": ["What a “session” is."],
        "/accounts/login/": [],
    }
    assert len(descriptions(client.get("/").content.decode())) == 1


def test_open_pages_are_only_read(client: Browser):
    make_session_type(slug="relaxing")
    assert [client.post(path).status_code for path in ("/", "/sessions/", "/sessions/relaxing/", "/terms/")] == [
        405
    ] * 4
