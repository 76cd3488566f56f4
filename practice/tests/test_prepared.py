"""Rows that come back as the ORM would give them."""

import datetime as dt

import pytest

from accounts.models import ApiToken, User
from accounts.tests.factories import make_user
from practice.models import Practice
from practice.prepared import Prepared, insert
from practice.tests.factories import make_practice

pytestmark = pytest.mark.django_db

NOON = dt.datetime(2026, 6, 1, 12, 0, 0, 123456, tzinfo=dt.UTC)
TOKENS_BESIDE = Prepared(
    "SELECT {u}, {t}, 1 + 1 FROM accounts_user u LEFT JOIN accounts_apitoken t ON t.user_id = u.id WHERE u.email = %(email)s",
    u=User,
    t=ApiToken,
)


def fields_of(row):
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def test_rows_are_those_that_the_orm_gives():
    user = make_user()
    ApiToken.objects.create(user=user, digest="d", created_at=NOON)

    found, token, two = TOKENS_BESIDE.first({"email": user.email})

    assert (found, token, two) == (user, ApiToken.objects.get(), 2)
    assert fields_of(found) == fields_of(User.objects.get())
    assert fields_of(token) == fields_of(ApiToken.objects.get())
    assert not found._state.adding and found._state.db == "default"


def test_what_an_outer_join_does_not_find_is_none():
    user = make_user()

    assert TOKENS_BESIDE.first({"email": user.email}) == (user, None, 2)


def test_no_row_is_none():
    assert TOKENS_BESIDE.first({"email": "nobody@example.com"}) is None


def test_practice_is_the_one_in_the_table_else_one_with_the_defaults():
    Practice.objects.all().delete()
    assert fields_of(Practice.objects.current()) == fields_of(Practice())

    made = make_practice(name="Quiet Water", min_notice=dt.timedelta(hours=3))

    assert fields_of(Practice.objects.current()) == fields_of(Practice.objects.get()) == fields_of(made)


def test_inserted_rows_are_those_that_the_orm_saves():
    user = make_user()
    ours = [ApiToken(user=user, digest=digest, created_at=NOON) for digest in ("a", "b")]

    insert(*ours)
    theirs = ApiToken.objects.create(user=user, digest="c", created_at=NOON)

    own = ("id", "digest")
    assert [fields_of(row) for row in ours] == [fields_of(ApiToken.objects.get(pk=row.pk)) for row in ours]
    assert {k: v for k, v in fields_of(ours[0]).items() if k not in own} == {
        k: v for k, v in fields_of(ApiToken.objects.get(pk=theirs.pk)).items() if k not in own
    }
    assert not ours[0]._state.adding and ours[0]._state.db == "default"
