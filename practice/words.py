"""How money, days, spans of time and small numbers are said to people, in the language that is active. Values in, words
out."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Sequence
from decimal import Decimal
from gettext import GNUTranslations

from django.utils import formats
from django.utils.translation import gettext_noop, ngettext_lazy
from django.utils.translation.trans_real import catalog

SYMBOLS = {"GBP": "£", "EUR": "€", "USD": "$"}
SMALL_NUMBERS = tuple(
    gettext_noop(word) for word in ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
)
COUNTED = {
    "minute": ngettext_lazy("%(number)d minute", "%(number)d minutes", "number"),
    "hour": ngettext_lazy("%(number)d hour", "%(number)d hours", "number"),
    "day": ngettext_lazy("%(number)d day", "%(number)d days", "number"),
}
"""What is counted for clients; a translator finds each here."""


def gettext(sentence: str) -> str:
    """In the language that is active. Django's looks through every catalogue each time for a sentence that none has; a letter
    has fifteen."""
    return _found(catalog(), sentence)


@functools.lru_cache(maxsize=4096)
def _found(catalogue: GNUTranslations, sentence: str) -> str:
    return catalogue.gettext(sentence)


def money(amount: Decimal, currency: str) -> str:
    """“£70”, “£67.50”, “CHF 70”: whole amounts without their pence, amounts over a thousand with a comma."""
    figure = f"{amount:,.0f}" if amount == amount.to_integral_value() else f"{amount:,.2f}"
    return f"{SYMBOLS[currency]}{figure}" if currency in SYMBOLS else f"{currency}\u00a0{figure}"


def price(amount: Decimal, currency: str) -> str:
    """As money; what costs nothing is free."""
    return money(amount, currency) if amount else gettext("free")


def span(length: dt.timedelta) -> str:
    """“90 minutes”, “24 hours”, “3 days”: in the largest unit that leaves nothing over; up to two days in hours."""
    minutes = int(length.total_seconds()) // 60
    if minutes % 60 or not minutes:
        return counted(minutes, "minute")
    if minutes % 1440 or minutes <= 2880:
        return counted(minutes // 60, "hour")
    return counted(minutes // 1440, "day")


def counted(number: int, noun: str) -> str:
    if noun in COUNTED:
        return COUNTED[noun] % {"number": number}
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def small(number: int) -> str:
    """“two” for 2; figures from eleven on."""
    return gettext(SMALL_NUMBERS[number]) if 0 <= number < len(SMALL_NUMBERS) else str(number)


def listed(names: Sequence[str]) -> str:
    """“Mara, Jonas and Ines”."""
    if len(names) < 2:
        return "".join(names)
    return gettext("%(first)s and %(last)s") % {"first": ", ".join(names[:-1]), "last": names[-1]}


def share(percent: int) -> str:
    """A share of the price, as a person would say it."""
    named = {0: gettext("nothing"), 50: gettext("half the price"), 100: gettext("the full price")}
    return named.get(percent) or gettext("%(percent)d %% of the price") % {"percent": percent}


def zone(name: str) -> str:
    """“London time” for Europe/London: how a time zone is named beside a time."""
    place = name.rsplit("/", 1)[-1].replace("_", " ")
    return gettext("%(place)s time") % {"place": place} if "/" in name else name


def initials(name: str) -> str:
    """“S. F.” for Sam Field."""
    return " ".join(f"{part[0].upper()}." for part in name.split() if part)


def day(on: dt.date) -> str:
    """“Tuesday 1 December 2026”."""
    return _day(on, catalog())


@functools.lru_cache(maxsize=1024)
def _day(on: dt.date, catalogue: GNUTranslations) -> str:
    """Kept, since many messages and pages speak of the same few days."""
    return gettext("%(day)s %(year)s") % {"day": weekday(on), "year": on.year}


def time(at: dt.datetime, where: dt.tzinfo) -> str:
    """“11:00” on the wall clock of that zone; where the clock reads it twice, “01:15 BST” or “01:15 GMT”."""
    local = at.astimezone(where)
    is_read_twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return f"{local:%H:%M %Z}" if is_read_twice else f"{local:%H:%M}"


def hours(begins: dt.datetime, ends: dt.datetime, where: dt.tzinfo) -> str:
    """“10:00 to 11:00”."""
    return gettext("%(begins)s to %(ends)s") % {"begins": time(begins, where), "ends": time(ends, where)}


def moment(at: dt.datetime, where: dt.tzinfo) -> str:
    """“Tuesday 1 December 2026, 11:00” on the wall clock of that zone."""
    return f"{day(at.astimezone(where).date())}, {time(at, where)}"


def weekday(on: dt.date) -> str:
    """“Tuesday 1 December”: near dates need no year."""
    return f"{formats.date_format(on, 'l')} {formats.date_format(on, 'MONTH_DAY_FORMAT')}"
