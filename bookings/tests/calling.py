"""Calls to the API as a program makes them: a token in a header, JSON there and back."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from django.test import Client as Browser
from django.utils import timezone

from accounts import records
from accounts.models import User
from bookings.models import SessionType, Therapist
from bookings.tests.factories import make_offer, make_session_type, make_therapist_at_work
from practice.models import Practice
from practice.tests.factories import make_practice
from practice.walltime import instant, local_date


def token_for(user: User) -> str:
    return records.create_api_token(user, name="test", now=timezone.now())


def bearer(user: User | None) -> dict[str, str]:
    return {"Authorization": f"Bearer {token_for(user)}"} if user else {}


def get(path: str, user: User | None = None, **query: Any) -> Any:
    return Browser().get(f"/api/v1{path}", query, headers=bearer(user))


def post(path: str, body: Any, user: User | None = None, **headers: str) -> Any:
    return Browser().post(
        f"/api/v1{path}",
        body if isinstance(body, str | bytes) else json.dumps(body),
        content_type="application/json",
        headers=bearer(user) | headers,
    )


def make_open_practice(**overrides: Any) -> tuple[SessionType, Therapist]:
    """A practice that has hours every day: one session type of 60 minutes for 70.00, one therapist who gives it."""
    make_practice()
    session_type = make_session_type(**({"slug": "relaxing", "name": "Relaxing massage"} | overrides))
    therapist = make_therapist_at_work(slug="mara", name="Mara")
    make_offer(therapist, session_type)
    return session_type, therapist


def a_start(hour: int = 10, days: int = 3) -> dt.datetime:
    """That hour on the practice's wall clock, so many days from now."""
    zone = Practice.objects.current().zone
    return instant(local_date(timezone.now(), zone) + dt.timedelta(days=days), hour * 60, zone)


def a_day(days: int = 3) -> dt.date:
    return local_date(timezone.now(), Practice.objects.current().zone) + dt.timedelta(days=days)


def said(at: dt.datetime) -> str:
    """An instant as the API gives it: in the practice's offset."""
    return at.astimezone(Practice.objects.current().zone).isoformat()


def asking(start: dt.datetime, **more: Any) -> dict[str, Any]:
    return {"session_type": "relaxing", "minutes": 60, "start": start.isoformat()} | more
