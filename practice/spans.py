"""Spans of time as people type them: 90m, 12h, 2d. Values in, values out."""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Iterable

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


NONE = "none"
MOST = 6


@functools.lru_cache(maxsize=256)
def several(text: str) -> tuple[dt.timedelta, ...]:
    """“48h, 3h” as two spans, the longest first; “none” as no span. Raises ValueError for anything else."""
    if text.strip().lower() == NONE:
        return ()
    found = {parse(part) for part in text.split(",")}
    if len(found) > MOST or dt.timedelta(0) in found:
        raise ValueError(f"Write at most {MOST} spans of time, like 48h, 3h, or the word none.")
    return tuple(sorted(found, reverse=True))


def spelled(spans: Iterable[dt.timedelta]) -> str:
    """“48h, 3h”, as `several` reads it; up to two days in hours."""
    two_days = dt.timedelta(days=2)
    return ", ".join("48h" if span == two_days else short(span) for span in sorted(set(spans), reverse=True)) or NONE


def short(span: dt.timedelta) -> str:
    """“90m”, “36h”, “2d”: in the largest unit that leaves nothing over; a day stays 24h."""
    minutes = span // dt.timedelta(minutes=1)
    if minutes % 1440 == 0 and minutes > 1440:
        return f"{minutes // 1440}d"
    return f"{minutes // 60}h" if minutes % 60 == 0 else f"{minutes}m"
