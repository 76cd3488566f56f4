"""Accounts and the tokens that stand for them in the API: the only writer of tokens.

A token is shown once, when it is made; what is kept is its digest.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets

from allauth.account.models import EmailAddress
from django.db.models import Exists, OuterRef

from accounts.errors import NoSuchAccount, SecondFactorMissing, TokenRefused
from accounts.models import ApiToken, User
from accounts.permissions import may_enter

PREFIX = "mp_"
USE_NOTED_EVERY = dt.timedelta(minutes=1)

# Made once: each call of the API asks it.
CONFIRMED = Exists(EmailAddress.objects.filter(user=OuterRef("user"), verified=True))


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


def recognise(token: str, *beside: str) -> ApiToken:
    """The token with its user, and with what else of the user is named in `beside`, in one query.

    Raises TokenRefused, or SecondFactorMissing where the account may not come in on the site either.
    """
    beside_user = [f"user__{name}" for name in beside]
    rows = ApiToken.objects.select_related("user", *beside_user).annotate(has_confirmed_address=CONFIRMED)
    found = next(iter(rows.filter(digest=digest_of(token))), None)
    if found is None or found.revoked_at is not None or not found.user.is_active:
        raise TokenRefused
    if not may_enter(found.user):
        raise SecondFactorMissing
    return found


def note_use(token: ApiToken, now: dt.datetime) -> bool:
    """Notes that the token is in use, once a minute at most; whether this call was the one that noted it."""
    if token.last_used_at is not None and token.last_used_at > now - USE_NOTED_EVERY:
        return False
    as_it_was = ApiToken.objects.filter(pk=token.pk, last_used_at=token.last_used_at)
    return as_it_was.update(last_used_at=now) == 1


def revoke(token: ApiToken, *, now: dt.datetime) -> None:
    """From now on the token is refused; revoking it twice keeps the first moment."""
    ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now)


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
