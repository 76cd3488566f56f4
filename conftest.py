"""For every test: what a plain `pytest` leaves to `make test`, and the private Valkey of the tests that need a broker."""

import os
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection
from django.test import TransactionTestCase

from bookings import constraints, money_constraints
from care import constraints as care_constraints
from clients import constraints as clients_constraints
from practice import servers
from vault import constraints as vault_constraints

ROOT = Path(__file__).resolve().parent
NEED_MORE = [ROOT / "tests" / "browser", ROOT / "tests" / "whole"]


def pytest_report_header(config: pytest.Config) -> str:
    if os.environ.get("MAKE_TEST"):
        return f"database: {os.environ['DATABASE_URL'].partition(':')[0]}, under make test"
    return (
        f"database: {os.environ.get('DATABASE_URL', 'sqlite').partition(':')[0]}; `make test` adds PostgreSQL with a real "
        "Redis or Valkey, the browser tests (tests/browser) and the start of the whole (tests/whole)"
    )


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Browser and whole-tree tests need more than requirements.txt; naming their folder asks for them."""
    if collection_path not in NEED_MORE or os.environ.get("MAKE_TEST"):
        return None
    asked = [Path(word.partition("::")[0]).resolve() for word in config.invocation_params.args]
    return not any(path.is_relative_to(collection_path) for path in asked)


@pytest.fixture(scope="session", autouse=True)
def history_gives_way_to_the_flush() -> Iterator[None]:
    """After a test with real transactions Django empties every table, on SQLite with DELETE, which history refuses.

    What a migration wrote comes back: the stages of the journey.
    """
    flush = TransactionTestCase._fixture_teardown
    stages = import_module("clients.migrations.0003_guards_and_stages")

    def flush_history_too(case: TransactionTestCase) -> None:
        constraints.remove(connection, constraints.HISTORY)
        money_constraints.remove(connection)
        vault_constraints.remove(connection)
        clients_constraints.remove(connection)
        care_constraints.remove(connection)
        try:
            flush(case)
        finally:
            constraints.install(connection, constraints.HISTORY)
            money_constraints.install(connection)
            vault_constraints.install(connection)
            clients_constraints.install(connection)
            care_constraints.install(connection)
            stages.seed(apps, None)

    TransactionTestCase._fixture_teardown = flush_history_too
    yield
    TransactionTestCase._fixture_teardown = flush


@pytest.fixture(scope="session")
def valkey_url() -> Iterator[str]:
    """A real broker that nobody else uses, so that a test may look at all it holds and empty it."""
    with servers.valkey() as url:
        yield url
