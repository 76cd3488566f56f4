"""Filters of the practice's side: instants on its clock, and the names of changes as words."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import template
from django.utils.dateparse import parse_datetime

from practice import admin_site

register = template.Library()


@register.filter
def clock(at: dt.datetime | None) -> str:
    return admin_site.clock(at)


@register.filter
def words(name: str) -> str:
    """“move_requested” as “move requested”."""
    return name.replace("_", " ")


@register.filter
def told(details: dict[str, Any]) -> str:
    """What else changed, as a line: instants on the clock, old and new with an arrow."""
    return "; ".join(f"{words(name)} {_value(value)}" for name, value in details.items())


def _value(value: Any) -> str:
    if isinstance(value, list):
        return " → ".join(_value(each) for each in value)
    at = parse_datetime(value) if isinstance(value, str) and "T" in value else None
    return admin_site.clock(at) if at else words(str(value))
