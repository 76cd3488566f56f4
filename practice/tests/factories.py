"""Rows of the practice for tests. Every default is plain, so that a test names only what it is about."""

from __future__ import annotations

import datetime as dt
from typing import Any

from practice.models import PageText, Practice


def make_practice(**overrides: Any) -> Practice:
    """The one practice, with the given settings; any earlier one is replaced."""
    practice = Practice(
        **({"name": "Still Water", "timezone": "Europe/London", "email": "hello@example.com"} | overrides)
    )
    practice.save()
    return practice


def zone_at_noon(now: dt.datetime) -> str:
    """A zone in whose day it is between twelve and one at `now`: for what the site does on “today”, whenever tests run."""
    return f"Etc/GMT{now.astimezone(dt.UTC).hour - 12:+d}"


def make_page_text(**overrides: Any) -> PageText:
    return PageText.objects.create(
        **({"slug": "boundaries", "title": "What a session is", "body": "Plain words."} | overrides)
    )
