"""The door of the practice's side: second factor and the end of a session, on every page alike."""

import datetime as dt
import time

import pytest
from allauth.account.internal.flows.login import (
    _AUTHENTICATION_METHODS_USER_SESSION_KEY,
    AUTHENTICATION_METHODS_SESSION_KEY,
)
from allauth.mfa.models import Authenticator
from django.test import Client

from accounts.middleware import SEEN, SINCE
from accounts.tests.factories import make_front_desk, make_owner, make_user

pytestmark = pytest.mark.django_db


def signed_in(user, *, methods=("password",), **session) -> Client:
    browser = Client()
    browser.force_login(user)
    kept = browser.session
    kept[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": method, "at": time.time()} for method in methods]
    kept[_AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(user.pk)
    kept.update(session)
    kept.save()
    return browser


def ago(**span) -> float:
    return time.time() - dt.timedelta(**span).total_seconds()


@pytest.fixture
def _demanded(settings) -> None:
    settings.SECOND_FACTOR_REQUIRED = True


@pytest.mark.usefixtures("_demanded")
@pytest.mark.parametrize("path", ["/admin/", "/admin/bookings/", "/accounts/email/", "/sessions/"])
def test_staff_without_a_second_factor_are_led_to_set_one_up(path) -> None:
    answer = signed_in(make_front_desk()).get(path)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/accounts/2fa/")


@pytest.mark.usefixtures("_demanded")
def test_the_pages_that_set_it_up_and_signing_out_stay_open() -> None:
    browser = signed_in(make_owner())
    assert browser.get("/accounts/2fa/").status_code == 200
    assert "/accounts/reauthenticate/" in browser.get("/accounts/2fa/totp/activate/").headers["Location"]
    assert browser.get("/accounts/reauthenticate/").status_code == 200
    assert browser.post("/accounts/logout/").headers["Location"] == "/"


@pytest.mark.usefixtures("_demanded")
def test_a_session_entered_without_the_factor_confirms_it_first_and_then_goes_on() -> None:
    owner = make_owner()
    Authenticator.objects.create(user=owner, type=Authenticator.Type.TOTP, data={"secret": "x"})
    answer = signed_in(owner).get("/admin/practice/")
    assert answer.headers["Location"] == "/accounts/2fa/reauthenticate/?next=%2Fadmin%2Fpractice%2F"
    assert signed_in(owner, methods=("password", "mfa")).get("/admin/settings/").status_code == 200


@pytest.mark.usefixtures("_demanded")
@pytest.mark.parametrize("page", ["totp/deactivate/", "totp/activate/", "recovery-codes/", "webauthn/add/", ""])
def test_a_session_entered_by_password_alone_cannot_change_the_factors_there_are(page) -> None:
    owner = make_owner()
    Authenticator.objects.create(user=owner, type=Authenticator.Type.TOTP, data={"secret": "x"})
    proof = {"method": "password", "at": time.time(), "reauthenticated": True}
    browser = signed_in(owner, **{AUTHENTICATION_METHODS_SESSION_KEY: [proof]})

    answer = browser.get(f"/accounts/2fa/{page}")

    assert answer.headers["Location"].startswith("/accounts/2fa/reauthenticate/?next=")
    assert browser.get("/accounts/2fa/reauthenticate/").status_code == 200


@pytest.mark.usefixtures("_demanded")
def test_recovery_codes_alone_are_no_second_factor() -> None:
    owner = make_owner()
    Authenticator.objects.create(user=owner, type=Authenticator.Type.RECOVERY_CODES, data={})
    answer = signed_in(owner, methods=("password", "mfa")).get("/admin/")
    assert answer.headers["Location"] == "/accounts/2fa/"


@pytest.mark.usefixtures("_demanded")
def test_clients_are_asked_for_none() -> None:
    assert signed_in(make_user()).get("/accounts/email/").status_code == 200


def test_where_it_is_offered_and_not_demanded_staff_go_straight_in() -> None:
    assert signed_in(make_owner()).get("/admin/settings/").status_code == 200


@pytest.mark.parametrize("session", [{SEEN: ago(minutes=31)}, {SINCE: ago(hours=12, minutes=1)}])
def test_a_staff_session_ends_after_half_an_hour_unused_and_after_twelve_hours(session) -> None:
    browser = signed_in(make_owner(), **{SINCE: ago(hours=1), SEEN: ago(minutes=1)} | session)
    answer = browser.get("/admin/practice/")
    assert answer.headers["Location"] == "/accounts/login/?next=%2Fadmin%2Fpractice%2F"
    assert "_auth_user_id" not in browser.session


def test_an_ended_session_still_reads_public_pages_as_a_visitor() -> None:
    browser = signed_in(make_owner(), **{SINCE: ago(hours=1), SEEN: ago(minutes=31)})
    assert browser.get("/sessions/").status_code == 200
    assert "_auth_user_id" not in browser.session


def test_a_clients_session_is_left_to_its_cookie() -> None:
    assert signed_in(make_user(), **{SINCE: ago(days=1), SEEN: ago(days=1)}).get("/accounts/email/").status_code == 200


def test_a_staff_session_is_written_once_a_minute_at_most() -> None:
    browser = signed_in(make_owner())
    browser.get("/admin/")
    seen = browser.session[SEEN]
    browser.get("/admin/")
    assert browser.session[SEEN] == seen
    kept = browser.session
    kept[SEEN] = seen - 61
    kept.save()
    browser.get("/admin/")
    assert browser.session[SEEN] > seen - 1
