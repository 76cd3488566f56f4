"""Bad input of forms and signatures as it comes over HTTP: each is answered clearly, and nothing is written by halves."""

from __future__ import annotations

import datetime as dt
from typing import Any
from unittest import mock

import pytest
from django.core.cache import cache
from django.test import Client as Browser
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import make_owner, make_user
from bookings.models import Status
from bookings.tests import calling
from bookings.tests.factories import make_booking
from clients import agreements
from clients.models import Client, Consent, DocumentVersion, Submission, Understanding
from clients.tests.factories import make_client, make_client_with_account, make_document, make_published
from clients.tests.forms import make_form, renew
from outbox.models import Message
from practice.tests.factories import make_practice

pytestmark = pytest.mark.django_db

DETAILS = {
    "name": "Robin Hale",
    "email": "robin@example.com",
    "date_of_birth": "1990-02-03",
    "password1": "a-quiet-garden-7",
}
LONG = "n" * 10_000


@pytest.fixture(autouse=True)
def fresh() -> None:
    cache.clear()  # what the sign-in pages count stays in the table from test to test


def browser_of(user: User) -> Browser:
    browser = Browser()
    browser.force_login(user)
    return browser


def at_the_moment(text: str) -> Any:
    """The clock of the pages stands at this instant."""
    return mock.patch.object(timezone, "now", return_value=dt.datetime.fromisoformat(text))


def sign_up(**typed: str) -> Any:
    return Browser().post("/accounts/signup/", DETAILS | typed)


def written() -> tuple[int, int, int]:
    return User.objects.filter(role="client").count(), Client.objects.count(), Message.objects.count()


# Names


@pytest.mark.parametrize("name", [LONG, "n" * 151])
def test_a_name_that_is_too_long_is_told_at_its_field_wherever_it_is_typed(name) -> None:
    make_practice()
    account, owner = make_user(), make_owner()
    before = written()
    own = {"name": name, "date_of_birth": "1990-02-03"}
    for answer in (
        sign_up(name=name),
        browser_of(account).post("/accounts/details/", own),
        browser_of(owner).post("/admin/clients/client/add/", own | {"email": "", "phone": ""}),
    ):
        page = answer.content.decode()
        assert answer.status_code == 200
        assert "at most 150 characters" in page
    assert written() == before


def test_a_name_that_fills_its_field_is_kept_whole_and_signs() -> None:
    make_practice()
    user = make_user()
    name = " ".join(["Maximiliana"] * 12)
    browser_of(user).post("/accounts/details/", {"name": name, "date_of_birth": "1990-02-03"})
    version = make_published(timezone.now(), make_document(slug="treatment"))
    sent = {"shown": version.sha256, "typed_name": name, "clause_0": "on", "clause_1": "on"}
    assert browser_of(user).post("/my/agreements/treatment/", sent).status_code == 302
    assert Consent.objects.get().typed_name == name


# Birthdays


@pytest.mark.parametrize(
    ("zone", "born", "is_adult"),
    [
        ("Europe/London", "2008-06-02", True),  # half past midnight there, and still the first elsewhere
        ("Europe/London", "2008-06-03", False),
        ("America/New_York", "2008-06-01", True),
        ("America/New_York", "2008-06-02", False),
        ("Pacific/Kiritimati", "2008-06-02", True),
    ],
)
def test_who_is_a_day_under_age_where_the_practice_is_cannot_sign_up(zone, born, is_adult) -> None:
    make_practice(timezone=zone)
    with at_the_moment("2026-06-01T23:30:00+00:00"):
        answer = sign_up(date_of_birth=born)
    assert (answer.status_code, written()[:2]) == ((302, (1, 1)) if is_adult else (200, (0, 0)))
    if not is_adult:
        assert "Sessions are for adults: a client is 18 or older on the day of booking." in answer.content.decode()


@pytest.mark.parametrize(
    ("today", "is_adult"), [("2026-02-28T12:00:00+00:00", False), ("2026-03-01T12:00:00+00:00", True)]
)
def test_born_on_a_leap_day_signs_up_from_the_first_of_march(today, is_adult) -> None:
    make_practice()
    with at_the_moment(today):
        answer = sign_up(date_of_birth="2008-02-29")
    assert (answer.status_code, Client.objects.count()) == ((302, 1) if is_adult else (200, 0))


@pytest.mark.parametrize("born", ["1981-02-29", "1990-02-30", "29 February", "", "0000-00-00", "9999-12-31"])
def test_a_birthday_that_is_none_is_told_and_writes_nothing(born) -> None:
    make_practice()
    answer = sign_up(date_of_birth=born)
    assert (answer.status_code, answer.context["form"].errors.keys()) == (200, {"date_of_birth"})
    assert written() == (0, 0, 0)


@pytest.mark.parametrize("days", [0, 1])
def test_a_day_decides_over_the_api_too_for_whom_staff_entered(days) -> None:
    calling.make_open_practice()
    today = calling.a_day(0)
    try:
        eighteen_ago = today.replace(year=today.year - 18)
    except ValueError:  # the twenty-ninth of February
        eighteen_ago = dt.date(today.year - 18, 2, 28)
    client = make_client(user=make_user(), date_of_birth=eighteen_ago + dt.timedelta(days=days))
    answer = calling.post("/bookings", calling.asking(calling.a_start()), client.user)
    assert (answer.status_code, answer.json().get("code")) == ((201, None), (403, "under_age"))[days]


# Signatures


def test_an_old_tab_on_the_practices_tablet_shows_the_new_text_and_signs_nothing() -> None:
    make_practice()
    client, owner = make_client(name="Sam Field"), make_owner()
    first = make_published(timezone.now(), make_document(slug="treatment"))
    draft = agreements.new_draft(first.document)
    DocumentVersion.objects.filter(pk=draft.pk).update(text="It reads otherwise now.")
    agreements.publish(draft, by=None, now=timezone.now())
    sent = {"shown": first.sha256, "typed_name": "Sam Field", "clause_0": "on", "clause_1": "on", "given_by": "tablet"}
    url = f"/admin/clients/consent/of/{client.pk}/treatment/sign/"
    page = browser_of(owner).post(url, sent).content.decode()
    assert "The text has changed since this page was opened." in page
    assert "It reads otherwise now." in page
    assert not Consent.objects.exists()


@pytest.mark.parametrize("shown", ["", "0" * 64, "é" * 64, "x" * 10_000])
def test_a_signature_under_a_text_that_was_never_shown_signs_nothing(shown) -> None:
    make_practice()
    version = make_published(timezone.now(), make_document(slug="treatment"))
    sent = {"shown": shown, "typed_name": "Sam Field", "clause_0": "on", "clause_1": "on"}
    client = make_client_with_account(name="Sam Field")
    answer = browser_of(client.user).post("/my/agreements/treatment/", sent)
    assert answer.status_code in (409, 422)
    assert version.text in answer.content.decode()
    assert not Consent.objects.exists()


@pytest.mark.parametrize("answer", ["2", "-1", "x", "", "9" * 400])
def test_an_answer_that_is_not_offered_about_the_boundaries_is_asked_again(answer) -> None:
    make_practice()
    version = make_published(timezone.now(), make_document(slug="boundaries", kind="boundaries"))
    client = make_client_with_account()
    sent = {"shown": version.sha256, "answer_0": answer, "answer_1": "1", "answer_7": "1"}
    said = browser_of(client.user).post("/my/boundaries/", sent)
    assert said.status_code == 422
    assert "Please choose one of the answers." in said.content.decode()
    assert not Understanding.objects.exists()


# The questions of a visit


def visit() -> tuple[Client, Any, str]:
    make_practice()
    client = make_client_with_account()
    fever = {"kind": "yes_no", "is_required": True, "choices": {"yes": "stop", "no": ""}}
    version = make_form({"fever": fever}, asked="visit", slug="today", valid_for_months=None)
    tomorrow = (timezone.now() + dt.timedelta(days=1)).replace(hour=12, minute=0, second=0, microsecond=0)
    return client, version, f"/my/{make_booking(client=client, starts_at=tomorrow).ref}/visit/"


def test_an_old_tab_of_a_visits_questions_stores_nothing_and_shows_them_as_they_are() -> None:
    client, version, url = visit()
    renew(version, timezone.now())
    answer = browser_of(client.user).post(url, {"version": str(version.pk), "today-q-fever": "yes"}, follow=True)
    assert answer.status_code in (200, 409)
    assert "renewed" in answer.content.decode()
    assert not Submission.objects.exists()
    assert client.bookings.get().status == Status.CONFIRMED


@pytest.mark.parametrize("more", [{"today-q-nobody-asks": "x"}, {"today-q-fever": "perhaps"}, {"today-q-fever": LONG}])
def test_an_answer_that_no_question_of_the_visit_takes_stores_nothing(more) -> None:
    client, version, url = visit()
    sent = {"version": str(version.pk), "today-q-fever": "no"} | more
    answer = browser_of(client.user).post(url, sent)
    assert answer.status_code < 500
    assert not Submission.objects.exists()
    assert client.bookings.get().status == Status.CONFIRMED


@pytest.mark.parametrize("named", ["", "x", "999999", "9" * 40, "-1"])
def test_a_version_that_does_not_exist_stores_nothing(named) -> None:
    client, _, url = visit()
    answer = browser_of(client.user).post(url, {"version": named, "today-q-fever": "yes"})
    assert answer.status_code < 500
    assert not Submission.objects.exists()
