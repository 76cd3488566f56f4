"""The days a report is about, and the two stretches it is seen beside: the one before and the same a year before.

Days are the practice's own. Values in, values out.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from reports.errors import NotAPeriod

LONGEST_YEARS = 20
USUAL = "last-month"
"""The word of the period that is meant where nothing is asked."""
DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """From `first` to `last`, both included."""

    first: dt.date
    last: dt.date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def is_whole_months(self) -> bool:
        return self.first.day == 1 and (self.last + DAY).day == 1

    def before(self) -> Period:
        """The stretch that ends where this begins: as many months where it is whole months, else as many days."""
        last = self.first - DAY
        if self.is_whole_months:
            return Period(months_on(self.first, -_months(self)), last)
        return Period(last - (self.last - self.first), last)

    def year_before(self) -> Period:
        """The same days of the year before; the last of February stays the last."""
        last = months_on(self.last + DAY, -12) - DAY if self.is_whole_months else months_on(self.last, -12)
        return Period(months_on(self.first, -12), last)

    def compared(self) -> tuple[Period, Period, Period]:
        """This one, the one before, the one a year before: the order in which every report has its numbers."""
        return self, self.before(), self.year_before()


def months_on(on: dt.date, months: int) -> dt.date:
    """So many months later, or earlier; the 31st of a shorter month is its last day."""
    year, month = divmod(on.year * 12 + on.month - 1 + months, 12)
    return next(found for day in range(on.day, 0, -1) if (found := _date(year, month + 1, day)) is not None)


def month_of(on: dt.date) -> Period:
    first = on.replace(day=1)
    return Period(first, months_on(first, 1) - DAY)


def quarter_of(on: dt.date) -> Period:
    first = on.replace(month=on.month - (on.month - 1) % 3, day=1)
    return Period(first, months_on(first, 3) - DAY)


def year_of(on: dt.date) -> Period:
    return Period(on.replace(month=1, day=1), on.replace(month=12, day=31))


def named(today: dt.date) -> dict[str, tuple[str, Period]]:
    """The periods that are one press away: by their word in the address, with what people call them."""
    month, quarter, year = month_of(today), quarter_of(today), year_of(today)
    week = Period(today - DAY * today.weekday(), today + DAY * (6 - today.weekday()))
    return {
        "today": ("Today", Period(today, today)),
        "week": ("This week", week),
        "month": ("This month", month),
        "last-month": ("Last month", month.before()),
        "quarter": ("This quarter", quarter),
        "last-quarter": ("Last quarter", quarter.before()),
        "year": ("This year", year),
        "last-year": ("Last year", year.before()),
        "twelve-months": ("The last twelve months", Period(months_on(month.first, -11), month.last)),
    }


def asked(first: str, last: str, word: str, today: dt.date) -> Period:
    """What an address asks for: a word of `named`, or two days like 2027-01-31; with nothing, the usual one.

    Raises NotAPeriod with what is wrong and with which of them.
    """
    words = named(today)
    if word and not (first or last):
        if word not in words:
            raise NotAPeriod(f"There is no period “{word[:40]}”. There are {', '.join(words)}.")
        return words[word][1]
    if not (first or last):
        return words[USUAL][1]
    if not (first and last):
        raise NotAPeriod
    return checked(day(first, "first"), day(last, "last"))


def day(text: str, which: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text.strip())
    except ValueError:
        raise NotAPeriod(f"The {which} day, “{text[:40]}”, is not a date. Write it like 2027-01-31.") from None


def checked(first: dt.date, last: dt.date) -> Period:
    """Raises NotAPeriod for what ends before it begins, is longer than a report goes, or at the edge of the calendar."""
    if last < first:
        raise NotAPeriod(f"The period ends on {last}, before it begins on {first}.")
    if not 1900 <= first.year <= last.year <= 2900:
        raise NotAPeriod("A report is about days between the years 1900 and 2900.")
    if last >= months_on(first, 12 * LONGEST_YEARS):
        raise NotAPeriod(f"A report covers at most {LONGEST_YEARS} years; this is from {first} to {last}.")
    return Period(first, last)


def _months(period: Period) -> int:
    after = period.last + DAY
    return (after.year - period.first.year) * 12 + after.month - period.first.month


def _date(year: int, month: int, on: int) -> dt.date | None:
    try:
        return dt.date(year, month, on)
    except ValueError:
        return None
