"""Accounts and the tokens that stand for them in the API: the only writer of tokens.

A token is shown once, when it is made; what is kept is its digest.
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import secrets
from typing import Any

from django.db import connection

from accounts.errors import NoSuchAccount, SecondFactorMissing, TokenRefused
from accounts.models import ApiToken, User
from accounts.permissions import may_enter
from practice.prepared import Prepared
from practice.statements import ask

PREFIX = "mp_"
USE_NOTED_EVERY = dt.timedelta(minutes=1)
NOTE_USE = """
UPDATE accounts_apitoken SET last_used_at = %s WHERE id = %s AND (last_used_at IS NULL OR last_used_at <= %s)
{unhurried} RETURNING id
"""
UNHURRIED = {"postgresql": "AND set_config('synchronous_commit', 'off', true) = 'off'"}
"""For this statement alone: nobody waits for the disk so that a note of use survives a power cut."""


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
    row = _token_query(beside).first({"digest": digest_of(token)})
    if row is None:
        raise TokenRefused
    found, user, *others, has_confirmed_address = row
    found.user, found.has_confirmed_address = user, bool(has_confirmed_address)
    for name, other in zip(beside, others, strict=True):
        if other is not None:
            setattr(user, name, other)
    if found.revoked_at is not None or not user.is_active:
        raise TokenRefused
    if not may_enter(found.user):
        raise SecondFactorMissing
    return found


@functools.cache
def _token_query(beside: tuple[str, ...]) -> Prepared:
    """`beside` names what belongs to a user one to one, in apps that this one does not know."""
    others: dict[str, Any] = {name: User._meta.get_field(name) for name in beside}
    joins = "".join(
        f"LEFT JOIN {other.related_model._meta.db_table} {name} ON {name}.{other.field.column} = u.id "
        for name, other in others.items()
    )
    return Prepared(
        f"SELECT {{t}}, {{u}}, {''.join(f'{{{name}}}, ' for name in others)}EXISTS ("
        "SELECT 1 FROM account_emailaddress e WHERE e.user_id = u.id AND e.verified) "
        f"FROM accounts_apitoken t JOIN accounts_user u ON u.id = t.user_id {joins}WHERE t.digest = %(digest)s",
        t=ApiToken,
        u=User,
        **{name: other.related_model for name, other in others.items()},
    )


def note_use(token: ApiToken, now: dt.datetime) -> bool:
    """Notes that the token is in use, once a minute at most; whether this call was the one that noted it."""
    before = now - USE_NOTED_EVERY
    if token.last_used_at is not None and token.last_used_at > before:
        return False
    stored = [connection.ops.adapt_datetimefield_value(moment) for moment in (now, before)]
    sql = NOTE_USE.format(unhurried=UNHURRIED.get(connection.vendor, ""))
    return bool(ask(sql, [stored[0], token.pk, stored[1]]))


def revoke(token: ApiToken, *, now: dt.datetime) -> None:
    """From now on the token is refused; revoking it twice keeps the first moment."""
    ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now)


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
