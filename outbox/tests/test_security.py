"""What was done to an account is told to its owner; a changed address, to the one before."""

from __future__ import annotations

import datetime as dt

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client as Browser

from accounts import happenings
from accounts.happenings import Happening
from accounts.tests.factories import PASSWORD, make_user
from outbox import delivery, security
from outbox.models import Message
from practice.models import Practice

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 6, 1, 8, 0, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def practice() -> Practice:
    return Practice.objects.create(name="Still Water")


@pytest.mark.parametrize("what", [*security.SENTENCES, "something_new"])
def test_notice_says_what_was_done_and_when(what: str) -> None:
    user = make_user()
    happenings.tell(Happening(what, user, user.email, NOW))

    delivery.sweep(lambda: NOW)

    (letter,) = mail.outbox
    sentence = security.SENTENCES.get(what, security.OTHER)
    assert letter.to == [user.email]
    assert f"{sentence} It happened on Monday 1 June 2026, 09:00 (London time)." in letter.body


def test_changed_password_is_told_by_the_outbox() -> None:
    user, browser = make_user(), Browser()
    browser.force_login(user)
    new = "another-quiet-garden-8"

    browser.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})

    (row,) = Message.objects.all()
    assert (row.kind, row.recipient, row.whom) == (security.SECURITY_NOTICE, user.email, f"user:{user.pk}")


def test_changed_address_is_told_to_the_one_before() -> None:
    user, browser = make_user(email="before@example.com"), Browser()
    EmailAddress.objects.create(user=user, email="after@example.com", verified=True, primary=False)
    browser.force_login(user)

    browser.post("/accounts/email/", {"action_primary": "", "email": "after@example.com"})

    user.refresh_from_db()
    assert user.email == "after@example.com"
    assert list(Message.objects.values_list("recipient", "about")) == [("before@example.com", "security:email_changed")]
