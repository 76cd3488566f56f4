"""What lasts later lasts at once again afterwards, also when something breaks in between."""

import pytest
from django.db import connection

from practice.durability import lasting_later

ASKED = {
    "postgresql": "SELECT source, setting FROM pg_settings WHERE name = 'synchronous_commit'",  # its default is the server's
    "sqlite": "PRAGMA synchronous",
}
LATER = {"postgresql": ("session", "off"), "sqlite": (1,)}


def lasts() -> str:
    with connection.cursor() as cursor:
        cursor.execute(ASKED[connection.vendor])
        return "later" if cursor.fetchone() == LATER[connection.vendor] else "at once"


@pytest.fixture
def in_a_file(transactional_db):
    """A connection as the settings open it, which a test's own may not be."""
    connection.close()
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA synchronous=FULL")


def test_what_is_written_inside_lasts_later(in_a_file):
    with lasting_later():
        assert lasts() == "later"
    assert lasts() == "at once"


def test_it_lasts_at_once_again_after_a_fault(in_a_file):
    with pytest.raises(KeyError), lasting_later():
        raise KeyError
    assert lasts() == "at once"


def test_connection_that_is_lost_inside_is_opened_anew(in_a_file):
    with lasting_later():
        connection.connection.close()
        if connection.vendor == "sqlite":
            connection.connection = None
    assert connection.connection is None
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            assert lasts() == "at once"
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)


def test_a_transaction_lasts_as_a_whole(db):
    with lasting_later():
        assert connection.in_atomic_block
        if connection.vendor == "postgresql":
            assert lasts() == "at once"
