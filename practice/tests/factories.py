"""Rows of the practice for tests. Every default is plain, so that a test names only what it is about."""

from __future__ import annotations

from typing import Any

from practice.models import PageText, Practice


def make_practice(**overrides: Any) -> Practice:
    """The one practice, with the given settings; any earlier one is replaced."""
    practice = Practice(
        **({"name": "Still Water", "timezone": "Europe/London", "email": "hello@example.com"} | overrides)
    )
    practice.save()
    return practice


def make_page_text(**overrides: Any) -> PageText:
    return PageText.objects.create(
        **({"slug": "boundaries", "title": "What a session is", "body": "Plain words."} | overrides)
    )
