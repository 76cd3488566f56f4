"""Signing in, and the mails that leave at once: where people land, what a silent mail server does, what nobody learns."""

import smtplib

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.test import Client
from django.utils import timezone

from accounts import adapter, browsers, happenings
from accounts.happenings import Happening
from accounts.models import Role, User
from accounts.tests.factories import PASSWORD, make_user
from outbox.models import Message
from practice.tests.factories import make_practice

pytestmark = pytest.mark.django_db


class SilentServer(BaseEmailBackend):
    """A mail server that is not there."""

    def open(self) -> bool:
        raise ConnectionRefusedError

    def send_messages(self, email_messages: list) -> int:
        raise smtplib.SMTPServerDisconnected


def sign_in(email: str, **more: str):
    return Client().post("/accounts/login/", {"login": email, "password": PASSWORD, **more})


@pytest.mark.parametrize(
    ("role", "lands"),
    [(Role.OWNER, "/admin/"), (Role.THERAPIST, "/admin/"), (Role.FRONT_DESK, "/admin/"), (Role.CLIENT, "/my/")],
)
def test_each_role_lands_where_its_work_is(role, lands) -> None:
    assert sign_in(make_user(role=role).email).headers["Location"] == lands


def test_where_somebody_wanted_to_go_comes_first() -> None:
    user = make_user()
    assert sign_in(user.email, next="/book/").headers["Location"] == "/book/"
    assert sign_in(user.email, next="https://elsewhere.example/").headers["Location"] == "/my/"


def test_a_reset_mail_leaves_at_once_in_the_practices_name() -> None:
    make_practice(name="Still Water")
    Client().post("/accounts/password/reset/", {"email": make_user().email})
    (sent,) = mail.outbox
    assert "Still Water" in sent.body


def test_no_mail_goes_to_an_address_without_an_account_and_the_answer_is_the_same() -> None:
    known = Client().post("/accounts/password/reset/", {"email": make_user().email})
    mail.outbox.clear()
    unknown = Client().post("/accounts/password/reset/", {"email": "nobody@example.com"})
    assert (unknown.status_code, unknown.headers["Location"]) == (known.status_code, known.headers["Location"])
    assert mail.outbox == []


@pytest.mark.parametrize("email", ["sam@example.com", "nobody@example.com"])
def test_a_silent_mail_server_gives_a_clear_page_to_known_and_unknown_alike(settings, email) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.SilentServer"
    make_user(email="sam@example.com")
    answer = Client().post("/accounts/password/reset/", {"email": email})
    assert answer.status_code == 503
    assert "The e-mail could not leave just now" in answer.content.decode()


def test_what_was_done_to_an_account_is_told_the_way_of_all_messages() -> None:
    user, browser = make_user(), Client()
    browser.force_login(user)
    new = "another-quiet-garden-8"
    answer = browser.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert (answer.status_code, mail.outbox) == (302, [])
    happened: list[Happening] = []
    happenings.when(happened.append)
    adapter.AccountAdapter().send_notification_mail("mfa/email/totp_activated", user)
    happenings._follows.remove(happened.append)
    assert [(each.what, each.user, each.address) for each in happened] == [("totp_activated", user, user.email)]


def test_an_account_that_may_not_sign_in_any_more_does_not() -> None:
    answer = sign_in(make_user(is_active=False).email)
    assert answer.headers["Location"] == "/accounts/inactive/"


def test_the_admins_sign_in_is_the_sites_own() -> None:
    assert (
        Client().get("/admin/login/?next=/admin/practice/").headers["Location"]
        == "/accounts/login/?next=%2Fadmin%2Fpractice%2F"
    )
    assert (
        Client()
        .post("/admin/login/", {"username": "x", "password": "y"})
        .headers["Location"]
        .startswith("/accounts/login/")
    )


# A browser that did not carry the account before


def told_of_browsers(user: User) -> int:
    return Message.objects.filter(user=user, about="security:signed_in_anew").count()


def test_sign_in_with_another_browser_is_told_once_and_the_very_first_is_not() -> None:
    make_practice()
    user, mine, other = make_user(), Client(), Client()
    said = {"login": user.email, "password": PASSWORD}

    told = []
    for browser in (mine, mine, other, other, mine):
        assert browser.post("/accounts/login/", said).status_code == 302
        told.append(told_of_browsers(user))
        browser.post("/accounts/logout/")

    assert told == [0, 0, 1, 1, 1]


def test_two_people_at_one_browser_are_each_known_there_and_neither_for_the_other() -> None:
    make_practice()
    one, two, browser = make_user(), make_user(), Client()
    for user in (one, two):
        Client().post("/accounts/login/", {"login": user.email, "password": PASSWORD})

    for user in (one, two, one, two):
        browser.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
        browser.post("/accounts/logout/")

    assert [told_of_browsers(user) for user in (one, two)] == [1, 1]


def test_a_browser_is_a_new_one_after_the_password_was_changed() -> None:
    make_practice()
    user, browser = make_user(), Client()
    browser.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    browser.post("/accounts/logout/")
    user.refresh_from_db()
    user.set_password("another-quiet-garden-8")
    user.save()

    browser.post("/accounts/login/", {"login": user.email, "password": "another-quiet-garden-8"})

    assert told_of_browsers(user) == 1


def test_a_new_password_signs_every_other_browser_out() -> None:
    make_practice()
    user, mine, other = make_user(), Client(), Client()
    for browser in (mine, other):
        browser.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    new = {"oldpassword": PASSWORD, "password1": "another-quiet-garden-8", "password2": "another-quiet-garden-8"}

    mine.post("/accounts/password/change/", new)

    assert [browser.get("/accounts/email/").status_code for browser in (mine, other)] == [200, 302]


@pytest.mark.parametrize("cookie", ["", "x.y.z", "." * 3000, "ä", "0" * 64])
def test_an_invented_cookie_makes_no_browser_known(cookie: str) -> None:
    make_practice()
    user, browser = make_user(last_login=timezone.now()), Client()
    browser.cookies[browsers.COOKIE] = cookie

    assert browser.post("/accounts/login/", {"login": user.email, "password": PASSWORD}).status_code == 302

    assert told_of_browsers(user) == 1


def test_a_refused_sign_in_tells_nothing() -> None:
    make_practice()
    user = make_user(last_login=timezone.now())

    Client().post("/accounts/login/", {"login": user.email, "password": "wrong"})

    assert Message.objects.count() == 0
