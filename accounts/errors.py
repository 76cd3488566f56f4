"""What can stand in the way of somebody who comes in, of the family of `practice.errors`."""

from __future__ import annotations

import math

from practice.errors import Refusal


class EntryRefused(Refusal):
    """Somebody is not let in, or not now."""

    code = "unauthenticated"
    sentence = "Please sign in first."


class TokenRefused(EntryRefused):
    """Unknown, revoked, or its user may no longer sign in; which of them is told to nobody."""

    sentence = "This token is not known here. Ask the practice for a new one."


class SecondFactorMissing(EntryRefused):
    sentence = "This account needs a second factor first. Sign in on the site and set one up."


class NoSuchAccount(EntryRefused):
    code = "not_found"

    def __init__(self, email: str) -> None:
        super().__init__(f"There is no account with the address {email} that may sign in.")


class Throttled(EntryRefused):
    """Too many calls; the next one is welcome after `retry_after` whole seconds."""

    code = "rate_limited"

    def __init__(self, seconds: float) -> None:
        self.retry_after = max(1, math.ceil(seconds))
        super().__init__(f"That was a little too often. Please try again in {self.retry_after} seconds.")
