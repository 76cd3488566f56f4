"""Clients for tests."""

from __future__ import annotations

import datetime as dt
from itertools import count
from typing import Any

from accounts.tests.factories import make_user
from clients.models import Client

_number = count(1)


def make_client(**overrides: Any) -> Client:
    """An adult without an account; `user=` joins one, whose name and address are then the client's."""
    number = next(_number)
    user = overrides.get("user")
    fields: dict[str, Any] = {
        "ref": f"c-test{number}",
        "name": user.name if user else f"Sam Field {number}",
        "email": user.email if user else f"client{number}@example.com",
        "date_of_birth": dt.date(1980, 5, 1),
        "created_at": dt.datetime(2026, 1, 5, 9, tzinfo=dt.UTC),
    }
    return Client.objects.create(**(fields | overrides))


def make_client_with_account(**overrides: Any) -> Client:
    return make_client(**({"user": make_user()} | overrides))
