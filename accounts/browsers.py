"""Which browsers somebody has signed in with: each carries the sign of it itself, in a cookie that opens nothing.

The practice keeps no list of anybody's devices.
"""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.models import User

COOKIE = "__Host-signed-in-here" if settings.SESSION_COOKIE_SECURE else "signed-in-here"
SALT = "accounts.browsers"
KEPT_FOR = dt.timedelta(days=400)
"""Browsers keep no cookie longer."""
PEOPLE = 5
"""So many people at one browser are told apart."""


def is_known(request: HttpRequest, user: User) -> bool:
    """Whether this person signed in here before, and since their password was last changed."""
    return any(constant_time_compare(sign, _sign_of(user)) for sign in _signs(request))


def remember(request: HttpRequest, response: HttpResponse, user: User) -> None:
    signs = [_sign_of(user), *(sign for sign in _signs(request) if sign != _sign_of(user))]
    response.set_cookie(
        COOKIE,
        ".".join(signs[:PEOPLE]),
        max_age=KEPT_FOR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _signs(request: HttpRequest) -> list[str]:
    return request.COOKIES.get(COOKIE, "").split(".")[:PEOPLE]


def _sign_of(user: User) -> str:
    return salted_hmac(SALT, f"{user.pk}:{user.password}", algorithm="sha256").hexdigest()
