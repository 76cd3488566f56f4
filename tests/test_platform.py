"""What the platform must be, whichever database the tests run on."""

import os
from importlib.util import find_spec

import pytest
from django.db import connection


@pytest.mark.django_db
def test_database_is_the_one_asked_for():
    asked = os.environ["DATABASE_URL"].partition(":")[0]
    assert connection.vendor == {"sqlite": "sqlite", "postgres": "postgresql"}[asked]


def test_psycopg_3_stays_out():
    assert find_spec("psycopg") is None
    if connection.vendor == "postgresql":
        assert connection.Database.__name__ == "psycopg2"


@pytest.mark.django_db
def test_sqlite_writers_wait_and_erased_words_are_overwritten():
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            found = {}
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete"):
                cursor.execute(f"PRAGMA {name}")
                found[name] = cursor.fetchone()[0]
        assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}
        assert connection.settings_dict["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
