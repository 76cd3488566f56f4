"""What was sent to a client, on their own page."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from accounts.tests.factories import make_user
from clients.tests.factories import make_client, make_client_with_account
from outbox.models import State
from outbox.tests.factories import NOW, make_message

pytestmark = pytest.mark.django_db


def page_of(user: Any) -> Any:
    browser = Client()
    browser.force_login(user)
    return browser.get("/my/sent/")


def test_client_sees_what_left_for_them_and_nothing_of_anybody_else() -> None:
    robin = make_client_with_account(name="Robin Vale")
    left = {"state": State.SENT, "sent_at": NOW, "whom": f"client:{robin.pk}"}
    make_message(kind="booking_confirmed", recipient="robin@example.com", text="Line one\n\n<b>two", **left)
    make_message(kind="booking_moved", recipient="old@example.com", **(left | {"state": State.BOUNCED}))
    make_message(kind="account_changed", recipient="me@example.com", **(left | {"whom": "", "user": robin.user}))
    make_message(kind="booking_reminder", recipient="waits@example.com", whom=f"client:{robin.pk}")
    make_message(recipient="other@example.com", **(left | {"whom": f"client:{make_client().pk}"}))

    page = page_of(robin.user).content.decode()

    assert "Booking confirmed" in page and "&lt;b&gt;two" in page
    assert "old@example.com. It came back" in page and "me@example.com" in page
    assert "waits@example.com" not in page and "other@example.com" not in page


def test_empty_list_says_what_comes() -> None:
    assert "Nothing has been sent to you yet" in page_of(make_client_with_account().user).content.decode()


def test_account_without_a_client_has_no_such_page() -> None:
    assert page_of(make_user()).status_code == 404


def test_long_list_takes_as_many_queries_as_a_short_one(django_assert_max_num_queries: Any) -> None:
    robin = make_client_with_account()

    def add(number: int) -> None:
        for each in range(number):
            at = NOW + dt.timedelta(hours=each)
            make_message(state=State.SENT, sent_at=at, whom=f"client:{robin.pk}", user=robin.user)

    browser = Client()
    browser.force_login(robin.user)
    add(1)
    with django_assert_max_num_queries(7) as one:
        browser.get("/my/sent/")
    add(25)
    with django_assert_max_num_queries(len(one)):
        browser.get("/my/sent/")
