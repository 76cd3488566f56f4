"""API tokens: shown once, kept as a digest, refused when revoked or when their user may not come in."""

import datetime as dt
import re
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command

from accounts import records
from accounts.errors import SecondFactorMissing, TokenRefused
from accounts.models import ApiToken
from accounts.tests.factories import make_front_desk, make_user
from clients.tests.factories import make_client_with_account

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 6, 1, 8, tzinfo=dt.UTC)


def test_a_token_stands_for_its_user_and_only_its_digest_is_kept() -> None:
    user = make_user()
    token = records.create_api_token(user, name="phone", now=NOW)
    row = ApiToken.objects.get()
    assert re.fullmatch(r"mp_[\w-]{43}", token)
    assert (row.name, row.digest, row.created_at) == ("phone", records.digest_of(token), NOW)
    assert token not in str(vars(row))
    assert records.recognise(token).user == user


def test_use_is_noted_once_a_minute() -> None:
    token = records.create_api_token(make_user(), name="", now=NOW)
    noted = []
    for seconds in (0, 30, 60):
        did = records.note_use(records.recognise(token), NOW + dt.timedelta(seconds=seconds))
        noted.append((did, (ApiToken.objects.get().last_used_at - NOW).seconds))
    assert noted == [(True, 0), (False, 0), (True, 60)]


def test_of_two_calls_at_the_same_moment_one_notes_the_use() -> None:
    token = records.create_api_token(make_user(), name="", now=NOW)
    both = [records.recognise(token), records.recognise(token)]
    assert [records.note_use(each, NOW) for each in both] == [True, False]


def test_a_token_is_one_query_with_its_user_and_what_stands_beside(django_assert_num_queries) -> None:
    client = make_client_with_account()
    token = records.create_api_token(client.user, name="", now=NOW)
    with django_assert_num_queries(1):
        found = records.recognise(token, "client")
        assert (found.user.client, found.has_confirmed_address) == (client, True)


def test_revoked_unknown_and_inactive_tokens_are_refused_alike() -> None:
    revoked = records.create_api_token(make_user(), name="", now=NOW)
    records.revoke(ApiToken.objects.get(), now=NOW)
    gone = make_user(is_active=False)
    for token in (revoked, "mp_unknown", "", "\x00", records.create_api_token(gone, name="", now=NOW)):
        with pytest.raises(TokenRefused):
            records.recognise(token)


def test_revoking_twice_keeps_the_first_moment() -> None:
    records.create_api_token(make_user(), name="", now=NOW)
    token = ApiToken.objects.get()
    records.revoke(token, now=NOW)
    records.revoke(token, now=NOW + dt.timedelta(days=1))
    assert ApiToken.objects.get().revoked_at == NOW


def test_where_a_second_factor_is_demanded_staff_tokens_need_one_too(settings) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    desk = make_front_desk()
    token = records.create_api_token(desk, name="", now=NOW)
    client_token = records.create_api_token(make_user(), name="", now=NOW)
    with pytest.raises(SecondFactorMissing):
        records.recognise(token)
    records.recognise(client_token)
    Authenticator.objects.create(user=desk, type=Authenticator.Type.TOTP, data={})
    assert records.recognise(token).user == desk


def test_the_command_prints_the_token_alone() -> None:
    user, out = make_user(email="sam@example.com"), StringIO()
    call_command("create_api_token", "Sam@Example.com", "--name", "calendar", stdout=out)
    assert records.recognise(out.getvalue().removesuffix("\n")).user == user
    assert ApiToken.objects.get().name == "calendar"


def test_the_command_says_that_an_address_has_no_account() -> None:
    with pytest.raises(
        CommandError, match=r"^There is no account with the address nobody@example\.com that may sign in\.$"
    ):
        call_command("create_api_token", "nobody@example.com")
