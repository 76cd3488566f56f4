"""Accounts for tests."""

from __future__ import annotations

from itertools import count
from typing import Any

from allauth.account.models import EmailAddress

from accounts.models import Role, User

PASSWORD = "a-quiet-garden-7"

_number = count(1)


def make_user(*, confirmed: bool = True, **overrides: Any) -> User:
    """A client's account with PASSWORD, its address confirmed unless `confirmed=False`."""
    fields = {
        "email": f"person{next(_number)}@example.com",
        "password": PASSWORD,
        "name": "Sam Field",
        "role": Role.CLIENT,
    } | overrides
    user = User.objects.create_user(**fields)
    if confirmed:
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def make_owner(**overrides: Any) -> User:
    return make_user(**({"role": Role.OWNER, "name": "Iris Owner"} | overrides))


def make_front_desk(**overrides: Any) -> User:
    return make_user(**({"role": Role.FRONT_DESK, "name": "Dee Desk"} | overrides))
