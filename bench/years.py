"""The practice that reports are measured on: ten years of sessions with what was paid, cancelled and said about them, written
past everything but the tables.

Fixed: the same call makes the same rows.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from django.db import connection, transaction

from accounts.models import Role, User
from accounts.tests.factories import make_user
from bench import data
from bookings import constraints, kinds, money_constraints
from bookings.models import (
    Booking,
    BookingChange,
    Closure,
    Kind,
    MoneyEntry,
    Room,
    SessionType,
    Status,
    Therapist,
    TimeOff,
    Way,
)
from bookings.tests.factories import make_booking, make_room, make_session_type, make_therapist_at_work
from clients.models import Client, HeardFrom
from clients.tests.factories import make_client
from outbox.models import Channel, Message, State
from practice.models import Practice
from practice.tests.factories import make_practice
from practice.walltime import from_wall

FIRST, LAST = dt.date(2017, 1, 1), dt.date(2026, 12, 31)
NOW = dt.datetime(2027, 1, 1, 8, 0, tzinfo=dt.UTC)
STARTS = (8, 10, 12, 14, 16)
"""Hours, in UTC, at which the sessions of a day begin."""
BUFFER = dt.timedelta(minutes=15)
A_DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)
TOLD_SINCE = LAST - 730 * A_DAY
"""Messages are kept for two years."""
A_CLIENT = 20
"""Sessions of one client, about."""
AT_ONCE = 20_000
STATES = [Status.COMPLETED] * 82 + [Status.NO_SHOW] * 5 + [Status.CANCELLED] * 11 + [Status.EXPIRED] + [Status.DECLINED]


@dataclass
class Years:
    practice: Practice
    owner: User
    therapists: list[Therapist] = field(default_factory=list)
    rooms: list[Room] = field(default_factory=list)
    kinds: list[tuple[SessionType, int, str]] = field(default_factory=list)
    """Each with its minutes and its price."""


@dataclass(slots=True)
class Written:
    """A table, the columns of its rows and what they have in common."""

    table: str
    row: dict[str, Any]
    rows: list[tuple[Any, ...]] = field(default_factory=list)

    def add(self, **own: Any) -> None:
        self.rows.append(tuple((self.row | own).values()))


def make(bookings: int, therapists: int) -> Years:
    years = _practice(therapists)
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for each in (constraints, money_constraints):
            each.remove(connection)
        _write(years, _templates(years), bookings)
        for each in (constraints, money_constraints):
            each.install(connection)  # PostgreSQL asks its constraints about all rows at once, which is faster
    _settle()
    return years


def _practice(therapists: int) -> Years:
    practice = make_practice(horizon_days=365, min_notice=dt.timedelta(0))
    years = Years(practice, make_user(name="Iris", role=Role.OWNER))
    offers = [(Kind.CONSULTATION, 30, "0.00"), (Kind.STANDARD, 60, "70.00"), (Kind.STANDARD, 90, "95.00"), (Kind.TANTRIC, 105, "180.00")]  # fmt: skip
    for kind, minutes, price in offers:
        made = make_session_type(kind=kind, rooms=[], lengths={minutes: price}, buffer_after_minutes=15)
        years.kinds.append((made, minutes, price))
    types = [kind for kind, _, _ in years.kinds]
    for order in range(therapists):
        years.therapists.append(
            make_therapist_at_work(
                user=None, order=order, offers=types, opens="08:00", closes="19:00", weekdays=range(5)
            )
        )
        years.rooms.append(make_room())
    _away(years)
    return years


def _away(years: Years) -> None:
    """Each therapist four weeks a year, and everybody over Christmas."""
    zone = years.practice.zone

    def at(on: dt.date) -> dt.datetime:
        return from_wall(dt.datetime.combine(on, dt.time()), zone)

    weeks = [
        (therapist, monday)
        for number, therapist in enumerate(years.therapists)
        for week, monday in enumerate(_mondays())
        if _is_away(number, week)
    ]
    TimeOff.objects.bulk_create(
        [TimeOff(therapist=who, starts_at=at(on), ends_at=at(on + 7 * A_DAY)) for who, on in weeks], batch_size=1000
    )
    Closure.objects.bulk_create(
        Closure(starts_at=at(dt.date(year, 12, 24)), ends_at=at(dt.date(year, 12, 27)))
        for year in range(FIRST.year, LAST.year + 1)
    )


def _mondays() -> Iterator[dt.date]:
    on = FIRST - A_DAY * FIRST.weekday()
    while on <= LAST:
        yield on
        on += 7 * A_DAY


def _is_away(therapist: int, week: int) -> bool:
    return (week + therapist) % 13 == 0


def _slots(therapist: int, bookings: int, chance: random.Random) -> Iterator[dt.datetime]:
    """So many of the times at which they are there, spread evenly."""
    free = [
        dt.datetime.combine(monday + day * A_DAY, dt.time(hour))
        for week, monday in enumerate(_mondays())
        if not _is_away(therapist, week)
        for day in range(5)
        for hour in STARTS
        if FIRST <= monday + day * A_DAY <= LAST and not _is_shut(monday + day * A_DAY)
    ]
    assert bookings <= len(free), "more bookings than a therapist has times"
    yield from sorted(chance.sample(free, bookings))


def _is_shut(on: dt.date) -> bool:
    return on.month == 12 and 24 <= on.day <= 26


# Rows


def _write(years: Years, tables: dict[str, Written], bookings: int) -> None:
    """Bookings in the order of their days within each therapist's, with what belongs to them, so many at once."""
    chance, numbers, ids = random.Random(27), count(1), count(1)
    share, rest = divmod(bookings, len(years.therapists))
    people = max(bookings // A_CLIENT // len(years.therapists), 1)
    _clients(tables["client"], people * len(years.therapists), chance)
    for place, therapist in enumerate(years.therapists):
        wanted = share + (place < rest)
        for number, start in enumerate(_slots(place, wanted, chance)):
            # A client comes for some months and stays away then.
            client = 1 + place * people + min(number * people // wanted + chance.randrange(10), people - 1)
            own = {"id": next(ids), "client_id": client, "therapist_id": therapist.pk, "room_id": years.rooms[place].pk}
            _booking(years, tables, own, start, chance, numbers)
            if own["id"] % AT_ONCE == 0:
                _flush(tables)
    _flush(tables)
    _count_on("clients_client", "bookings_booking")


def _flush(tables: dict[str, Written]) -> None:
    for each in tables.values():
        data.copy(each.table, list(each.row), iter(each.rows))
        each.rows = []


def _clients(table: Written, number: int, chance: random.Random) -> None:
    ways = [None, *HeardFrom.values]
    for each in range(1, number + 1):
        table.add(id=each, ref=f"c-{each}", name=f"Sam Field {each}", email=f"sam{each}@example.com", heard_from=chance.choice(ways))  # fmt: skip
    data.copy(table.table, list(table.row), iter(table.rows))
    table.rows = []


def _booking(
    years: Years,
    tables: dict[str, Written],
    own: dict[str, Any],
    start: dt.datetime,
    chance: random.Random,
    numbers: Iterator[int],
) -> None:
    kind, minutes, price = years.kinds[chance.choice((0, 1, 1, 1, 1, 2, 2, 3))]
    status, on = chance.choice(STATES), start.date()
    booked = start - chance.randrange(1, 40 * 24) * HOUR
    cancelled = max(start - chance.choice((1, 2, 12, 30, 60, 200)) * HOUR, booked)
    is_late = status == Status.CANCELLED and start - cancelled < A_DAY
    fee = price if status == Status.NO_SHOW else f"{float(price) / 2:.2f}" if is_late else "0.00"
    until = start + dt.timedelta(minutes=minutes)
    own |= {
        "ref": f"b-{own['id']}", "session_type_id": kind.pk, "minutes": minutes, "price": price, "status": str(status),
        "starts_at": str(start), "ends_at": str(until), "busy_from_at": str(start), "busy_until_at": str(until + BUFFER),
        "session_on": str(on), "booked_on": str(booked.date()), "created_at": str(booked), "is_late": is_late, "late_fee": fee,
        "cancelled_at": str(cancelled) if status == Status.CANCELLED else None,
    }  # fmt: skip
    tables["booking"].add(**own)
    _history(tables["change"], own)
    _money(tables["money"], own, chance, numbers)
    if on > TOLD_SINCE and status not in (Status.EXPIRED, Status.DECLINED):
        _letter(tables["message"], own, start, chance)


def _history(table: Written, own: dict[str, Any]) -> None:
    table.add(booking_id=own["id"], at=own["created_at"])
    if own["cancelled_at"]:
        was, now = str(Status.CONFIRMED), str(Status.CANCELLED)
        table.add(booking_id=own["id"], at=own["cancelled_at"], what="cancelled", before=was, after=now)


def _money(table: Written, own: dict[str, Any], chance: random.Random, numbers: Iterator[int]) -> None:
    """Most sessions are paid on their day; some fees are waived, some paid, some never."""
    owed = own["price"] if own["status"] == Status.COMPLETED else own["late_fee"]
    if float(owed) == 0 or chance.random() < 0.05:
        return
    line = {"booking_id": own["id"], "amount": owed, "at": own["starts_at"], "on": own["session_on"]}
    if own["status"] != Status.COMPLETED and chance.random() < 0.5:
        table.add(**line, kind="waiver", paid_by="", number=None, why="As agreed")
        return
    way = chance.choice(("cash", "card", "card", "transfer"))
    table.add(**line, paid_by=way, number=next(numbers))
    if chance.random() < 0.02:
        table.add(**line, kind="refund", paid_by=way, number=next(numbers))


def _letter(table: Written, own: dict[str, Any], start: dt.datetime, chance: random.Random) -> None:
    state = chance.choice([State.SENT] * 18 + [State.FAILED, State.BOUNCED])
    about, due = f"booking:{own['id']}", str(start - A_DAY)
    table.add(
        about=about, whom=f"client:{own['client_id']}", key=f"{about}:reminder", due_at=due, expires_at=own["starts_at"],
        state=str(state), sent_at=due if state != State.FAILED else None, message_id=f"{own['id']:032x}",
    )  # fmt: skip


def _templates(years: Years) -> dict[str, Written]:
    """What every row of a table has in common, as the database keeps it."""
    kind, _, _ = years.kinds[0]
    made = make_booking(session_type=kind, therapist=years.therapists[0], client=make_client(), status=Status.COMPLETED)
    line = MoneyEntry.objects.create(
        booking=made, kind="payment", amount=1, currency=made.currency, paid_by="card", number=1, what="Session", at=NOW, on=LAST,
        by=years.owner,
    )  # fmt: skip
    change = BookingChange.objects.create(booking=made, at=NOW, via=Way.WEB, what="booked", after=Status.CONFIRMED)
    letter = Message.objects.create(
        kind=kinds.REMINDER, channel=Channel.EMAIL, recipient="sam@example.com", key="template", state=State.SENT, due_at=NOW,
        expires_at=NOW, created_at=NOW,
    )  # fmt: skip
    rows = {"client": made.client, "booking": made, "money": line, "change": change, "message": letter}
    found = {name: _template(row) for name, row in rows.items()}
    for row in (letter, change, line, made, made.client):
        row.delete()
    return found


def _template(made: Any) -> Written:
    table = made._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} WHERE id = %s", [made.pk])
        names = [column[0] for column in cursor.description]
        row = dict(zip(names, cursor.fetchone(), strict=True))
    if not isinstance(made, Client | Booking):
        del row["id"]
    return Written(table, row)


def _count_on(*tables: str) -> None:
    """Rows that are made later get the numbers after these."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for table in tables:
                cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")


def _settle() -> None:
    """What a server does by itself in the minutes after so many writes."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("VACUUM ANALYZE")
            cursor.execute("CHECKPOINT")
        else:
            cursor.execute("ANALYZE")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
