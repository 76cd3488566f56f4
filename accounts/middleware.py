"""The door of the practice's side: staff sessions end by themselves, and need a second factor where the site demands one.

Holds on every page alike, the admin included. Clients pass; the API knows no sessions and asks `permissions.may_enter`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from accounts.permissions import has_second_factor

IDLE = dt.timedelta(minutes=30)
LONGEST = dt.timedelta(hours=12)
NOTED_EVERY = dt.timedelta(minutes=1)
"""A staff session is written to at most so often, not with each request."""

SINCE, SEEN = "staff_since", "staff_seen"
AGAIN = "again"
"""In the address of what a page asks for by itself, without anybody at it."""
SIGN_OUT = {"account_logout", "admin:logout"}
SETTING_UP = "account_reauthenticate"
PROVING = {"mfa_reauthenticate", "mfa_reauthenticate_webauthn"}


class StaffDoor:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        if settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.user.is_authenticated:
            return None
        if not request.user.is_staff:
            return None
        if is_over(request, timezone.now()):
            logout(request)
            return ask_to_sign_in(request) if getattr(view, "login_required", True) else None
        return None if may_see(request) else ask_for_second_factor(request)


def is_over(request: HttpRequest, now: dt.datetime) -> bool:
    """Thirty minutes without a request, or twelve hours in all. Notes this request where the session goes on and somebody
    made it: a screen that looks again by itself keeps nobody signed in."""
    session, at = request.session, now.timestamp()
    since, seen = session.setdefault(SINCE, at), session.setdefault(SEEN, at)
    if at - seen >= IDLE.total_seconds() or at - since >= LONGEST.total_seconds():
        return True
    if at - seen >= NOTED_EVERY.total_seconds() and AGAIN not in request.GET:
        session[SEEN] = at
    return False


def ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    messages.info(request, "You were signed out, since a while had passed. Please sign in again.")
    return _with_next(request, "account_login")


def may_see(request: HttpRequest) -> bool:
    """A session that was not entered with the second factor may set a first one up, and where there is one only prove it:
    a password alone neither takes it away nor adds another."""
    name = request.resolver_match.view_name if request.resolver_match else ""
    if not settings.SECOND_FACTOR_REQUIRED or name in SIGN_OUT:
        return True
    if has_second_factor(request.user):
        return is_proven(request) or name in PROVING
    return name.startswith("mfa_") or name == SETTING_UP


def is_proven(request: HttpRequest) -> bool:
    """This session was entered, or confirmed since, with a second factor."""
    return any(record.get("method") == "mfa" for record in get_authentication_records(request, request.user))


def ask_for_second_factor(request: HttpRequest) -> HttpResponse:
    if has_second_factor(request.user):
        messages.info(request, "Please confirm with your second factor that it is you.")
        return _with_next(request, "mfa_reauthenticate")
    messages.info(
        request, "The practice's side is kept by a second factor. Please set one up here; after that you can go on."
    )
    return redirect("mfa_index")


def _with_next(request: HttpRequest, view: str) -> HttpResponse:
    wanted = request.get_full_path() if request.method == "GET" else reverse("admin:index")
    return redirect(f"{reverse(view)}?{urlencode({'next': wanted})}")
