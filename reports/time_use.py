"""The report of how the therapists' time is used: offered and booked hours, when, what falls between, how far ahead. Only
reads."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from bookings.models import Room, Status
from reports import between, booked, lead_times
from reports.asking import Asked, within
from reports.between import Gaps
from reports.booked import Day, Whose
from reports.offered import Spread
from reports.period import DAY, Period, month_of
from reports.presence import AtWork, at_work
from reports.saying import counted, during, hours, percent, sentence
from reports.shape import Chart, Column, Kind, Report, Rows, Section, Table, Unit, Value
from reports.spread import median

SLUG, TITLE = "time", "Use of time"
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
NO_ROOM = "No room"
OFFERED = Column("offered", "Offered", Unit.MINUTES, "offered")
BOOKED = Column("booked", "Booked", Unit.MINUTES, "booked")
SHARE = Column("share", "Share booked", Unit.SHARE, "booked_share")
AS_THEY_ARE = "Offered and free hours, and the gaps, are the therapists' own: they are the same whatever session type or room is asked about."


class Totals(NamedTuple):
    """Minutes."""

    offered: int
    booked: int
    free: int

    @property
    def share(self) -> Decimal | None:
        return _share(self.booked, self.offered)


@dataclass(frozen=True, slots=True)
class Used:
    """Whose time, and what took it."""

    people: list[AtWork]
    booked: list[Whose]

    def totals(self, periods: Sequence[Period]) -> tuple[Totals, Totals, Totals]:
        this, before, year_before = (
            Totals(
                sum(each.offered(period) for each in self.people),
                sum(each.minutes[place] for each in self.booked),
                sum(each.free(period) for each in self.people),
            )
            for place, period in enumerate(periods)
        )
        return this, before, year_before

    def of(self, therapist: int, place: int = 0) -> int:
        return sum(each.minutes[place] for each in self.booked if each.therapist == therapist)


def totals(asked: Asked) -> tuple[Totals, Totals, Totals]:
    return _used(asked).totals(asked.period.compared())


def report(asked: Asked) -> Report:
    used, days, lead = _used(asked), booked.by_day(asked), lead_times.by_days(asked)
    compared, gaps = used.totals(asked.period.compared()), between.too_short(asked, used.people)
    spread = _spread(asked, used.people)
    return Report(
        SLUG,
        TITLE,
        tuple(_sentences(asked, compared, gaps, lead)),
        (
            Section(_therapists(asked, used, compared), chart=_chart("therapist", "For each therapist")),
            Section(_by_month(asked, spread, days), chart=_chart("month", "Month by month")),
            Section(_by_weekday(spread, days), chart=_chart("weekday", "For each weekday")),
            _by_clock(spread, booked.by_clock(asked)),
            Section(_rooms(used.booked)),
            Section(_gaps(used.people, gaps)),
            _ahead(lead),
        ),
    )


def behind(asked: Asked) -> Rows:
    """What kept its time in the period."""
    columns = (
        Column("client", "Client", Unit.PERSON),
        Column("day", "Day", Unit.DATE),
        Column("starts_at", "From", Unit.MOMENT),
        Column("ends_at", "To", Unit.MOMENT),
        Column("busy_from_at", "Kept from", Unit.MOMENT),
        Column("busy_until_at", "Kept until", Unit.MOMENT),
        Column("therapist", "Therapist", Unit.TEXT),
        Column("session_type", "Session", Unit.TEXT),
        Column("room", "Room", Unit.TEXT),
        Column("booked_on", "Booked on", Unit.DATE),
        Column("status", "State", Unit.TEXT),
    )
    found = booked.kept(asked).filter(within(asked.period)).order_by("session_on", "starts_at", "pk")
    rows = found.values_list(
        "client__name", "session_on", "starts_at", "ends_at", "busy_from_at", "busy_until_at", "therapist__name",
        "session_type__name", "room__name", "booked_on", "status",
    )  # fmt: skip
    states = dict(Status.choices)
    said = ((*row[:-1], states[row[-1]]) for row in rows.iterator(chunk_size=2000))
    return Rows(SLUG, TITLE, columns, said, found.count)


# Counting


def _used(asked: Asked) -> Used:
    return Used(at_work(asked), booked.by_whom(asked))


def _spread(asked: Asked, people: Iterable[AtWork]) -> Spread:
    found, months = Spread(), list(_months(asked.period))
    for each in people:
        if each.there:
            own = each.there.spread(months)
            found.days.update(own.days)
            found.hours.update(own.hours)
    return found


def _months(period: Period) -> Iterator[tuple[dt.date, dt.date]]:
    first = period.first
    while first <= period.last:
        last = min(month_of(first).last, period.last)
        yield first, last
        first = last + DAY


def _share(part: int, whole: int) -> Decimal | None:
    return Decimal(part) / whole if whole else None


# Tables


def _therapists(asked: Asked, used: Used, compared: tuple[Totals, Totals, Totals]) -> Table:
    columns = (
        Column("therapist", "Therapist", Unit.TEXT),
        OFFERED,
        BOOKED,
        SHARE,
        Column("free", "Still free", Unit.MINUTES, "free"),
        Column("share_before", "The period before", Unit.SHARE, "booked_share"),
        Column("share_year_before", "A year before", Unit.SHARE, "booked_share"),
    )
    periods = asked.period.compared()
    rows = []
    for each in used.people:
        numbers = [Totals(each.offered(one), used.of(each.therapist.pk, at), 0) for at, one in enumerate(periods)]
        if any(map(any, numbers)):
            rows.append(_person(each.therapist.name, numbers, each.free(asked.period)))
    total = _person("All", compared, compared[0].free) if rows else None
    return Table("therapists", "By therapist", columns, tuple(rows), total)


def _person(name: str, numbers: Sequence[Totals], free: int) -> tuple[Value, ...]:
    this, before, year_before = numbers
    return name, this.offered, this.booked, this.share, free, before.share, year_before.share


def _by_month(asked: Asked, spread: Spread, days: Iterable[Day]) -> Table:
    offered, taken = Counter[dt.date](), Counter[dt.date]()
    for (month, _), seconds in spread.days.items():
        offered[month] += seconds
    for each in days:
        taken[each.on.replace(day=1)] += each.minutes
    months = [first.replace(day=1) for first, _ in _months(asked.period)]
    rows = tuple(_line(month, offered[month] // 60, taken[month]) for month in months)
    return Table("months", "By month", (Column("month", "Month", Unit.MONTH), OFFERED, BOOKED, SHARE), rows)


def _by_weekday(spread: Spread, days: Iterable[Day]) -> Table:
    offered, taken = Counter[int](), Counter[int]()
    for (_, weekday), seconds in spread.days.items():
        offered[weekday] += seconds
    for each in days:
        taken[each.on.weekday()] += each.minutes
    rows = tuple(_line(name, offered[day] // 60, taken[day]) for day, name in enumerate(WEEKDAYS))
    return Table("weekdays", "By weekday", (Column("weekday", "Weekday", Unit.TEXT), OFFERED, BOOKED, SHARE), rows)


def _line(name: Value, offered: int, taken: int) -> tuple[Value, ...]:
    return name, offered, taken, _share(taken, offered)


def _by_clock(spread: Spread, taken: Counter[tuple[int, int]]) -> Section:
    """From the first hour of the day that anything is known of to the last."""
    keys = tuple(name[:3].lower() for name in WEEKDAYS)
    columns = (
        Column("hour", "Hour", Unit.TEXT),
        *(Column(key, name, Unit.SHARE, "booked_hour") for key, name in zip(keys, WEEKDAYS, strict=True)),
    )
    known = [hour for (_, hour), seconds in (spread.hours + taken).items() if seconds]
    rows = tuple(
        (f"{hour:02}:00", *(_share(taken[day, hour], spread.hours[day, hour]) for day in range(7)))
        for hour in range(min(known, default=0), max(known, default=-1) + 1)
    )
    chart = Chart(Kind.HEAT, "hour", keys, "How much of each hour of the week was booked, the darker the more.")
    return Section(Table("hours", "By weekday and hour", columns, rows), chart=chart)


def _rooms(found: Iterable[Whose]) -> Table:
    columns = (Column("room", "Room", Unit.TEXT), BOOKED, Column("part", "Of all booked", Unit.SHARE, "booked_part"))
    names = {room.pk: room.name for room in Room.objects.all()} | {None: NO_ROOM}
    taken = Counter[int | None]()
    for each in found:
        taken[each.room] += each.minutes[0]
    rows = tuple((names[room], taken[room], _share(taken[room], taken.total())) for room in names if taken[room])
    total = ("All", taken.total(), Decimal(1)) if rows else None
    return Table("rooms", "By room", columns, rows, total)


def _gaps(people: Iterable[AtWork], gaps: dict[int, Gaps]) -> Table:
    columns = (
        Column("therapist", "Therapist", Unit.TEXT),
        Column("shortest", "Shortest session", Unit.MINUTES, "shortest_session"),
        Column("gaps", "Gaps", means="gaps"),
        Column("minutes", "Their time", Unit.MINUTES, "gaps"),
    )
    rows = tuple((each.therapist.name, *gaps[each.therapist.pk]) for each in people if gaps[each.therapist.pk].number)
    found = [each for each in gaps.values() if each.number]
    total = ("All", None, sum(each.number for each in found), sum(each.minutes for each in found)) if rows else None
    return Table("gaps", "Gaps too short to book", columns, rows, total, empty="There were none in this period.")


def _ahead(lead: Counter[int]) -> Section:
    columns = (
        Column("ahead", "Booked", Unit.TEXT),
        Column("bookings", "Sessions", means="booked_ahead"),
        Column("share", "Share", Unit.SHARE, "booked_ahead"),
    )
    total = lead.total()
    rows = tuple((name, number, _share(number, total)) for name, number in lead_times.banded(lead)) if total else ()
    table = Table("ahead", "How long before", columns, rows, ("All", total, Decimal(1)) if rows else None)
    return Section(table, chart=Chart(Kind.BARS, "ahead", ("bookings",), "How long before the session it was booked."))


def _chart(along: str, what: str) -> Chart:
    return Chart(Kind.BARS, along, ("offered", "booked"), f"{what}, the hours that were offered and those booked.")


# Sentences


def _sentences(
    asked: Asked, compared: tuple[Totals, Totals, Totals], gaps: dict[int, Gaps], lead: Counter[int]
) -> Iterator[str]:
    this = compared[0]
    yield _offered(asked, compared)
    if asked.period.last >= asked.today:
        yield sentence(
            f"{hours(this.free)} of the period {'is' if hours(this.free) == 'one hour' else 'are'} still free"
        )
    number, minutes = sum(each.number for each in gaps.values()), sum(each.minutes for each in gaps.values())
    if number:
        verb = "was" if number == 1 else "were"
        yield sentence(f"{counted(number, 'gap')} between sessions, {hours(minutes)} in all, {verb} too short to book")
    middle = median(lead)
    if middle is not None:
        yield _half(middle)
    if asked.filters.session_types or asked.filters.rooms:
        yield AS_THEY_ARE


def _offered(asked: Asked, compared: tuple[Totals, Totals, Totals]) -> str:
    this, others = compared[0], compared[1:]
    when = during(asked.period)
    if not this.offered:
        return sentence(
            f"{when} no hours were offered, and {hours(this.booked)} booked"
            if this.booked
            else f"{when} no hours were offered"
        )
    told = f"{when} {hours(this.offered)} were offered, and sessions with the time kept around them took {hours(this.booked)}"
    beside = dict(zip(asked.period.compared()[1:], others, strict=True))  # of a year both are one period
    seen = [f"{percent(one.share)} {during(period)}" for period, one in beside.items() if one.share is not None]
    share = f", {percent(this.share)}" if this.share is not None else ""
    return sentence(f"{told}{share}{' (' + ', '.join(seen) + ')' if seen else ''}")


def _half(days: Decimal) -> str:
    if not days:
        return "At least half of the sessions were booked on the day itself."
    whole = f"{days.normalize():f}"
    return f"Half of the sessions were booked {whole} {'day' if days == 1 else 'days'} before or earlier."
