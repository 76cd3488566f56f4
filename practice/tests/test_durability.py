"""What does not wait for the disk, and that everything else does."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from practice.durability import ask_without_waiting
from practice.models import Practice
from practice.statements import ask

ASKED = {"postgresql": "SELECT current_setting('synchronous_commit')", "sqlite": "PRAGMA synchronous"}
NOT_WAITING = {"postgresql": [("off",)], "sqlite": [(1,)]}


@pytest.fixture
def asked(transactional_db: None) -> str:
    """A connection that waits, as in earnest, whatever the tests' own server does."""
    with connection.cursor() as cursor:
        cursor.execute(
            {"postgresql": "SET synchronous_commit TO on", "sqlite": "PRAGMA synchronous = FULL"}[connection.vendor]
        )
    yield ASKED[connection.vendor]
    connection.close()


def test_only_the_one_statement_does_not_wait(asked: str) -> None:
    usual = ask(asked)

    assert (ask_without_waiting(asked, {}), ask(asked)) == (NOT_WAITING[connection.vendor], usual)
    assert usual != NOT_WAITING[connection.vendor]


def test_next_statement_waits_again_after_one_that_failed(asked: str) -> None:
    usual, name = ask(asked), Practice._meta.db_table

    with pytest.raises(IntegrityError):
        ask_without_waiting(f"INSERT INTO {name} (id) VALUES (NULL) RETURNING id", {})

    assert ask(asked) == usual


def test_within_a_transaction_it_lasts_as_that_does(asked: str) -> None:
    usual = ask(asked)

    with transaction.atomic():
        assert ask_without_waiting(asked, {}) == usual
