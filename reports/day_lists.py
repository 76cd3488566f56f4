"""The report on days: who comes when, what each has still to pay, and what the end of each day counted. Only reads.

What a day's end comes to is as `bookings.takings` has it. The till is the practice's: it is not narrowed, and no therapist's.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Case, CharField, F, Q, QuerySet, Sum, Value, When

from accounts.models import Role
from bookings import owing
from bookings.models import CashUp, MoneyEntry, MoneyKind, PaidBy, Status
from practice import words
from reports import combining, saying
from reports.asking import Asked, within
from reports.shape import Column, Report, Rows, Section, Table, Unit
from reports.shape import Value as Cell

SLUG, TITLE = "days", "Day lists and cash-up"
LONGEST_LIST = 31
"""Days. A longer period has no list, and its cash-ups by month."""
LISTED = (Status.REQUESTED, Status.CONFIRMED, Status.COMPLETED, Status.NO_SHOW, Status.CANCELLED)
NO_MONEY = "No money was taken or given back."
CLIENT = Column("client", "Client", Unit.PERSON)
DAY = Column("day", "Day", Unit.DATE)
FACTS = (
    Column("session", "Session", Unit.TEXT),
    Column("therapist", "Therapist", Unit.TEXT),
    Column("room", "Room", Unit.TEXT),
    Column("state", "State", Unit.TEXT),
    Column("balance", "Still to pay", Unit.MONEY, "balance"),
)


def report(asked: Asked) -> Report:
    counted = [] if asked.is_own else till(asked)
    listed = [_list(asked)] if asked.period.days <= LONGEST_LIST else []
    sections = [*listed, *([] if asked.is_own else [_cash_up(asked, counted)])]
    return Report(SLUG, TITLE, tuple(_sentences(asked, listed, counted)), tuple(sections))


def behind(asked: Asked) -> Rows:
    """One for each booking of the lists."""
    columns = (CLIENT, DAY, Column("from", "From", Unit.MOMENT), Column("to", "To", Unit.MOMENT), *FACTS)
    return Rows(SLUG, TITLE, columns, _listed(asked))


# Who comes


def _list(asked: Asked) -> Section:
    columns = (DAY, Column("time", "Time", Unit.TEXT), CLIENT, *FACTS)
    rows = tuple(
        (on, words.hours(begins, ends, asked.zone), client, *facts)
        for client, on, begins, ends, *facts in _listed(asked)
    )
    return Section(Table("list", "Who comes", columns, rows, empty="Nobody is booked for these days."))


def _listed(asked: Asked) -> Iterator[tuple[Any, ...]]:
    """Client, day, from, to, session, therapist, room, state, balance, in order of time."""
    found = asked.bookings().filter(within(asked.period), status__in=LISTED)
    rows = owing.with_accounts(found).annotate(called=_called(asked)).order_by("session_on", "starts_at", "pk")
    for *facts, status, balance, currency in rows.values_list(
        "client__name", "session_on", "starts_at", "ends_at", "called", "therapist__name", "room__name", "status",
        "balance", "currency",
    ).iterator(chunk_size=2000):  # fmt: skip
        yield *facts, Status(status).label, combining.exact(balance) if currency == asked.currency else None


def _called(asked: Asked) -> Any:
    """A list that lies on the front desk calls each session by its neutral name."""
    if asked.by.role != Role.FRONT_DESK:
        return F("session_type__name")
    return Case(
        When(session_type__neutral_name="", then=Value("Session")),
        default=F("session_type__neutral_name"),
        output_field=CharField(),
    )


# The till


class Till(NamedTuple):
    """What came in and went out one way on one day, and what was counted at its end; None where nobody counted."""

    on: dt.date
    way: str
    taken: Decimal = owing.NOTHING
    given_back: Decimal = owing.NOTHING
    counted: Decimal | None = None
    difference: Decimal | None = None

    @property
    def expected(self) -> Decimal:
        return self.taken - self.given_back

    @property
    def is_line(self) -> bool:
        """A way that is counted as nothing each evening needs none."""
        return any((self.taken, self.given_back, self.counted))


def till(asked: Asked) -> list[Till]:
    """By day, each way in its order; only where there was something or somebody counted."""
    moved, closed = _moved(asked), _closed(asked)
    order = list(PaidBy.values)
    found = sorted({*moved, *closed}, key=lambda key: (key[0], order.index(key[1])))
    nothing = (owing.NOTHING, owing.NOTHING)
    return [Till(*key, *moved.get(key, nothing), *closed.get(key, (None, None))) for key in found]


def _moved(asked: Asked) -> dict[tuple[dt.date, str], tuple[Decimal, Decimal]]:
    lines: QuerySet[Any] = MoneyEntry.objects.for_user(asked.by).receipts().filter(within(asked.period, "on"))
    is_back = Q(kind=MoneyKind.REFUND)
    summed = (
        lines.filter(currency=asked.currency)
        .order_by()
        .annotate(signed=owing.signed())
        .values("on", "paid_by")
        .annotate(came_in=Sum("signed", filter=~is_back), back=Sum("signed", filter=is_back))
    )
    found = summed.values_list("on", "paid_by", "came_in", "back")
    return {(on, way): (combining.exact(came_in), -combining.exact(back)) for on, way, came_in, back in found}


def _closed(asked: Asked) -> dict[tuple[dt.date, str], tuple[Decimal, Decimal]]:
    rows = CashUp.objects.filter(within(asked.period, "on"), currency=asked.currency).order_by()
    found = rows.values_list("on", "paid_by", "expected", "counted")
    return {(on, way): (counted, counted - expected) for on, way, expected, counted in found}


def _cash_up(asked: Asked, counted: list[Till]) -> Section:
    by_day = asked.period.days <= LONGEST_LIST
    columns = (
        Column("day", "Day", Unit.DATE) if by_day else Column("month", "Month", Unit.MONTH),
        Column("way", "Way", Unit.TEXT),
        Column("taken", "Taken", Unit.MONEY, "till_taken"),
        Column("given_back", "Given back", Unit.MONEY, "till_given_back"),
        Column("expected", "Comes to", Unit.MONEY, "taken"),
        Column("counted", "Counted", Unit.MONEY, "till_counted"),
        Column("difference", "Difference", Unit.MONEY, "till_difference"),
        Column("open", "Not counted yet", Unit.MONEY, "till_open"),
    )
    rows = tuple(_by_day(counted) if by_day else _by_month(counted))
    total = (None, "All", *_amounts(counted)) if rows else None
    title = "Cash-up by day" if by_day else "Cash-up by month"
    table = Table("cash-up", title, columns, rows, total, empty=NO_MONEY)
    return Section(table, tuple(_about_the_till(asked)))


def _by_day(counted: Iterable[Till]) -> Iterator[tuple[Cell, ...]]:
    return ((each.on, PaidBy(each.way).label, *_amounts([each])) for each in counted if each.is_line)


def _by_month(counted: Iterable[Till]) -> Iterator[tuple[Cell, ...]]:
    found: dict[tuple[dt.date, str], list[Till]] = {}
    for each in counted:
        found.setdefault((each.on.replace(day=1), each.way), []).append(each)
    order = list(PaidBy.values)
    for month, way in sorted(found, key=lambda key: (key[0], order.index(key[1]))):
        if any(each.is_line for each in found[month, way]):
            yield month, PaidBy(way).label, *_amounts(found[month, way])


def _amounts(rows: list[Till]) -> tuple[Cell, ...]:
    """Taken, given back, what that comes to, counted, the difference, and what is still to be counted."""
    taken, given_back = (sum((getattr(each, name) for each in rows), owing.NOTHING) for name in ("taken", "given_back"))
    closed = [each for each in rows if each.counted is not None]
    counted = sum((each.counted or owing.NOTHING for each in closed), owing.NOTHING) if closed else None
    gap = sum((each.difference or owing.NOTHING for each in closed), owing.NOTHING) if closed else None
    still = sum((each.expected for each in rows if each.counted is None), owing.NOTHING)
    return taken, given_back, taken - given_back, counted, gap, still


def _about_the_till(asked: Asked) -> Iterator[str]:
    if asked.filters.on():
        yield "The till is the whole practice's, whatever the list is narrowed to."


# In words


def _sentences(asked: Asked, listed: list[Section], counted: list[Till]) -> Iterator[str]:
    if listed:
        when = saying.during(asked.period)
        states = [row[6] for row in listed[0].table.rows]
        number = len(states) - states.count(Status.CANCELLED.label)
        is_over, is_one = asked.period.last < asked.today, number == 1
        verb = ("was" if is_one else "were") if is_over else "is" if is_one else "are"
        yield saying.sentence(f"{when} there {verb} {saying.counted(number, 'session')} in the book")
        if cancelled := len(states) - number:
            yield saying.sentence(saying.counted(cancelled, "more was cancelled", "more were cancelled"))
    else:
        yield f"Who comes is listed for up to {LONGEST_LIST} days at once; this period is longer."
    if not asked.is_own:
        yield from about_money(asked, counted)


def about_money(asked: Asked, counted: list[Till]) -> Iterator[str]:
    amount = saying.money(asked.currency)
    if not any(each.taken or each.given_back for each in counted):
        yield NO_MONEY
        return
    taken, given_back = (
        sum((getattr(each, name) for each in counted), owing.NOTHING) for name in ("taken", "given_back")
    )
    yield f"{amount(taken)} was taken and {amount(given_back) if given_back else 'nothing'} given back."
    wrong = {each.on for each in counted if each.difference}
    still = {each.on for each in counted if each.counted is None and each.on < asked.today}
    if wrong:
        yield saying.sentence(f"{saying.counted(len(wrong), 'day')} did not come out even")
    if still:
        verb = "is" if len(still) == 1 else "are"
        yield saying.sentence(f"{saying.counted(len(still), 'day')} {verb} still to be counted")
