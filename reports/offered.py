"""How long a therapist is there for sessions: the diary's own windows over years of days, without a visit to each day.

One week is like the next until the weekly hours change, so days are counted. Only what something touches (hours of one date,
time off, a closure, a change of the clocks) is looked at, by `availability.windows` as the diary does. Values in, values out.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property, lru_cache
from itertools import chain, pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bookings import availability
from bookings.availability import Book, DateHours, WeeklyHours
from bookings.ranges import gaps, merge
from practice import walltime
from practice.walltime import DAY, EPOCH_DAY, Range

HOUR = 3600
ONE_DAY = timedelta(days=1)

Hours = tuple[tuple[Range, ...], ...]
"""By weekday: seconds since local midnight."""


class Era(NamedTuple):
    """Days, as ordinals with both included, on which the weekly hours are the same."""

    first: int
    last: int
    rows: tuple[WeeklyHours, ...]
    hours: Hours

    def seconds(self, weekday: int) -> int:
        return sum(closes - opens for opens, closes in self.hours[weekday])


@dataclass(slots=True)
class Spread:
    """Seconds, by month and weekday, and by weekday and hour on the wall."""

    days: Counter[tuple[date, int]] = field(default_factory=Counter)
    hours: Counter[tuple[int, int]] = field(default_factory=Counter)


@dataclass(frozen=True)
class Presence:
    """One therapist on the dates from `first` to `last`, both included; the book's time off and closures are those of the
    whole stretch, in no order."""

    book: Book
    first: date
    last: date
    zone: ZoneInfo

    def seconds(self, first: date, last: date) -> int:
        """How long in all, on these dates."""
        opens, closes = self._clipped(first, last)
        plain = (
            number * era.seconds(weekday)
            for era, numbers in self._plain(opens, closes)
            for weekday, number in enumerate(numbers)
        )
        return sum(plain) + sum(until - start for start, until in self._looked_at(opens, closes))

    def spread(self, months: Sequence[tuple[date, date]]) -> Spread:
        """The same by month, weekday and hour; the months are in order and none is left out between them."""
        found = Spread()
        for first, last in months:
            for era, numbers in self._plain(*self._clipped(first, last)):
                for weekday, number in enumerate(numbers):
                    found.days[first.replace(day=1), weekday] += number * era.seconds(weekday)
        opens, closes = self._clipped(months[0][0], months[-1][1])
        for era, numbers in self._plain(opens, closes):
            for (weekday, hour), seconds in _week(era.hours):
                found.hours[weekday, hour] += numbers[weekday] * seconds
        for on, hour, seconds in by_hour(self._looked_at(opens, closes), self.zone):
            found.days[on.replace(day=1), on.weekday()] += seconds
            found.hours[on.weekday(), hour] += seconds
        return found

    def is_there(self, on: date, start: int, until: int) -> bool:
        """The whole stretch through; it begins on that date."""
        number = on.toordinal()
        at = start - _midnight(number, self.zone)
        if number in self._touched_set or at + until - start > DAY:
            return any(opens <= start and until <= closes for opens, closes in self.there(on, on + ONE_DAY))
        era = next((each for each in self._eras if each.first <= number <= each.last), None)
        return era is not None and any(
            opens <= at and at + until - start <= closes for opens, closes in era.hours[on.weekday()]
        )

    def there(self, first: date, last: date) -> list[Range]:
        """The stretches of these dates, as the diary has them."""
        before, after = first - ONE_DAY, last + ONE_DAY
        book = Book(weekly=self._weekly(before, after), dated=self._dated_on(before, after))
        open_at = availability.windows(book, before, after, self.zone)
        found: list[Range] = []
        for start, until, _ in walltime.stretches(first, last, self.zone):
            for opens, closes in open_at:
                if opens < until and start < closes:
                    span = max(opens, start), min(closes, until)
                    ahead = bisect_right(self._gone, span[0], key=lambda each: each[1])
                    found += gaps(self._gone[ahead:], span)
        return merge(found)

    def _clipped(self, first: date, last: date) -> Range:
        return max(first, self.first).toordinal(), min(last, self.last).toordinal()

    def _plain(self, first: int, last: int) -> Iterator[tuple[Era, list[int]]]:
        """How many Mondays, Tuesdays and so on that nothing touches each era has among the days."""
        for era in self._eras:
            opens, closes = max(first, era.first), min(last, era.last)
            if opens <= closes:
                numbers = _weekdays(opens, closes)
                for each in _among(self._touched, opens, closes):
                    numbers[_weekday(each)] -= 1
                yield era, numbers

    def _looked_at(self, first: int, last: int) -> Iterator[Range]:
        """When they are there on the touched days among these."""
        for opens, closes in _runs(_among(self._open_touched, first, last)):
            yield from self.there(date.fromordinal(opens), date.fromordinal(closes))

    def _weekly(self, first: date, last: date) -> list[WeeklyHours]:
        opens, closes = first.toordinal(), last.toordinal()
        return [row for era in self._eras if era.first <= closes and opens <= era.last for row in era.rows]

    def _dated_on(self, first: date, last: date) -> list[DateHours]:
        return [row for on in walltime.dates(first, last) for row in self._dated.get(on, ())]

    @cached_property
    def _gone(self) -> list[Range]:
        return merge(chain(self.book.away, self.book.closed))

    @cached_property
    def _dated(self) -> dict[date, list[DateHours]]:
        found = defaultdict(list)
        for row in self.book.dated:
            found[row.on].append(row)
        return found

    @cached_property
    def _eras(self) -> list[Era]:
        """Also of the day before the first and the day after the last, whose hours may reach over."""
        first, last = self.first.toordinal() - 1, self.last.toordinal() + 1
        begins = {first} | {row.valid_from.toordinal() for row in self.book.weekly if row.valid_from}
        begins |= {row.valid_until.toordinal() + 1 for row in self.book.weekly if row.valid_until}
        cuts = [each for each in sorted(begins) if first <= each <= last]
        return [_era(self.book, each, until - 1) for each, until in pairwise([*cuts, last + 1])]

    @cached_property
    def _touched_days(self) -> tuple[set[int], set[int]]:
        """All that are touched, and those of them that time off or a closure covers from midnight to midnight."""
        changes = set(clock_days(self.first, self.last, self.zone))
        touched = changes | {on.toordinal() for on in self._dated}
        gone: set[int] = set()
        opens, closes = self.first.toordinal(), self.last.toordinal()
        for start, until in self._gone:
            first, last = _local_day(start, self.zone), _local_day(until - 1, self.zone)
            touched.update(range(max(first, opens), min(last, closes) + 1))
            whole = first + (start > _midnight(first, self.zone)), last + (until >= _midnight(last + 1, self.zone))
            gone.update(range(max(whole[0], opens), min(whole[1], closes + 1)))
        return touched, gone - changes

    @cached_property
    def _touched(self) -> list[int]:
        return sorted(self._touched_days[0])

    @cached_property
    def _touched_set(self) -> set[int]:
        return self._touched_days[0]

    @cached_property
    def _open_touched(self) -> list[int]:
        touched, gone = self._touched_days
        return sorted(touched - gone)


def by_hour(ranges: Iterable[Range], zone: ZoneInfo) -> Iterator[tuple[date, int, int]]:
    """Instants by what the wall shows: the date, the hour and how many seconds of it."""
    for start, until in ranges:
        for at, closes, offset in walltime.segments(start, until, zone) if start < until else ():
            while at < closes:
                day, reading = divmod(at + offset, DAY)
                seconds = min(closes - at, HOUR - reading % HOUR)
                yield date.fromordinal(day + EPOCH_DAY), reading // HOUR, seconds
                at += seconds


@lru_cache(maxsize=64)
def clock_days(first: date, last: date, zone: ZoneInfo) -> tuple[int, ...]:
    """The days, as ordinals, on which a change of the clocks may move or stretch the hours; where it meets midnight also
    those beside them."""
    opens, closes = first.toordinal() - EPOCH_DAY - 3, last.toordinal() - EPOCH_DAY + 4
    days: set[int] = set()
    for before, after in pairwise(walltime.segments(opens * DAY, closes * DAY, zone)):
        readings = [after.start + offset for offset in (before.offset, after.offset)]
        first_day, last_day = (min(readings) - 1) // DAY + EPOCH_DAY, max(readings) // DAY + EPOCH_DAY
        beside = first_day < last_day
        days.update(range(first_day - beside, last_day + 1 + beside))
    return tuple(sorted(days))


def _era(book: Book, first: int, last: int) -> Era:
    """What holds on the first of its days and until the last; each weekday's hours are joined."""
    rows = tuple(
        row
        for row in book.weekly
        if (row.valid_from is None or row.valid_from.toordinal() <= first)
        and (row.valid_until is None or first <= row.valid_until.toordinal())
    )
    by_weekday = [[(row.opens * 60, row.closes * 60) for row in rows if row.weekday == day] for day in range(7)]
    return Era(first, last, rows, tuple(tuple(merge(each)) for each in by_weekday))


@lru_cache(maxsize=1024)
def _week(hours: Hours) -> tuple[tuple[tuple[int, int], int], ...]:
    """Seconds by weekday and hour."""
    found: Counter[tuple[int, int]] = Counter()
    for weekday, ranges in enumerate(hours):
        for start, until in ranges:
            for hour in range(start // HOUR, -(-until // HOUR)):
                found[weekday, hour] += min(until, (hour + 1) * HOUR) - max(start, hour * HOUR)
    return tuple(found.items())


@lru_cache(maxsize=8192)
def _midnight(day: int, zone: ZoneInfo) -> int:
    return walltime.floor_epoch(walltime.instant(date.fromordinal(day), 0, zone))


def _local_day(at: int, zone: ZoneInfo) -> int:
    return walltime.local_date(walltime.from_epoch(at), zone).toordinal()


def _weekday(day: int) -> int:
    return (day + 6) % 7


def _weekdays(first: int, last: int) -> list[int]:
    weeks, rest = divmod(last - first + 1, 7)
    numbers = [weeks] * 7
    for day in range(first, first + rest):
        numbers[_weekday(day)] += 1
    return numbers


def _among(days: list[int], first: int, last: int) -> list[int]:
    return days[bisect_left(days, first) : bisect_right(days, last)]


def _runs(days: Iterable[int]) -> Iterator[Range]:
    """Days that follow one another, as the first and the last."""
    for start, until in merge((day, day + 1) for day in days):
        yield start, until - 1
