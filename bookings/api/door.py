"""Who calls: a bearer token is recognised, and nobody knocks too often. No cookie counts here."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer

from accounts import records, throttle
from accounts.errors import EntryRefused
from practice.visitor import neighbourhood


class Bearer(HttpBearer):
    """Gives the token's row, with its user and that user's client.

    A token's first call in a minute notes its use and is not counted, since its bucket is full or nearly so.
    """

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        now = timezone.now()
        try:
            found = records.recognise(token, "client")
        except EntryRefused:
            _take(f"api refused {neighbourhood(request)}", now)
            raise
        if not records.note_use(found, now):
            _take(f"api token {found.pk}", now)
        return found


class StaffBearer(Bearer):
    """To everybody else these calls do not exist."""

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        found = super().authenticate(request, token)
        if not found.user.is_staff:
            raise Http404
        return found


def anyone(request: HttpRequest) -> str:
    """For the public calls: counted by address."""
    _take(f"api public {neighbourhood(request)}", timezone.now())
    return "anyone"


def _take(key: str, now: Any) -> None:
    """A minute's worth may be taken at once."""
    throttle.take(key, settings.API_RATE, settings.API_RATE, now)
