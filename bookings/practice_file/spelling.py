"""How one value is spelled in a practice file, both ways: lengths of time, moments, times of day, amounts, days of the week.

Each reader raises ValueError with what would be right.
"""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo
from collections.abc import Sequence
from decimal import Decimal

from practice import spans
from practice.walltime import from_wall

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_UNITS = {
    "s": dt.timedelta(seconds=1),
    "m": dt.timedelta(minutes=1),
    "h": dt.timedelta(hours=1),
    "d": dt.timedelta(days=1),
}
_MOMENT = re.compile(
    r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(?::(\d{2}(?:\.\d{1,6})?))?(Z|[+-]\d{2}:\d{2}(?::\d{2})?)?", re.ASCII
)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
LONGEST = dt.timedelta(days=1000)


def duration(text: str) -> dt.timedelta:
    """“90m”, “12h”, “2d”; seconds are understood too."""
    match = re.fullmatch(r"(\d{1,8})([smhd])", text.strip(), re.ASCII)
    if not match:
        raise ValueError("must be a length of time such as 90m, 12h or 2d")
    length = int(match[1]) * _UNITS[match[2]]
    if length > LONGEST:
        raise ValueError(f"must be at most {LONGEST.days} days")
    return length


def spell_duration(length: dt.timedelta) -> str:
    """In the largest unit that leaves nothing over; up to two days in hours."""
    seconds = int(length.total_seconds())
    if seconds % 60:
        return f"{seconds}s"
    if seconds % 3600 or not seconds:
        return f"{seconds // 60}m"
    if seconds % 86_400 or seconds <= 172_800:
        return f"{seconds // 3600}h"
    return f"{seconds // 86_400}d"


def reminders(each: Sequence[str]) -> str:
    """A file's list as the practice keeps it: “48h, 3h”, “none”."""
    return spans.spelled(duration(text) for text in each)


def spell_reminders(text: str) -> list[str]:
    return [spell_duration(span) for span in spans.several(text)]


def date(text: str) -> dt.date:
    if not _DATE.fullmatch(text.strip()):
        raise ValueError("must be a date such as 2027-02-13")
    try:
        return dt.date.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(f"{text.strip()} is not in the calendar") from None


def as_date(value: dt.date | str) -> dt.date:
    """For a value that may come from a row or from a file."""
    return date(value) if isinstance(value, str) else value


def wall_clock(text: str) -> dt.datetime:
    """A reading of the practice's clock, or an aware moment where the text names its UTC offset."""
    match = _MOMENT.fullmatch(text.strip())
    if not match:
        raise ValueError('must be a date and time such as "2027-01-04T10:00"')
    on, clock, seconds, offset = match.groups()
    try:
        read = dt.datetime.fromisoformat(f"{on}T{clock}:{seconds or '00'}{offset or ''}")
    except ValueError:
        raise ValueError(f"{text.strip()} is not in the calendar or not on the clock") from None
    if not 1 < read.year < 9999:
        raise ValueError("lies too far away")
    return read


def instant(text: str, zone: zoneinfo.ZoneInfo) -> dt.datetime:
    """In a skipped hour it moves on by the jump; in a repeated hour it is the first pass unless the text names the offset."""
    read = wall_clock(text)
    return from_wall(read, zone) if read.tzinfo is None else read.astimezone(dt.UTC)


def spell_instant(at: dt.datetime, zone: zoneinfo.ZoneInfo) -> str:
    """The practice's clock, with its UTC offset only where the reading alone would mean another moment."""
    local = at.astimezone(zone)
    reading = local.replace(tzinfo=None, fold=0)
    shown = local if from_wall(reading, zone) != at else reading
    return shown.isoformat(timespec="microseconds" if at.microsecond else "seconds" if at.second else "minutes")


def time_zone(name: str) -> zoneinfo.ZoneInfo:
    try:
        return zoneinfo.ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError("is not a time zone that is known here; write it like Europe/London") from None


def email(text: str) -> str:
    """Only what every address has; the mail that is sent to it is the test of the rest."""
    if not re.fullmatch(r"[^\s@\x00-\x1f<>\"(),:;]+@[^\s@\x00-\x1f<>\"(),:;]+\.[^\s@.]{2,}", text):
        raise ValueError("must be an e-mail address")
    return text


def amount(text: str | int) -> Decimal:
    return Decimal(text).quantize(Decimal("0.01"))


def spell_amount(amount: Decimal) -> str:
    return f"{amount:.2f}"
