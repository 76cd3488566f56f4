"""Spans of time as people type them: 90m, 12h, 2d. Values in, values out."""

from __future__ import annotations

import datetime as dt
import re

MINUTES = {"m": 1, "h": 60, "d": 1440}
LONGEST_DAYS = 3650


def parse(text: str) -> dt.timedelta:
    """“12h” as twelve hours. Raises ValueError for anything else, and for more than ten years."""
    match = re.fullmatch(r"(\d{1,7})\s*([mhd])", text.strip().lower(), re.ASCII)
    if match:
        span = dt.timedelta(minutes=int(match[1]) * MINUTES[match[2]])
        if span <= dt.timedelta(days=LONGEST_DAYS):
            return span
    raise ValueError(f"“{text}” is not a span of time. Write it like 90m, 12h or 2d.")


def short(span: dt.timedelta) -> str:
    """“90m”, “36h”, “2d”: in the largest unit that leaves nothing over; a day stays 24h."""
    minutes = span // dt.timedelta(minutes=1)
    if minutes % 1440 == 0 and minutes > 1440:
        return f"{minutes // 1440}d"
    return f"{minutes // 60}h" if minutes % 60 == 0 else f"{minutes}m"
