"""Which row an account gets, and when a row that the practice kept before becomes theirs."""

import datetime as dt

import pytest

from accounts.tests.factories import make_user
from bookings.tests.factories import make_booking
from clients.models import Client
from clients.records import join_account, register
from clients.tests.factories import make_client
from practice.tests.factories import make_practice

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 6, 1, 8, tzinfo=dt.UTC)
BORN = dt.date(1990, 2, 3)


def registered(user):
    return register(user, name="Robin Hale", date_of_birth=BORN, now=NOW)


def test_account_gets_one_row_however_often_it_registers():
    user = make_user()
    assert registered(user) == registered(user)
    assert list(Client.objects.values_list("name", "email", "date_of_birth")) == [("Robin Hale", user.email, BORN)]


def test_row_the_practice_kept_is_joined_once_the_address_is_confirmed():
    user = make_user(email="robin@example.com")
    kept = make_client(email="Robin@Example.com", name="Robin H.")
    registered(user)
    assert join_account(user) == kept
    assert list(Client.objects.values_list("pk", "user_id", "name")) == [(kept.pk, user.pk, "Robin H.")]


def test_row_is_not_joined_before_the_address_is_confirmed():
    user = make_user(email="robin@example.com", confirmed=False)
    kept, own = make_client(email="robin@example.com"), registered(user)
    assert join_account(user) == own
    kept.refresh_from_db()
    assert kept.user is None


def test_several_rows_with_the_address_are_left_for_the_desk():
    user = make_user(email="robin@example.com")
    make_client(email="robin@example.com")
    make_client(email="robin@example.com")
    own = registered(user)
    assert join_account(user) == own
    assert Client.objects.count() == 3


def test_row_of_another_account_is_never_taken():
    other = make_client(user=make_user(email="other@example.com"), email="robin@example.com")
    user = make_user(email="robin@example.com")
    own = registered(user)
    assert join_account(user) == own
    other.refresh_from_db()
    assert other.user.email == "other@example.com"


def test_row_with_bookings_of_its_own_stays():
    make_practice()
    user = make_user(email="robin@example.com")
    kept, own = make_client(email="robin@example.com"), registered(user)
    make_booking(client=own)
    assert join_account(user) == own
    kept.refresh_from_db()
    assert kept.user is None


def test_account_that_never_signed_up_as_a_client_gets_the_row_too():
    user = make_user(email="robin@example.com")
    kept = make_client(email="robin@example.com")
    assert join_account(user) == kept
