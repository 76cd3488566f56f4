"""Messages, and a kind of message for tests."""

from __future__ import annotations

import datetime as dt
from itertools import count
from typing import Any

from outbox import registry
from outbox.models import Message
from outbox.registry import Said

NOW = dt.datetime(2026, 6, 1, 8, 0, tzinfo=dt.UTC)
_number = count(1)


def make_message(**overrides: Any) -> Message:
    number = next(_number)
    fields = {
        "kind": "greeting", "recipient": f"sam{number}@example.com", "about": "booking:1", "key": f"greeting:{number}",
        "due_at": NOW, "expires_at": NOW + dt.timedelta(days=1), "created_at": NOW,
    }  # fmt: skip
    return Message.objects.create(**(fields | overrides))


def register_greeting(**more: Any) -> None:
    """A kind that is wanted unless its about says “gone”, and cannot be written where it says “broken”."""
    usual: dict[str, Any] = {
        "still_wanted": lambda row, now: row.about != "gone",
        "say": say_hello,
        "title": "Greeting",
        "group": "booking",
        "placeholders": {},
        "sample": lambda channel: {},
        "worded": False,
    }
    registry.register("greeting", **(usual | more))


def say_hello(row: Message, now: dt.datetime) -> Said:
    if row.about == "broken":
        raise LookupError("no such person")
    return Said("Hello", "Good day.\n", "<p>Good day.</p>", "Good day.\n")
