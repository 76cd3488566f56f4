"""Accounts, roles and tokens as the owner keeps them; a link goes out, and no password or token is ever seen."""

import datetime as dt

import pytest
from allauth.account.models import EmailAddress
from django.contrib.messages import get_messages
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts import records
from accounts.errors import TokenRefused
from accounts.models import ApiToken, Role, User
from accounts.permissions import is_last_owner
from accounts.tests.factories import make_front_desk, make_owner, make_user

pytestmark = pytest.mark.django_db
USERS = "/admin/accounts/user/"


def browser(user: User) -> Client:
    made = Client()
    made.force_login(user)
    return made


def said(answer) -> str:
    return " ".join(str(message) for message in get_messages(answer.wsgi_request))


def change(owner: User, user: User, **values):
    return browser(owner).post(
        f"{USERS}{user.pk}/change/", {"name": user.name, "role": user.role, "is_active": "on"} | values
    )


def test_a_new_account_gets_a_link_and_no_password() -> None:
    owner = browser(make_owner())
    owner.post(f"{USERS}add/", {"email": "Dee@Example.com", "name": "Dee", "role": Role.FRONT_DESK, "is_active": "on"})
    user = User.objects.get(email="dee@example.com")
    assert (user.has_usable_password(), user.is_staff, user.is_superuser) == (False, True, False)
    assert list(EmailAddress.objects.filter(user=user).values_list("email", "verified")) == [("dee@example.com", False)]
    owner.post(f"{USERS}{user.pk}/send-link/")
    (sent,) = mail.outbox
    assert sent.to == ["dee@example.com"]
    assert "/accounts/password/reset/key/" in sent.body


def test_an_address_that_has_an_account_is_told() -> None:
    make_user(email="sam@example.com")
    page = browser(make_owner()).post(
        f"{USERS}add/", {"email": "SAM@example.com", "role": Role.CLIENT, "is_active": "on"}
    )
    assert page.status_code == 200
    assert User.objects.count() == 2


def test_a_link_is_sent_by_posting_and_to_open_accounts_alone() -> None:
    owner = browser(make_owner())
    assert owner.get(f"{USERS}{make_user().pk}/send-link/").status_code == 405
    assert "may sign in" in said(owner.post(f"{USERS}{make_user(is_active=False).pk}/send-link/"))
    assert mail.outbox == []


def test_no_page_shows_a_password_or_a_token() -> None:
    owner = make_owner()
    token = records.create_api_token(owner, name="phone", now=timezone.now())
    pages = [
        f"{USERS}{owner.pk}/change/",
        "/admin/accounts/apitoken/",
        f"/admin/accounts/apitoken/{ApiToken.objects.get().pk}/change/",
    ]
    for path in pages:
        page = browser(owner).get(path).content.decode()
        assert owner.password not in page
        assert token not in page
        assert ApiToken.objects.get().digest not in page


def test_the_role_decides_and_the_address_stays() -> None:
    user = make_user(email="sam@example.com")
    change(make_owner(), user, role=Role.THERAPIST, email="other@example.com")
    user.refresh_from_db()
    assert (user.role, user.is_staff, user.email) == (Role.THERAPIST, True, "sam@example.com")


def test_the_last_owner_stays_one() -> None:
    owner = make_owner()
    make_owner(is_active=False)
    for values in ({"role": Role.THERAPIST}, {"is_active": ""}):
        assert "only owner who can sign in" in change(owner, owner, **values).content.decode()
    make_owner()
    assert change(owner, owner, role=Role.THERAPIST).status_code == 302
    assert not is_last_owner(owner)


def test_an_account_that_is_closed_is_out_at_once() -> None:
    owner, desk = make_owner(), make_front_desk()
    at_the_desk = browser(desk)
    assert at_the_desk.get("/admin/settings/").status_code == 200
    change(owner, desk, is_active="")
    assert at_the_desk.get("/admin/settings/").headers["Location"] == "/accounts/login/?next=/admin/settings/"


def test_tokens_are_revoked_from_the_list() -> None:
    owner, now = make_owner(), timezone.now()
    token = records.create_api_token(make_user(), name="", now=now)
    browser(owner).post(
        "/admin/accounts/apitoken/", {"action": "revoke", "_selected_action": [ApiToken.objects.get().pk]}
    )
    revoked_at = ApiToken.objects.get().revoked_at
    assert revoked_at is not None and revoked_at - now < dt.timedelta(minutes=1)
    with pytest.raises(TokenRefused):
        records.recognise(token)


def test_permissions_come_from_the_role_without_a_query(django_assert_num_queries) -> None:
    may = ["bookings.change_booking", "bookings.answer_booking", "practice.change_practice", "accounts.view_user"]
    users = [make_user(), make_front_desk(), make_user(role=Role.THERAPIST), make_owner(), make_owner(is_active=False)]
    with django_assert_num_queries(0):
        found = [[user.has_perm(name) for name in may] for user in users]
    assert found == [
        [False, False, False, False],
        [True, False, False, False],
        [True, True, False, False],
        [True, True, True, True],
        [False, False, False, False],
    ]
