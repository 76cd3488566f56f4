"""The report that comes first: what the period came to in one page, put together from the totals of the others. Only reads;
counts nothing itself."""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter
from typing import Any, NamedTuple

from bookings.models import Status
from reports import attendance, earnings, figures, returning, saying, splits, time_use
from reports.asking import Asked, within
from reports.attendance import Counts, Days
from reports.earnings import Money
from reports.returning import People
from reports.shape import Chart, Column, Kind, Report, Rows, Section, Unit, Value

SLUG, TITLE = "overview", "Overview"
DAY_BY_DAY = 62
"""A period of up to so many days is shown by day, a longer one by month."""
NUMBERS = ("sessions", "hands_on", "no_shows", "late_cancellations")


class Three(NamedTuple):
    """Of this period, the one before and the one a year before."""

    counts: tuple[Counts, Counts, Counts]
    money: tuple[Money, Money, Money]
    people: tuple[People, People, People]
    time: tuple[time_use.Totals, time_use.Totals, time_use.Totals]


def report(asked: Asked) -> Report:
    days = attendance.by_day(asked)
    three = totals(asked, days)
    return Report(
        SLUG,
        TITLE,
        tuple(sentences(asked, three)),
        (Section(splits.beside("figures", "The period in numbers", _figures(three))), _over_time(asked, days))
        + tuple(_splits(asked, days)),
    )


def totals(asked: Asked, days: Days) -> Three:
    return Three(
        attendance.compared(asked, days), earnings.headline(asked), returning.totals(asked), time_use.totals(asked)
    )


# Tables


def _figures(three: Three) -> Iterator[splits.Row]:
    yield from splits.counted(three.counts, "sessions", "hands_on")
    for name, label in (("agreed", "Agreed"), ("taken", "Taken")):
        yield label, Unit.MONEY, name, _of(three.money, name)
    for name, key, label in (
        ("clients", "clients", "Clients"), ("new", "new_clients", "New clients"), ("returning", "returning_clients", "Returning clients"),
    ):  # fmt: skip
        yield label, Unit.COUNT, key, _of(three.people, name)
    yield from splits.counted(three.counts, "no_shows", "cancellations", "late_cancellations")
    for name, label in (("offered", "Hours offered"), ("booked", "Hours booked"), ("free", "Hours still free")):
        yield label, Unit.MINUTES, name, _of(three.time, name)
    yield from splits.counted(three.counts, "to_come", "unmarked")


def _of(three: tuple[Any, Any, Any], name: str) -> tuple[Value, Value, Value]:
    this, before, year_before = map(attrgetter(name), three)
    return this, before, year_before


def _over_time(asked: Asked, days: Days) -> Section:
    if asked.period.days <= DAY_BY_DAY:
        found, unit, title = attendance.by_days(asked.period, days), Unit.DATE, "Day by day"
    else:
        found, unit, title = attendance.by_months(asked.period, days), Unit.MONTH, "Month by month"
    table = splits.stretches("over-time", title, found, unit, *NUMBERS, "to_come")
    return Section(table, chart=Chart(Kind.BARS, "when", ("sessions",), f"Sessions, {title.lower()}."))


def _splits(asked: Asked, days: Days) -> Iterator[Section]:
    by = attendance.splits(asked)
    for key, first, title, rows, is_sensitive in (
        ("therapists", "Therapist", "By therapist", by.therapists, False),
        ("types", "Session", "By session", by.session_types, True),
        ("rooms", "Room", "By room", by.rooms, False),
        ("weekdays", "Weekday", "By weekday", attendance.weekdays(asked, days), False),
        ("hours", "Begins at", "By hour of the day", by.hours, False),
    ):
        table = splits.split(key, title, first, rows, *NUMBERS, is_sensitive=is_sensitive)
        chart = Chart(Kind.BARS, table.columns[0].key, ("sessions",), f"Sessions {title[0].lower()}{title[1:]}.")
        yield Section(table, chart=chart)


# In words


def sentences(asked: Asked, three: Three) -> Iterator[str]:
    this = three.counts[0]
    yield _about_sessions(asked, three)
    if this.hands_on:
        beside = saying.beside(_numbers(three.counts, "hands_on"), asked.period, saying.hours)
        yield saying.sentence(_with(f"they came to {saying.hours(this.hands_on)} of hands-on time", beside))
    yield from _about_money(asked, three)
    yield from _about_people(three)
    yield from _about_what_is_ahead(three)


def _about_sessions(asked: Asked, three: Three) -> str:
    number = three.counts[0].sessions
    when = saying.during(asked.period)
    if asked.period.first > asked.today:
        return saying.sentence(f"{figures.days(asked.period)} is still to come")
    so_far = "so far " if asked.period.last >= asked.today else ""
    there_were = "there was" if number == 1 else "there were"
    said = f"{so_far}{when} {there_were} {saying.counted(number, 'session')}"
    return saying.sentence(_with(said, saying.beside(_numbers(three.counts, "sessions"), asked.period)))


def _about_money(asked: Asked, three: Three) -> Iterator[str]:
    this, amount = three.money[0], saying.money(asked.currency)
    if this.agreed:
        beside = saying.beside(_numbers(three.money, "agreed"), asked.period, amount, fewer="less", same="as much as")
        yield saying.sentence(_with(f"what was booked comes to {amount(this.agreed)}", beside))
    taken = _numbers(three.money, "taken")
    if this.taken < 0:
        yield f"{amount(-this.taken)} more was given back than was taken."
    elif any(taken):
        beside = saying.beside(taken, asked.period, amount, fewer="less", same="as much as")
        yield saying.sentence(_with(f"{amount(this.taken)} was taken", beside))


def _about_people(three: Three) -> Iterator[str]:
    people, this = three.people[0], three.counts[0]
    if people.clients:
        yield saying.sentence(f"{saying.counted(people.clients, 'client')} came, {_first_times(people)}")
    if this.no_shows or this.late_cancellations:
        missed = saying.counted(this.no_shows, "session was missed", "sessions were missed")
        late = {0: "none was", 1: "one was"}.get(this.late_cancellations, f"{this.late_cancellations:,} were")
        yield saying.sentence(f"{missed}, and {late} cancelled late")
    elif this.sessions:
        yield "No session was missed, and none was cancelled late."


def _first_times(people: People) -> str:
    if people.clients == 1:
        return "for the first time" if people.new else "who had been here before"
    if people.new in (0, people.clients):
        return f"{'all' if people.new else 'none'} of them for the first time"
    return f"{saying.figure(people.new)} of them for the first time"


def _about_what_is_ahead(three: Three) -> Iterator[str]:
    this, free = three.counts[0], three.time[0].free
    if this.to_come:
        yield saying.sentence(saying.counted(this.to_come, "session is still to come", "sessions are still to come"))
    if free > 0:
        said = saying.hours(free)
        yield saying.sentence(f"{said} {'is' if said == 'one hour' else 'are'} still free")
    if this.unmarked:
        over = saying.counted(this.unmarked, "session is over", "sessions are over")
        yield saying.sentence(f"{over}, and nobody has noted yet whether the client came")


def _with(said: str, beside: str) -> str:
    return f"{said}, {beside}" if beside else said


def _numbers(three: tuple[Any, Any, Any], name: str) -> tuple[saying.Number, saying.Number, saying.Number]:
    this, before, year_before = (getattr(each, name) for each in three)
    return this, before, year_before


# The rows behind


def behind(asked: Asked) -> Rows:
    """One for each booking of the period, whatever became of it; a time that is only held is none yet."""
    columns = (
        Column("client", "Client", Unit.PERSON),
        Column("day", "Day", Unit.DATE),
        Column("starts_at", "Start", Unit.MOMENT),
        Column("minutes", "Length", Unit.MINUTES, "booked_length"),
        Column("therapist", "Therapist", Unit.TEXT),
        Column("session", "Session", Unit.TEXT),
        Column("room", "Room", Unit.TEXT),
        Column("state", "State", Unit.TEXT),
        Column("booked_on", "Booked on", Unit.DATE),
        Column("price", "Price", Unit.MONEY, "price"),
        Column("currency", "Currency", Unit.TEXT),
    )
    found = asked.bookings().filter(within(asked.period)).exclude(status=Status.HELD)
    rows = found.order_by("session_on", "starts_at", "pk").values_list(
        "client__name", "session_on", "starts_at", "minutes", "therapist__name", "session_type__name", "room__name",
        "status", "booked_on", "price", "currency",
    )  # fmt: skip
    return Rows(SLUG, TITLE, columns, map(_row, rows.iterator(chunk_size=2000)), found.count)


def _row(row: tuple[Any, ...]) -> tuple[Value, ...]:
    return (*row[:7], Status(row[7]).label, *row[8:])
