"""How money, spans of time and small numbers are said to people. Plain values in, words out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

SYMBOLS = {"GBP": "£", "EUR": "€", "USD": "$"}
SMALL_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def money(amount: Decimal, currency: str) -> str:
    """“£70”, “£67.50”, “CHF 70”: whole amounts without their pence, amounts over a thousand with a comma."""
    figure = f"{amount:,.0f}" if amount == amount.to_integral_value() else f"{amount:,.2f}"
    return f"{SYMBOLS[currency]}{figure}" if currency in SYMBOLS else f"{currency}\u00a0{figure}"


def price(amount: Decimal, currency: str) -> str:
    """As money; what costs nothing is free."""
    return money(amount, currency) if amount else "free"


def span(length: dt.timedelta) -> str:
    """“90 minutes”, “24 hours”, “3 days”: in the largest unit that leaves nothing over; up to two days in hours."""
    minutes = int(length.total_seconds()) // 60
    if minutes % 60 or not minutes:
        return counted(minutes, "minute")
    if minutes % 1440 or minutes <= 2880:
        return counted(minutes // 60, "hour")
    return counted(minutes // 1440, "day")


def counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def small(number: int) -> str:
    """“two” for 2; figures from eleven on."""
    return SMALL_NUMBERS[number] if 0 <= number < len(SMALL_NUMBERS) else str(number)


def listed(names: Sequence[str]) -> str:
    """“Mara, Jonas and Ines”."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def share(percent: int) -> str:
    """A share of the price, as a person would say it."""
    named = {0: "nothing", 50: "half the price", 100: "the full price"}
    return named.get(percent, f"{percent} % of the price")


def zone(name: str) -> str:
    """“London time” for Europe/London: how a time zone is named beside a time."""
    return f"{name.rsplit('/', 1)[-1].replace('_', ' ')} time" if "/" in name else name


def initials(name: str) -> str:
    """“S. F.” for Sam Field."""
    return " ".join(f"{part[0].upper()}." for part in name.split() if part)


def day(on: dt.date) -> str:
    """“Tuesday 1 December 2026”."""
    return f"{on:%A} {on.day} {on:%B %Y}"


def time(at: dt.datetime, where: dt.tzinfo) -> str:
    """“11:00” on the wall clock of that zone; where the clock reads it twice, “01:15 BST” or “01:15 GMT”."""
    local = at.astimezone(where)
    is_read_twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return f"{local:%H:%M %Z}" if is_read_twice else f"{local:%H:%M}"


def moment(at: dt.datetime, where: dt.tzinfo) -> str:
    """“Tuesday 1 December 2026, 11:00” on the wall clock of that zone."""
    return f"{day(at.astimezone(where).date())}, {time(at, where)}"


def weekday(on: dt.date) -> str:
    """“Tuesday 1 December”: near dates need no year."""
    return f"{on:%A} {on.day} {on:%B}"
