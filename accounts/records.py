"""Accounts and the tokens that stand for them in the API: the only writer of tokens.

A token is shown once, when it is made; what is kept is its digest.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets

from django.db.models import Q

from accounts.errors import NoSuchAccount, SecondFactorMissing, TokenRefused
from accounts.models import ApiToken, User
from accounts.permissions import may_enter

PREFIX = "mp_"
USE_NOTED_EVERY = dt.timedelta(minutes=1)


def account_with(email: str) -> User:
    """The active account with this address. Raises NoSuchAccount."""
    user = User.objects.filter(email__iexact=email.strip(), is_active=True).first()
    if user is None:
        raise NoSuchAccount(email)
    return user


def create_api_token(user: User, *, name: str, now: dt.datetime) -> str:
    """Makes a token with the user's rights and gives it, the only time that it can be seen."""
    token = PREFIX + secrets.token_urlsafe(32)
    ApiToken.objects.create(user=user, name=name[:80], digest=digest_of(token), created_at=now)
    return token


def use_api_token(token: str, now: dt.datetime) -> User:
    """Whom the token stands for; its use is noted once a minute at most.

    Raises TokenRefused, or SecondFactorMissing where the account may not come in on the site either.
    """
    found = (
        ApiToken.objects.select_related("user")
        .filter(digest=digest_of(token), revoked_at=None, user__is_active=True)
        .first()
    )
    if found is None:
        raise TokenRefused
    if not may_enter(found.user):
        raise SecondFactorMissing
    if found.last_used_at is None or found.last_used_at <= now - USE_NOTED_EVERY:
        unnoted = Q(last_used_at=None) | Q(last_used_at__lt=now)
        ApiToken.objects.filter(unnoted, pk=found.pk).update(last_used_at=now)
    return found.user


def revoke(token: ApiToken, *, now: dt.datetime) -> None:
    """From now on the token is refused; revoking it twice keeps the first moment."""
    ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now)


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
