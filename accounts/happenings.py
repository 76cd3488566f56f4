"""What was done to an account that its owner should hear of. Whoever has to act on it registers here; does nothing itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import NamedTuple

from django.db import transaction

from accounts.models import User


class Happening(NamedTuple):
    what: str
    """A word such as “password_changed”, as allauth names its notices."""
    user: User
    address: str
    """Where the notice goes: for a changed address the one before."""
    now: dt.datetime


Follows = Callable[[Happening], object]
_follows: list[Follows] = []


def when(follows: Follows) -> None:
    """Registers what follows; for apps further up, in their AppConfig.ready."""
    _follows.append(follows)


@transaction.atomic
def tell(happening: Happening) -> None:
    for follows in _follows:
        follows(happening)
