"""Filters of the practice's side: instants on its clock, and the names of changes as words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django import template
from django.utils.dateparse import parse_datetime

from practice import admin_site
from practice import words as plain_words

register = template.Library()


@register.filter
def clock(at: dt.datetime | None) -> str:
    return admin_site.clock(at)


@register.filter
def initials(name: str) -> str:
    """“S. F.” for Sam Field."""
    return plain_words.initials(name)


@register.filter
def words(name: str) -> str:
    """“move_requested” as “move requested”."""
    return name.replace("_", " ")


@register.filter
def told(details: dict[str, Any]) -> str:
    """What else there is to say, as a line: instants on the clock, old and new with an arrow. Nothing that the front desk
    may not read: that something was set aside, not which stage or form it was."""
    return "; ".join(
        IN_WORDS[name](value) if name in IN_WORDS else _plain(name, value) for name, value in details.items()
    )


EARLY_BY = {"client": "the client", "therapist": "the therapist", "both": "both"}
EARLY_WHY = {
    "enough": "it was enough",
    "time": "somebody had to leave",
    "stopped": "it was better to stop",
    "other": "something else",
}

IN_WORDS: dict[str, Callable[[Any], str]] = {
    "overridden": lambda reasons: f"although it was {' and '.join(words(each) for each in reasons)}",
    "set_aside": lambda things: "what comes before it was set aside",
    "identity_seen": lambda seen: "we saw who it is",
    "clients_word": lambda so: "on the client's word",
    "in_place_of": lambda asked: f"in place of {_value(asked)}, which the client had asked for",
    "without_start": lambda so: "noted afterwards, without a start here",
    "early_by": lambda whose: f"sooner than planned, by {EARLY_BY.get(whose, whose)}",
    "early_why": lambda why: EARLY_WHY.get(why, why),
    "reaffirmed": lambda documents: "consent said again",
}


def _plain(name: str, value: Any) -> str:
    return f"{words(name)} {_value(value)}"


def _value(value: Any) -> str:
    if isinstance(value, list):
        return " → ".join(_value(each) for each in value)
    at = parse_datetime(value) if isinstance(value, str) and "T" in value else None
    return admin_site.clock(at) if at else words(str(value))
