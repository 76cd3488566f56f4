"""What was sent and whether it arrived, by kind, way and month; and whether who was reminded came. Only reads.

A message belongs to the day on which it was to go out. Who may know of which is for `outbox.log`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    Count,
    DateField,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Cast, Concat, Substr, TruncMonth

from clients import reach
from clients.models import Client
from outbox import log, registry
from outbox.health import MESSAGE_LATE_AFTER
from outbox.models import OPEN, Channel, Message, State
from practice import walltime, words
from reports import reminded, saying
from reports.asking import Asked
from reports.period import Period, months_on
from reports.reminded import Kept
from reports.shape import Chart, Column, Kind, Report, Rows, Section, Table, Unit

SLUG = "messages"
TITLE = "Messages"
CLIENTS = "client:"
BOOKINGS = "booking:"

HELD_BACK = Q(last_error__in=(reach.REFUSED, reach.NOT_CHOSEN, reach.NO_TEXTS)) | Q(
    last_error__startswith=reach.NOT_IN_TIME.partition(" {}")[0]
)
OUTCOMES: dict[str, Q] = {
    "sent": Q(state__in=log.DELIVERED),
    "late": Q(state__in=log.DELIVERED, sent_at__gt=F("due_at") + MESSAGE_LATE_AFTER),
    "again": Q(state__in=log.DELIVERED, attempts__gt=1),
    "bounced": Q(state=State.BOUNCED),
    "failed": Q(state=State.FAILED),
    "held_back": Q(state=State.CANCELLED) & HELD_BACK,
    "not_needed": Q(state=State.CANCELLED) & ~HELD_BACK,
    "too_late": Q(state=State.EXPIRED),
    "waiting": Q(state__in=OPEN),
}
"""What can have become of a message. Each is sent, failed, held back, not needed, too late or waiting; the rest are of those
that were sent."""


class Totals(NamedTuple):
    sent: int
    late: int
    again: int
    bounced: int
    failed: int
    held_back: int
    not_needed: int
    too_late: int
    waiting: int


NAMES = {
    "sent": "Sent",
    "late": "Of these late",
    "again": "Of these at a later try",
    "bounced": "Of these came back",
    "failed": "Could not be sent",
    "held_back": "Held back, as the client chose",
    "not_needed": "No longer needed",
    "too_late": "Not sent, since it would have come too late",
    "waiting": "Still to go out",
}
SHOWN = ("sent", "late", "bounced", "failed", "held_back")
"""Of these each table has a column."""
NUMBERS = tuple(Column(name, NAMES[name], means=f"messages_{name}") for name in SHOWN)


class Line(NamedTuple):
    """The messages of one kind that went one way in one month."""

    kind: str
    channel: str
    month: dt.date
    totals: Totals


def report(asked: Asked) -> Report:
    lines, compared = _lines(asked), totals(asked)
    return Report(
        SLUG,
        TITLE,
        tuple(_sentences(asked, compared)),
        (
            Section(_all(compared)),
            Section(_table("kinds", "By kind", Column("kind", "Kind", Unit.TEXT), _by(lines, _title))),
            Section(_table("ways", "By way", Column("way", "Way", Unit.TEXT), _by(lines, _way))),
            Section(
                _table("months", "By month", Column("month", "Month", Unit.MONTH), _by_month(asked, lines)),
                chart=Chart(Kind.BARS, "month", ("sent", "late"), "How many messages were sent in each month."),
            ),
            _reminders(asked),
        ),
    )


# Counting


def messages(asked: Asked) -> QuerySet[Message]:
    """Of every day, in no order: those of which this reader may know; narrowed, those about the bookings that are meant."""
    found = log.for_user(asked.by, asked.now).order_by()
    if not asked.filters.on():
        return found
    names = asked.bookings().annotate(known_as=Concat(Value(BOOKINGS), Cast("pk", CharField(max_length=30))))
    return found.filter(about__in=names.values("known_as"))


def due(asked: Asked, period: Period) -> Q:
    first = walltime.instant(period.first, 0, asked.zone)
    return Q(due_at__gte=first, due_at__lt=walltime.instant(period.last, walltime.MIDNIGHT, asked.zone))


def totals(asked: Asked) -> tuple[Totals, Totals, Totals]:
    """Of this period, the one before and the one a year before."""
    periods = asked.period.compared()
    wanted = {
        f"{name}_{number}": Count("pk", filter=due(asked, period) & OUTCOMES[name])
        for number, period in enumerate(periods)
        for name in Totals._fields
    }
    whole = Period(min(each.first for each in periods), asked.period.last)
    counted = messages(asked).filter(due(asked, whole)).aggregate(**wanted)
    this, before, year_before = (Totals(*(counted[f"{name}_{n}"] for name in Totals._fields)) for n in range(3))
    return this, before, year_before


def _lines(asked: Asked) -> list[Line]:
    month = TruncMonth("due_at", output_field=DateField(), tzinfo=asked.zone)
    rows = messages(asked).filter(due(asked, asked.period)).annotate(month=month).values("kind", "channel", "month")
    counted = rows.annotate(**{name: Count("pk", filter=OUTCOMES[name]) for name in Totals._fields})
    return [
        Line(kind, channel, on, Totals(*numbers))
        for kind, channel, on, *numbers in counted.values_list("kind", "channel", "month", *Totals._fields)
    ]


def _summed(lines: Iterable[Line]) -> Totals:
    return Totals(*map(sum, zip(*(each.totals for each in lines), strict=True))) if (lines := list(lines)) else NONE


NONE = Totals(*[0] * len(Totals._fields))


# Tables


def _all(compared: tuple[Totals, Totals, Totals]) -> Table:
    columns = (
        Column("what", "What became of them", Unit.TEXT),
        Column("this", "This period"),
        Column("before", "The period before"),
        Column("year_before", "A year before"),
    )
    rows = tuple((NAMES[name], *(getattr(each, name) for each in compared)) for name in Totals._fields)
    means = tuple(f"messages_{name}" for name in Totals._fields)
    return Table("all", "All messages", columns, rows, units=(Unit.COUNT,) * len(rows), means=means)


def _table(key: str, title: str, first: Column, rows: list[tuple[Any, Totals]]) -> Table:
    found = tuple((name, *(getattr(each, shown) for shown in SHOWN)) for name, each in rows)
    total = ("All", *(sum(column) for column in list(zip(*found, strict=True))[1:])) if found else None
    if total and first.unit == Unit.MONTH:
        total = (None, *total[1:])
    return Table(key, title, (first, *NUMBERS), found, total, empty="No message was to go out in this period.")


def _by(lines: list[Line], name: Callable[[Line], str]) -> list[tuple[str, Totals]]:
    """The most first; what has nothing to show is left out."""
    found: dict[str, list[Line]] = {}
    for line in lines:
        found.setdefault(name(line), []).append(line)
    rows = [(name, _summed(of)) for name, of in found.items()]
    rows = [(name, each) for name, each in rows if any(getattr(each, shown) for shown in SHOWN)]
    return sorted(rows, key=lambda row: (-row[1].sent, row[0]))


def _title(line: Line) -> str:
    return registry.title_of(line.kind)


def _way(line: Line) -> str:
    return dict(Channel.choices).get(line.channel, line.channel).capitalize()


def _by_month(asked: Asked, lines: list[Line]) -> list[tuple[dt.date, Totals]]:
    """Each month of the period of which messages are kept, also those in which there were none."""
    if not lines:
        return []
    first = min(min(line.month for line in lines), max(asked.period.first, _kept_from(asked)))
    return [
        (on, _summed(line for line in lines if line.month == on)) for on in _months(Period(first, asked.period.last))
    ]


def _months(period: Period) -> Iterator[dt.date]:
    on = period.first.replace(day=1)
    while on <= period.last:
        yield on
        on = months_on(on, 1)


def _kept_from(asked: Asked) -> dt.date:
    """Of what was due before this day it is no longer known that it was sent."""
    return walltime.local_date(asked.now - log.FACT_KEPT, asked.zone) + dt.timedelta(days=1)


# Reminders against no-shows


def _reminders(asked: Asked) -> Section:
    told, others = reminded.kept(asked)
    rows = tuple(
        (name, each.came + each.missed, each.missed, each.share)
        for name, each in (("A reminder was sent", told), ("No reminder was sent", others))
    )
    every = Kept(told.came + others.came, told.missed + others.missed)
    columns = (
        Column("reminder", "Reminder", Unit.TEXT),
        Column("sessions", "Sessions", means="reminder_sessions"),
        Column("missed", "The client did not come", means="no_shows"),
        Column("share", "Share", Unit.SHARE, means="missed_share"),
    )
    total = ("All", every.came + every.missed, every.missed, every.share)
    table = Table("reminders", "Reminders against no-shows", columns, rows if every.share is not None else (), total)
    return Section(table, tuple(_about_reminders(asked, told, others)))


def _about_reminders(asked: Asked, told: Kept, others: Kept) -> Iterator[str]:
    first = reminded.known_from(asked.today)
    if asked.period.first < first <= asked.period.last:
        yield f"Only sessions from {words.day(first)} on are counted here: of earlier ones the reminders are not kept."
    if told.share is None or others.share is None:
        yield "There is nothing to compare: this needs sessions with a reminder and sessions without one."
        return
    yield (
        f"Of the sessions with a reminder {saying.percent(told.share)} were missed, of those without one "
        f"{saying.percent(others.share)}. Sessions booked at short notice have no reminder, so the two differ in more than that."
    )


# In words


def _sentences(asked: Asked, compared: tuple[Totals, Totals, Totals]) -> Iterator[str]:
    this = compared[0]
    if not any(this):
        yield "No message was to go out in this period."
    else:
        yield _sent(asked, compared)
        yield (
            saying.sentence(f"{this.late or 'none'} of them left late, {_lost(this)}") if this.sent else _lost_all(this)
        )
    if this.held_back:
        held = f"{saying.counted(this.held_back, 'message')} {_was(this.held_back)}"
        yield saying.sentence(
            f"{held} held back, since the client chose not to get {'it' if this.held_back == 1 else 'them'}"
        )
    if asked.period.first < _kept_from(asked):
        yield f"What was said before {words.day(_kept_from(asked))} is no longer kept, and is not counted."
    if asked.filters.on():
        yield "Narrowed by therapist, session type or room, only messages about bookings are counted."


def _sent(asked: Asked, compared: tuple[Totals, Totals, Totals]) -> str:
    this, before, year = (each.sent for each in compared)
    beside = saying.beside((this, before, year), asked.period)
    said = f"{saying.counted(this, 'message')} {_was(this)} sent {saying.during(asked.period)}"
    return saying.sentence(f"{said}{beside and f', {beside}'}")


def _lost(this: Totals) -> str:
    return f"{this.bounced or 'none'} came back, and {this.failed or 'none'} could not be sent"


def _lost_all(this: Totals) -> str:
    return saying.sentence(f"{saying.counted(this.failed, 'message')} could not be sent")


def _was(number: int) -> str:
    return "was" if number == 1 else "were"


# The rows behind


def behind(asked: Asked) -> Rows:
    """One for each message, the earliest first."""
    columns = (
        Column("client", "Client", Unit.PERSON),
        Column("due_at", "To go out", Unit.MOMENT),
        Column("kind", "Kind", Unit.TEXT),
        Column("way", "Way", Unit.TEXT),
        Column("state", "What became of it", Unit.TEXT),
        Column("sent_at", "Sent", Unit.MOMENT),
        Column("tries", "Tries", means="messages_again"),
    )
    return Rows("messages", "Messages", columns, _rows(asked), messages(asked).filter(due(asked, asked.period)).count)


def _rows(asked: Asked) -> Iterator[tuple[Any, ...]]:
    number = Case(When(whom__startswith=CLIENTS, then=Cast(Substr("whom", len(CLIENTS) + 1), BigIntegerField())))
    name = Client.objects.filter(pk=OuterRef("number")).order_by().values("name")
    found = messages(asked).filter(due(asked, asked.period)).annotate(number=number).annotate(name=Subquery(name))
    rows = found.order_by("due_at", "pk").values_list(
        "name", "due_at", "kind", "channel", "state", "sent_at", "attempts"
    )
    ways, states = dict(Channel.choices), dict(State.choices)
    for client, due_at, kind, channel, state, sent_at, attempts in rows.iterator(chunk_size=2000):
        yield (
            client,
            due_at,
            registry.title_of(kind),
            ways.get(channel, channel),
            states.get(state, state),
            sent_at,
            attempts,
        )
