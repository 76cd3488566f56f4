"""The report of who came: new, returning and lapsed clients, how often they came, who came back, where they heard of us. Only
reads."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from django.db.models import Count, Max

from clients.models import HeardFrom
from reports import figures, returning, saying
from reports.asking import Asked, within
from reports.period import DAY, months_on
from reports.returning import LAPSED_AFTER, OFTEN, SOON, Cohort, People, totals
from reports.shape import Chart, Column, Kind, Report, Rows, Section, Table, Unit, Value

__all__ = ["SLUG", "TITLE", "People", "behind", "report", "totals"]

SLUG, TITLE = "clients", "Clients"
NOT_SAID = "Not said"


def report(asked: Asked) -> Report:
    compared, gone = totals(asked), returning.lapsed(asked)
    return Report(
        SLUG,
        TITLE,
        tuple(_sentences(asked, compared, gone[0])),
        (
            Section(_all(compared, gone)),
            Section(
                _by_month(asked, compared[0]),
                chart=Chart(
                    Kind.STACKED,
                    "month",
                    ("new", "returning"),
                    "How many clients came in each month, new and returning.",
                ),
            ),
            Section(_by_cohort(asked)),
            Section(_by_times(asked)),
            Section(_by_heard(asked)),
        ),
    )


def _sentences(asked: Asked, compared: tuple[People, People, People], gone: int) -> Iterator[str]:
    this, when = compared[0], saying.during(asked.period)
    if asked.period.first > asked.today:
        yield saying.sentence(f"{figures.days(asked.period)} is still to come")
        return
    beside = saying.beside(tuple(each.clients for each in compared), asked.period)  # type: ignore[arg-type]
    yield saying.sentence(f"{when} {saying.counted(this.clients, 'client')} came{beside and ', '}{beside}")
    if this.clients:
        yield saying.sentence(_first_times(this))
    if gone:
        yield saying.sentence(
            f"{saying.counted(gone, 'client')} lapsed: their last session became {LAPSED_AFTER.days} days old in this period, "
            "and they have nothing booked"
        )


def _first_times(this: People) -> str:
    if this.clients == 1:
        return "they were here for the first time" if this.new else "they had been here before"
    if this.new in (0, 1, this.clients):
        who = {0: "none of them was", 1: "one of them was"}.get(this.new, "all of them were")
    else:
        who = f"{this.new:,} of them were"
    return f"{who} here for the first time"


def _all(compared: tuple[People, People, People], gone: tuple[int, int, int]) -> Table:
    columns = (
        Column("what", "Clients", Unit.TEXT),
        Column("this", "This period"),
        Column("before", "The period before"),
        Column("year_before", "A year before"),
    )
    rows: tuple[tuple[Value, ...], ...] = (
        ("Clients who came", *(each.clients for each in compared)),
        ("New", *(each.new for each in compared)),
        ("Returning", *(each.returning for each in compared)),
        ("Lapsed", *gone),
    )
    means = ("clients", "new_clients", "returning_clients", "lapsed_clients")
    return Table("all", "Who came", columns, rows, units=(Unit.COUNT,) * len(rows), means=means)


def _by_month(asked: Asked, this: People) -> Table:
    columns = (
        Column("month", "Month", Unit.MONTH),
        Column("clients", "Clients", means="clients"),
        Column("new", "New", means="new_clients"),
        Column("returning", "Returning", means="returning_clients"),
    )
    found, rows = returning.months(asked), []
    month = asked.period.first.replace(day=1)
    while month <= asked.period.last:
        clients, new = found.get(month, (0, 0))
        rows.append((month, clients, new, clients - new))
        month = months_on(month, 1)
    return Table("months", "By month", columns, tuple(rows))


def _by_cohort(asked: Asked) -> Table:
    columns = (
        Column("month", "First session in", Unit.MONTH),
        Column("size", "New clients", means="new_clients"),
        *(Column(f"within_{days}", f"Back within {days} days", Unit.SHARE, "came_back") for days in SOON),
    )
    rows = tuple((each.month, each.size, *_shares(asked, each)) for each in returning.cohorts(asked))
    empty = "Nobody came for the first time in this period."
    return Table("cohorts", "Who came back", columns, rows, empty=empty)


def _shares(asked: Asked, cohort: Cohort) -> Iterator[Decimal | None]:
    """None where it is too early to say: for some of them so many days have not passed."""
    last = min(months_on(cohort.month, 1) - DAY, asked.period.last)
    for days, again in zip(SOON, cohort.again, strict=True):
        yield Decimal(again) / cohort.size if last + DAY * days < asked.today else None


def _by_times(asked: Asked) -> Table:
    columns = (
        Column("times", "Came in the period", Unit.TEXT),
        Column("clients", "Clients", means="clients"),
        Column("share", "Share", Unit.SHARE, "share_of_clients"),
    )
    return _shared(
        "times",
        "How often they came",
        columns,
        [(name, n) for (name, *_), n in zip(OFTEN, returning.often(asked), strict=True)],
    )


def _by_heard(asked: Asked) -> Table:
    columns = (
        Column("heard", "Heard of us through", Unit.TEXT),
        Column("clients", "New clients", means="new_clients"),
        Column("share", "Share", Unit.SHARE, "share_of_clients"),
    )
    found = returning.heard(asked)
    named = [*((str(each.label), found.get(each.value, 0)) for each in HeardFrom), (NOT_SAID, found.get("", 0))]
    rows = sorted((row for row in named if row[1]), key=lambda row: (row[0] == NOT_SAID, -row[1]))
    return _shared("heard", "Where new clients heard of us", columns, rows, is_sensitive=True)


def _shared(
    key: str, title: str, columns: tuple[Column, ...], found: list[tuple[str, int]], *, is_sensitive: bool = False
) -> Table:
    """Each count with its share of all."""
    whole = sum(number for _, number in found)
    rows = tuple((name, number, Decimal(number) / whole if whole else None) for name, number in found)
    total = ("All", whole, Decimal(1)) if whole else None
    return Table(key, title, columns, rows, total, is_sensitive=is_sensitive)


# The rows behind


def behind(asked: Asked) -> Rows:
    """The clients of the period."""
    columns = (
        Column("client", "Client", Unit.PERSON),
        Column("sessions", "Sessions", means="sessions"),
        Column("last", "Last session in the period", Unit.DATE),
        Column("first", "First session ever", Unit.DATE),
        Column("is_new", "New or returning", Unit.TEXT),
        Column("heard", "Heard of us through", Unit.TEXT),
    )
    return Rows(SLUG, "Clients of the period", columns, _behind(asked))


def _behind(asked: Asked) -> Iterator[tuple[Value, ...]]:
    is_meant = asked.meant() & within(asked.period)
    found = returning.by_client(asked, asked.period.last).values(
        "client_id", "client__name", "client__heard_from", "first"
    )
    found = found.annotate(came=Count("pk", filter=is_meant), last=Max("session_on", filter=is_meant))
    rows = found.filter(came__gt=0).order_by("client__name", "client_id")
    labels: dict[str, str] = {each.value: str(each.label) for each in HeardFrom}
    names = ("client__name", "came", "last", "first", "client__heard_from")
    for name, came, last, first, heard in rows.values_list(*names).iterator(chunk_size=2000):
        is_new = first >= asked.period.first
        yield name, came, last, first, "new" if is_new else "returning", labels.get(heard or "", NOT_SAID)
