"""Real processes with real connections that do the same thing at the same moment."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from typing import Any

import psycopg2
from django.db import connection


@contextlib.contextmanager
def own_connection() -> Iterator[Any]:
    """A connection to the tests' database that knows nothing of Django."""
    if connection.vendor == "postgresql":
        found = psycopg2.connect(**connection.get_connection_params())
    else:
        found = sqlite3.connect(connection.settings_dict["NAME"], timeout=20)
    with contextlib.closing(found):
        yield found
