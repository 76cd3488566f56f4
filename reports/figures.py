"""How a value of a report is said to people, by its unit. Values in, words out; files and programs get the values themselves."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from practice import words
from reports.period import Period
from reports.shape import Unit, Value

NOTHING = "–"
WORDS = frozenset({Unit.TEXT, Unit.DATE, Unit.MONTH, Unit.MOMENT, Unit.PERSON})
"""Units that are no numbers."""
TENTH = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Figures:
    """In the practice's currency and on its clock."""

    currency: str
    zone: zoneinfo.ZoneInfo

    def said(self, value: Value, unit: Unit) -> str:
        """“12.5 h”, “£70”, “43.0%”, “April 2027”; a word stays a word, and nothing is a dash."""
        if value is None:
            return NOTHING
        return value if isinstance(value, str) else self._formatted(value, unit)

    def plain(self, value: Value, unit: Unit) -> str:
        """The number as it is drawn: hours, per cent; empty where there is none."""
        if unit in WORDS or value is None or isinstance(value, str):
            return ""
        number: Any = value
        scale = {Unit.MINUTES: Decimal(1) / 60, Unit.SHARE: Decimal(100)}.get(unit)
        return str(number if scale is None else (number * scale).quantize(Decimal("0.01")))

    def axis(self, unit: Unit) -> str:
        """What stands beside the numbers of a picture."""
        of_money = words.SYMBOLS.get(self.currency, self.currency)
        return {Unit.MINUTES: "hours", Unit.SHARE: "%", Unit.DAYS: "days", Unit.MONEY: of_money}.get(unit, "")

    def _formatted(self, value: Any, unit: Unit) -> str:
        match unit:
            case Unit.MONEY:
                return f"{'−' if value < 0 else ''}{words.money(abs(value), self.currency)}"
            case Unit.MINUTES:
                return f"{_tenths(Decimal(value) / 60)} h"
            case Unit.SHARE:
                return f"{_tenths(value * 100)}%"
            case Unit.DAYS:
                return f"{_tenths(value)} {'day' if value == 1 else 'days'}"
            case Unit.NUMBER:
                return _tenths(value)
            case Unit.COUNT:
                return _minus(f"{value:,}")
        return self._dated(value, unit)

    def _dated(self, value: Any, unit: Unit) -> str:
        match unit:
            case Unit.MONTH:
                return f"{value:%B %Y}"
            case Unit.DATE:
                return f"{value:%a} {value.day} {value:%b %Y}"
            case Unit.MOMENT:
                local: dt.datetime = value.astimezone(self.zone)
                return f"{local:%a} {local.day} {local:%b %Y, %H:%M}"
        return str(value)


def days(period: Period) -> str:
    """“April 2027”, “2027”, “1 April to 7 May 2027”, “5 April 2027”."""
    first, last = period.first, period.last
    if period.is_whole_months and (first.month, last.month) == (1, 12):
        return f"{first.year}" if first.year == last.year else f"{first.year} to {last.year}"
    if period.is_whole_months:
        ends = f"{last:%B %Y}"
        return ends if period.days < 32 else f"{first:%B}{_year_before(first, last)} to {ends}"
    ends = f"{last.day} {last:%B %Y}"
    return ends if first == last else f"{first.day} {first:%B}{_year_before(first, last)} to {ends}"


def _year_before(first: dt.date, last: dt.date) -> str:
    return "" if first.year == last.year else f" {first.year}"


def _tenths(value: Any) -> str:
    return _minus(f"{Decimal(value).quantize(TENTH, ROUND_HALF_UP):,}")


def _minus(number: str) -> str:
    return number.replace("-", "−")
