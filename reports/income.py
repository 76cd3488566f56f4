"""The report of the practice's income: what the sessions of a period come to and what came in on its days. Only reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from bookings import owing
from bookings.models import PaidBy, Room, SessionType, Status
from practice import words
from reports import earnings, saying
from reports.asking import Asked, within
from reports.earnings import NONE, Days, Money, totals
from reports.period import Period, months_on
from reports.shape import Chart, Column, Kind, Report, Rows, Section, Table, Unit, Value

__all__ = ["SLUG", "TITLE", "Money", "behind", "report", "totals"]

SLUG, TITLE = "income", "Income"
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
NO_ROOM = "No room"


class Number(NamedTuple):
    key: str
    """Of the number in Money, in the tables and among the meanings."""
    label: str


NUMBERS = (
    Number("agreed", "Agreed"),
    Number("waived", "Waived"),
    Number("earned", "Earned"),
    Number("to_come", "Still to come"),
    Number("paid", "Paid"),
    Number("owed", "Still owed"),
    Number("over", "Paid beyond that"),
    Number("taken", "Taken on these days"),
    Number("per_hour", "For an hour of table time"),
)
SPLIT = tuple(each for each in NUMBERS if each.key not in ("earned", "over"))
"""What each split has a column of."""


def report(asked: Asked) -> Report:
    days = earnings.by_day(asked)
    compared = earnings.compared(asked, days)
    sentences = tuple(_sentences(asked, compared))
    return Report(
        SLUG, TITLE, sentences, (Section(_all(compared)), *_splits(asked, compared[0], days), Section(_ways(asked)))
    )


def _splits(asked: Asked, this: Money, days: Days) -> Iterator[Section]:
    types, therapists, rooms = _holders(asked)
    yield Section(
        _split("session_types", "By session", _text("Session"), _named(types, SessionType.objects.all()), this),
        chart=Chart(Kind.BARS, "name", ("agreed", "paid"), "What was agreed for each session and what was paid."),
    )
    yield Section(
        _split("therapists", "By therapist", _text("Therapist"), _named(therapists, asked.therapists()), this)
    )
    yield Section(_split("rooms", "By room", _text("Room"), _named(rooms, Room.objects.all(), NO_ROOM), this))
    here = [(day, money) for day, money in days.items() if asked.period.first <= day <= asked.period.last]
    months = earnings.grouped((day.replace(day=1), money) for day, money in here)
    yield Section(
        _split("months", "By month", Column("name", "Month", Unit.MONTH), _months(months, asked.period), this),
        chart=Chart(Kind.LINES, "name", ("agreed", "taken"), "What was agreed for each month and what came in."),
    )
    weekdays = earnings.grouped((day.weekday(), money) for day, money in here)
    yield Section(_split("weekdays", "By weekday", _text("Weekday"), _weekdays(weekdays), this))


def _holders(asked: Asked) -> Iterator[dict[Any, Money]]:
    found = earnings.by_holder(asked).items()
    return (earnings.grouped((holder[at], money) for holder, money in found) for at in range(len(earnings.HOLDERS)))


def _sentences(asked: Asked, compared: tuple[Money, Money, Money]) -> Iterator[str]:
    this, said, when = compared[0], saying.money(asked.currency), saying.during(asked.period)
    if this.agreed or this.paid:
        beside = _beside(asked, compared, "agreed")
        yield saying.sentence(f"{when} the sessions and fees come to {said(this.agreed)}{beside}")
        yield saying.sentence(f"{said(this.paid)} was paid for them and {said(this.owed)} is still owed")
    else:
        yield saying.sentence(f"{when} there is nothing agreed and nothing to pay")
    parts = {
        "{} was waived": this.waived,
        "{} is for sessions still to come": this.to_come,
        "{} was paid beyond what is owed": this.over,
    }
    if told := [each.format(said(amount)) for each, amount in parts.items() if amount]:
        yield saying.sentence(words.listed(told))
    if this.taken > 0:
        yield saying.sentence(
            f"{when} {said(this.taken)} came in, whenever the session was{_beside(asked, compared, 'taken')}"
        )
    elif this.taken:
        yield saying.sentence(f"{when} {said(-this.taken)} more was given back than came in")
    if this.per_hour:
        yield saying.sentence(f"an hour of table time brought {said(this.per_hour)}")


def _beside(asked: Asked, compared: tuple[Money, Money, Money], key: str) -> str:
    this, before, year_before = (getattr(each, key) for each in compared)
    said = saying.money(asked.currency)
    told = saying.beside((this, before, year_before), asked.period, said, fewer="less", same="as much as")
    return f", {told}" if told else ""


# Tables


def _all(compared: tuple[Money, Money, Money]) -> Table:
    columns = (
        Column("what", "What", Unit.TEXT),
        Column("this", "This period", Unit.MONEY),
        Column("before", "The period before", Unit.MONEY),
        Column("year_before", "A year before", Unit.MONEY),
    )
    rows = tuple((each.label, *(getattr(one, each.key) for one in compared)) for each in NUMBERS)
    means = tuple(each.key for each in NUMBERS)
    return Table("all", "The period's income", columns, rows, units=(Unit.MONEY,) * len(rows), means=means)


def _split(key: str, title: str, first: Column, rows: Iterable[tuple[Value, Money]], this: Money) -> Table:
    columns = (first, *(Column(each.key, each.label, Unit.MONEY, each.key) for each in SPLIT))
    found = tuple(_row(name, money) for name, money in rows)
    total = _row(None if first.unit == Unit.MONTH else "All", this) if found else None
    return Table(key, title, columns, found, total, empty="There was no money in this period.")


def _row(name: Value, money: Money) -> tuple[Value, ...]:
    return (name, *(getattr(money, each.key) for each in SPLIT))


def _named(found: dict[Any, Money], rows: Iterable[Any], without: str = "") -> Iterator[tuple[Value, Money]]:
    """In the order of the rows, those alone of which there is something to say."""
    for pk, name in [*((each.pk, each.name) for each in rows), (None, without)]:
        if any(found.get(pk, NONE)):
            yield name, found[pk]


def _months(found: dict[Any, Money], period: Period) -> Iterator[tuple[Value, Money]]:
    month = period.first.replace(day=1)
    while month <= period.last:
        yield month, found.get(month, NONE)
        month = months_on(month, 1)


def _weekdays(found: dict[Any, Money]) -> Iterator[tuple[Value, Money]]:
    return ((name, found.get(number, NONE)) for number, name in enumerate(WEEKDAYS))


def _ways(asked: Asked) -> Table:
    found, nothing = earnings.ways(asked), (owing.NOTHING, owing.NOTHING)
    sums = [(way.label, *found.get(way.value, nothing)) for way in PaidBy]
    rows = tuple((name, came_in, back, came_in - back) for name, came_in, back in sums)
    columns = (
        Column("way", "Way", Unit.TEXT),
        Column("came_in", "Came in", Unit.MONEY, "came_in"),
        Column("given_back", "Given back", Unit.MONEY, "given_back"),
        Column("taken", "Taken", Unit.MONEY, "taken"),
    )
    total = ("All", *(sum((row[at] for row in rows), owing.NOTHING) for at in (1, 2, 3)))
    return Table("ways", "By way of paying", columns, rows, total)


def _text(label: str) -> Column:
    return Column("name", label, Unit.TEXT)


# The rows behind


def behind(asked: Asked) -> Rows:
    """The bookings, each with its account."""
    columns = (
        Column("client", "Client", Unit.PERSON),
        Column("day", "Day", Unit.DATE),
        Column("booking", "Booking", Unit.TEXT),
        Column("session", "Session", Unit.TEXT),
        Column("therapist", "Therapist", Unit.TEXT),
        Column("room", "Room", Unit.TEXT),
        Column("status", "Status", Unit.TEXT),
        *(Column(key, label, Unit.MONEY, key) for key, label in NUMBERS if key in BEHIND),
    )
    of_the_period = asked.bookings().filter(within(asked.period), currency=asked.currency)
    return Rows(SLUG, "Bookings and what was paid for them", columns, _behind(asked), of_the_period.count)


BEHIND = {"agreed": "agreed", "waived": "waived", "paid": "paid", "owed": "to_pay", "over": "over"}
"""The numbers of one booking, and what the query calls them."""


def _behind(asked: Asked) -> Iterator[tuple[Value, ...]]:
    found = earnings.bookings(asked).order_by("session_on", "starts_at", "pk")
    names = ("client__name", "session_on", "ref", "session_type__name", "therapist__name", "room__name", "status")
    for row in found.values_list(*names, *BEHIND.values()).iterator(chunk_size=2000):
        client, day, ref, session, therapist, room, status, *amounts = row
        yield client, day, ref, session, therapist, room or NO_ROOM, str(Status(status).label), *amounts
