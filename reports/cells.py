"""How one value stands in a file or an answer for programs. Values in, texts and numbers out.

Texts are made harmless for spreadsheets, which run what begins like a formula.
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import ROUND_HALF_EVEN, Decimal
from zoneinfo import ZoneInfo

from reports.shape import Unit, Value

SIGNS = r"=+\-@|%＝＋－＠｜％﹢﹣﹦﹪﹫−"
UNSEEN = (
    r"\s\x00-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    r"\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff\U000e0000-\U000e0fff"
)
"""Blanks of every script, and what has no width or is not shown."""
RUNS = re.compile(rf"((?:^|[;,|\t\r\n\v\f\x1c-\x1f\x85\u2028\u2029])[{UNSEEN}'\"]*)(?=[{SIGNS}])")
"""What a spreadsheet may take for a formula: at the beginning, or after a sign at which another one than ours would cut the
line; whatever blank, unseen or quoting signs stand before it."""
STARTS = re.compile(r"^[\t\r\n]")
FINE = Decimal("0.0001")
PENNY = Decimal("0.01")


def harmless(text: str) -> str:
    """With an apostrophe before what would run, so that it stays the text that it is."""
    text = RUNS.sub(r"\1'", text)
    return f"'{text}" if STARTS.match(text) else text


def number(value: int | Decimal, unit: Unit) -> Decimal:
    """As it stands in a file: minutes as hours, money to the penny, the rest to four places."""
    if unit is Unit.MINUTES:
        return _short(Decimal(value) / 60)
    if unit is Unit.MONEY:
        return Decimal(value).quantize(PENNY, ROUND_HALF_EVEN)
    return Decimal(value) if isinstance(value, int) else _short(value)


def text(value: Value, unit: Unit, zone: ZoneInfo) -> str:
    """For CSV: numbers plain with a point, days like 2027-01-31, moments with their offset."""
    match value:
        case None:
            return ""
        case str():
            return harmless(value)
        case dt.datetime():
            return value.astimezone(zone).isoformat(timespec="seconds")
        case dt.date():
            return f"{value:%Y-%m}" if unit is Unit.MONTH else value.isoformat()
        case _:
            return f"{number(value, unit):f}"


def json_value(value: Value, unit: Unit, zone: ZoneInfo) -> str | int | float | None:
    """For the API: money is a text like 70.00, minutes stay minutes; nothing runs there, so a text stays as it is."""
    match value:
        case None | str() | int():
            return f"{number(value, unit):f}" if unit is Unit.MONEY and isinstance(value, int) else value
        case Decimal():
            return f"{number(value, unit):f}" if unit is Unit.MONEY else float(_short(value))
        case _:
            return text(value, unit, zone)


def _short(value: Decimal) -> Decimal:
    short = value.quantize(FINE, ROUND_HALF_EVEN).normalize()
    return short.quantize(Decimal(1)) if short.as_tuple().exponent > 0 else short  # type: ignore[operator]
