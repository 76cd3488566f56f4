"""The tables of vault/tests/notes.py, and the database's own reading of what is stored."""

from collections.abc import Iterator

import pytest
from django.db import connection

from vault import keys
from vault.tests.notes import MODELS


@pytest.fixture(scope="session")
def tables_for_notes(django_db_setup, django_db_blocker) -> Iterator[None]:
    with django_db_blocker.unblock(), connection.schema_editor() as editor:
        for model in MODELS:
            editor.create_model(model)
    yield
    with django_db_blocker.unblock():
        with connection.schema_editor() as editor:
            for model in reversed(MODELS):
                editor.delete_model(model)
        connection.close()


@pytest.fixture
def notes(tables_for_notes, db) -> Iterator[None]:
    yield
    keys._memory._keys.clear()


@pytest.fixture
def committed_notes(tables_for_notes, transactional_db) -> Iterator[None]:
    """With real transactions: what they leave is taken away here, since Django's flush does not know these tables."""
    yield
    for model in MODELS:
        model._default_manager.all().delete()
    keys._memory._keys.clear()
