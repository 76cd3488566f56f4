"""Phrases of which the sentences of reports are made, right for none, one and many. Values in, words out."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal

from practice import words
from reports.figures import days
from reports.period import Period

TENTH = Decimal("0.1")

Number = int | Decimal


def during(period: Period) -> str:
    """“in April 2027”, “in the months April to June 2027”, “on 5 April 2027”, “between 1 April and 7 May 2027”."""
    named = days(period)
    if not period.is_whole_months:
        return f"on {named}" if period.first == period.last else f"between {' and '.join(named.split(' to '))}"
    if " to " not in named:
        return f"in {named}"
    return f"in the {'months' if any(each.isalpha() for each in named.replace(' to ', '')) else 'years'} {named}"


def sentence(text: str) -> str:
    """With its first letter large and a full stop."""
    return f"{text[:1].upper()}{text[1:]}."


def counted(number: int, one: str, many: str = "") -> str:
    """“no sessions”, “one session”, “1,204 sessions”."""
    if number == 1:
        return f"one {one}"
    return f"{number:,} {many or one + 's'}" if number else f"no {many or one + 's'}"


def figure(number: Number) -> str:
    """“1,204”, and “one” for 1: what stands before “more” and “fewer”."""
    return "one" if number == 1 else f"{number:,}"


def hours(minutes: Number) -> str:
    """“61.5 hours”, “one hour”."""
    found = tenths(Decimal(minutes) / 60)
    return "one hour" if found == "1" else f"{found} hours"


def percent(share: Decimal) -> str:
    """“4.5 per cent”; a little is not called nothing, nor almost all of it all."""
    found = (share * 100).quantize(TENTH, ROUND_HALF_UP)
    if share and not found:
        return "less than 0.1 per cent"
    return "more than 99.9 per cent" if found == 100 and share < 1 else f"{tenths(share * 100)} per cent"


def tenths(number: Decimal) -> str:
    return f"{number.quantize(TENTH, ROUND_HALF_UP):,}".removesuffix(".0")


def money(currency: str) -> Callable[[Number], str]:
    """How an amount is said, for `beside`."""
    return lambda amount: words.money(Decimal(amount), currency)


def beside(
    numbers: tuple[Number, Number, Number],
    period: Period,
    said: Callable[[Number], str] = figure,
    *,
    fewer: str = "fewer",
    same: str = "as many as",
) -> str:
    """“5 more than in March 2027 and 3 fewer than in April 2026”: this period's number beside the one before and the one a
    year before. Empty where neither has any."""
    this, *others = numbers
    if not any(others):
        return ""
    seen = dict(zip(period.compared()[1:], others, strict=True))
    return words.listed([f"{_than(this, then, said, fewer, same)} {during(when)}" for when, then in seen.items()])


def _than(this: Number, then: Number, said: Callable[[Number], str], fewer: str, same: str) -> str:
    if this == then:
        return same
    return f"{said(this - then if this > then else then - this)} {'more' if this > then else fewer} than"
