"""A small invented practice, different for each seed and the same for the same one: what every report is checked against.

Two years of bookings around the days that are hard to count: clock changes, midnights, ends of months and years. Written
past the verbs, but nothing that the database itself refuses.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from accounts.models import Role, User
from bookings import kinds
from bookings.models import (
    BLOCKING,
    Booking,
    BookingChange,
    CashUp,
    Closure,
    DateHours,
    Kind,
    MoneyEntry,
    MoneyKind,
    Offer,
    PaidBy,
    Room,
    SessionType,
    SessionTypeRoom,
    Status,
    Therapist,
    TimeOff,
    Way,
    WeeklyHours,
)
from bookings.models.offer import Length
from clients.models import Client, HeardFrom
from outbox.models import Channel, Message, State
from practice.models import Practice
from practice.tests.factories import make_practice
from practice.walltime import from_wall, local_date
from reports.asking import Asked, Filters
from reports.period import Period, month_of, quarter_of, year_of

SEEDS = st.integers(0, 1_000_000)
SLOWLY = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
"""For a test that asks a few questions of each practice."""

ZONES = (
    "Europe/London", "Europe/Berlin", "America/New_York", "America/Santiago", "Australia/Lord_Howe", "Asia/Kathmandu",
    "Pacific/Auckland",
)  # fmt: skip
HARD_DAYS = (
    dt.date(2025, 3, 9), dt.date(2025, 3, 30), dt.date(2025, 4, 6), dt.date(2025, 9, 7), dt.date(2025, 10, 5), dt.date(2025, 10, 26),
    dt.date(2025, 11, 2), dt.date(2024, 12, 31), dt.date(2025, 1, 1), dt.date(2025, 12, 31), dt.date(2026, 1, 1),
    dt.date(2025, 2, 28), dt.date(2024, 2, 29), dt.date(2026, 2, 28), dt.date(2026, 3, 29), dt.date(2026, 4, 5),
    dt.date(2026, 3, 31), dt.date(2026, 4, 1),
)  # fmt: skip
NOW = dt.datetime(2026, 4, 1, 10, 0, tzinfo=dt.UTC)
"""Among the bookings: most are over, some are to come."""
FIRST, LAST = dt.date(2024, 3, 1), dt.date(2026, 6, 30)
PRICES = tuple(map(Decimal, ("70.00", "67.50", "110.00", "33.33", "0.00", "149.99")))
HOUR = dt.timedelta(hours=1)


@dataclass
class Made:
    """The practice that was made. `random` goes on where the making ended: what is asked of it follows from the seed too."""

    random: random.Random
    practice: Practice
    owner: User
    front_desk: User
    therapists: list[Therapist] = field(default_factory=list)
    session_types: list[SessionType] = field(default_factory=list)
    rooms: list[Room] = field(default_factory=list)
    clients: list[Client] = field(default_factory=list)
    bookings: list[Booking] = field(default_factory=list)
    now: dt.datetime = NOW

    @property
    def zone(self) -> ZoneInfo:
        return self.practice.zone

    def asked(self, period: Period | None = None, by: User | None = None, filters: Filters | None = None) -> Asked:
        """For the owner unless said otherwise, about a period of this seed, narrowed by nothing."""
        period = period or self.period()
        return Asked(period, filters or Filters(), by or self.owner, self.practice, self.now)

    def asked_anyhow(self) -> Asked:
        """Some period, some filters, some reader."""
        reader = self.random.choice([self.owner, self.owner, self.front_desk, self.own_user()])
        return self.asked(by=reader, filters=self.filters())

    def own_user(self) -> User:
        """A therapist's account."""
        users = [each.user for each in self.therapists if each.user is not None]
        return self.random.choice(users)

    def filters(self) -> Filters:
        def some(rows: list[Any]) -> tuple[Any, ...]:
            return tuple(self.random.sample(rows, self.random.choice([0, 0, 0, 1, 2])))

        return Filters(some(self.therapists), some(self.session_types), some(self.rooms))

    def period(self) -> Period:
        on = self.random.choice([each.session_on for each in self.bookings] or [NOW.date()])
        longer = Period(
            on - dt.timedelta(days=self.random.randrange(60)), on + dt.timedelta(days=self.random.randrange(60))
        )
        whole = Period(FIRST, LAST)
        return self.random.choice(
            [month_of(on), month_of(on), quarter_of(on), year_of(on), Period(on, on), longer, whole]
        )


@contextlib.contextmanager
def generated(seed: int, *, bookings: int = 25) -> Iterator[Made]:
    """The practice of this seed, and nothing of it afterwards: many fit into one test with the `db` fixture."""
    with transaction.atomic():
        try:
            yield make(seed, bookings=bookings)
        finally:
            transaction.set_rollback(True)


def make(seed: int, *, bookings: int = 25) -> Made:
    chance = random.Random(seed)
    practice = make_practice(timezone=chance.choice(ZONES))
    owner = _user(seed, "owner", Role.OWNER)
    made = Made(chance, practice, owner, _user(seed, "desk", Role.FRONT_DESK))
    _offer(made, seed)
    _people(made, seed)
    _hours(made)
    made.bookings = _bookings(made, seed, bookings)
    _histories(made)
    _money(made)
    _reminders(made)
    return made


def _user(seed: int, name: str, role: Role) -> User:
    return User.objects.create(
        email=f"{name}-{seed}@example.com", name=f"{name.title()} {seed}", role=role, password="!"
    )


# What is offered, by whom


def _offer(made: Made, seed: int) -> None:
    made.rooms = [
        Room.objects.create(slug=f"room-{number}-{seed}", name=f"Room {number}", order=number) for number in (1, 2)
    ]
    kinds_of = [
        (Kind.CONSULTATION, {30: "0"}, 0),
        (Kind.STANDARD, {60: "70", 90: "95"}, 15),
        (Kind.TANTRIC, {150: "180"}, 30),
    ]
    for number, (kind, lengths, buffer) in enumerate(kinds_of):
        row = SessionType.objects.create(
            slug=f"{kind}-{seed}", name=f"{kind.label} name", neutral_name="Session" if number else "", kind=kind,
            buffer_before_minutes=buffer // 15 * 5, buffer_after_minutes=buffer, order=number,
        )  # fmt: skip
        for minutes, price in lengths.items():
            Length.objects.create(session_type=row, minutes=minutes, price=Decimal(price))
        if kind != Kind.CONSULTATION:
            SessionTypeRoom.objects.bulk_create(SessionTypeRoom(session_type=row, room=room) for room in made.rooms)
        made.session_types.append(row)


def _people(made: Made, seed: int) -> None:
    for number in range(made.random.choice([2, 3])):
        user = None if number == 2 else _user(seed, f"therapist{number}", Role.THERAPIST)
        row = Therapist.objects.create(
            slug=f"t{number}-{seed}",
            name=f"Mara {number}",
            user=user,
            order=number,
            active=number != 1 or bool(seed % 2),
        )
        Offer.objects.bulk_create(Offer(therapist=row, session_type=each) for each in made.session_types)
        made.therapists.append(row)
    # The owner gives sessions too, now and then.
    if seed % 5 == 0:
        made.therapists.append(
            Therapist.objects.create(slug=f"owner-{seed}", name="Iris Owner", user=made.owner, order=9)
        )
    made.clients = Client.objects.bulk_create(
        Client(ref=f"c-{seed}-{number}", name=f"Sam Field {number}", email=f"c{number}-{seed}@example.com",
               heard_from=(None, *HeardFrom.values)[(seed + number) % 9], date_of_birth=dt.date(1980, 5, 1), created_at=from_wall(dt.datetime(2023, 12, 1, 9), made.zone))
        for number in range(8)
    )  # fmt: skip


def _hours(made: Made) -> None:
    """Weekly hours with and without bounds, dates of their own, time off and closures, also over clock changes."""
    chance, weekly, dated, off = made.random, [], [], []
    for therapist in made.therapists:
        for weekday in chance.sample(range(7), chance.randint(2, 6)):
            for opens, closes in chance.choice([[(540, 1080)], [(0, 1440)], [(600, 780), (840, 1200)], [(90, 200)]]):
                bounds = chance.choice(
                    [(None, None), (None, None), (dt.date(2025, 3, 30), None), (None, dt.date(2025, 12, 31))]
                )
                weekly.append(
                    WeeklyHours(
                        therapist=therapist,
                        weekday=weekday,
                        opens=opens,
                        closes=closes,
                        valid_from=bounds[0],
                        valid_until=bounds[1],
                    )
                )
        for on in chance.sample(HARD_DAYS, 3):
            opens, closes = chance.choice([(None, None), (0, 1440), (60, 240), (1200, 1440)])
            dated.append(DateHours(therapist=therapist, on=on, opens=opens, closes=closes))
        for _ in range(2):
            off.append(TimeOff(therapist=therapist, **_stretch(made)))
    WeeklyHours.objects.bulk_create(weekly)
    DateHours.objects.bulk_create(dated)
    TimeOff.objects.bulk_create(off)
    Closure.objects.bulk_create([Closure(**_stretch(made)), Closure(room=made.rooms[0], **_stretch(made))])


def _stretch(made: Made) -> dict[str, dt.datetime]:
    begins = from_wall(dt.datetime.combine(_day(made), dt.time(made.random.randrange(24))), made.zone)
    return {"starts_at": begins, "ends_at": begins + HOUR * made.random.choice([1, 3, 24, 24 * 9, 24 * 40])}


def _day(made: Made) -> dt.date:
    if made.random.random() < 0.6:
        return made.random.choice(HARD_DAYS) + dt.timedelta(days=made.random.choice([-1, 0, 0, 0, 1]))
    return FIRST + dt.timedelta(days=made.random.randrange((LAST - FIRST).days))


# Who came, and who did not


def _bookings(made: Made, seed: int, number: int) -> list[Booking]:
    rows: list[Booking] = []
    for each in range(number):
        row = _booking(made, f"b-{seed}-{each}")
        if not any(_meet(row, other) for other in rows):
            rows.append(row)
    return Booking.objects.bulk_create(rows)


def _meet(one: Booking, other: Booking) -> bool:
    if not {one.status, other.status} <= set(BLOCKING):
        return False
    shares = one.therapist_id == other.therapist_id or (one.room_id is not None and one.room_id == other.room_id)
    return shares and one.busy_from_at < other.busy_until_at and other.busy_from_at < one.busy_until_at


def _booking(made: Made, ref: str) -> Booking:
    chance, practice = made.random, made.practice
    kind = chance.choice(made.session_types)
    minutes = chance.choice([30, 45] if kind.kind == Kind.CONSULTATION else [60, 90, 150, 75])
    starts_at = _start(made)
    ends_at = starts_at + dt.timedelta(minutes=minutes)
    created_at = starts_at - chance.choice([HOUR / 2, 5 * HOUR, 26 * HOUR, 80 * HOUR, 400 * HOUR, 2000 * HOUR])
    created_at = min(created_at, NOW - HOUR)
    price = chance.choice(PRICES)
    row = Booking(
        ref=ref,
        client=chance.choice(made.clients),
        therapist=chance.choice(made.therapists),
        session_type=kind,
        room=None if kind.kind == Kind.CONSULTATION else chance.choice(made.rooms),
        minutes=minutes,
        starts_at=starts_at,
        ends_at=ends_at,
        busy_from_at=starts_at - dt.timedelta(minutes=kind.buffer_before_minutes),
        busy_until_at=ends_at + dt.timedelta(minutes=kind.buffer_after_minutes),
        session_on=local_date(starts_at, made.zone),
        booked_on=local_date(created_at, made.zone),
        created_at=created_at,
        made_via=chance.choice([Way.WEB, Way.WEB, Way.STAFF, Way.API, Way.IMPORT]),
        price=price,
        # Once in a while from a time in which the practice reckoned in another currency.
        currency="CHF" if chance.random() < 0.06 else practice.currency,
        cancellation_notice=chance.choice([24 * HOUR, 24 * HOUR, 48 * HOUR, 0 * HOUR]),
        reschedule_notice=24 * HOUR,
        late_fee_percent=50,
        no_show_fee_percent=100,
    )
    _become(made, row)
    return row


def _start(made: Made) -> dt.datetime:
    """On the wall clock, or in both passes of an hour that it reads twice; some sessions run over midnight."""
    hour = made.random.choice([0, 1, 1, 2, 3, 9, 11, 14, 17, 22, 23])
    wall = dt.datetime.combine(_day(made), dt.time(hour, made.random.choice([0, 15, 30, 45])))
    return from_wall(wall, made.zone) + made.random.choice([0, 0, 0, 1]) * HOUR


def _become(made: Made, row: Booking) -> None:
    """One of the states that a booking of its time can be in, with what belongs to it."""
    chance = made.random
    if row.starts_at > NOW:
        states = [Status.CONFIRMED] * 4 + [
            Status.REQUESTED,
            Status.HELD,
            Status.CANCELLED,
            Status.DECLINED,
            Status.EXPIRED,
        ]
    else:
        states = [Status.COMPLETED] * 7 + [Status.NO_SHOW] * 2 + [Status.CANCELLED] * 3
        states += [Status.CONFIRMED, Status.DECLINED, Status.EXPIRED]
    row.status = chance.choice(states)
    moved_late = chance.random() < 0.15
    row.is_late, row.late_fee = moved_late, row.price / 2 if moved_late and chance.random() < 0.7 else Decimal(0)
    row.late_fee = row.late_fee.quantize(Decimal("0.01"))
    if row.status == Status.HELD:
        row.hold_ends_at = NOW + dt.timedelta(minutes=chance.choice([-5, 5]))
    if row.status == Status.COMPLETED and chance.random() < 0.8:
        row.started_at, row.ended_at = row.starts_at, row.ends_at
    if row.status == Status.NO_SHOW:
        row.late_fee = chance.choice([row.price, Decimal(0)])
    if row.status == Status.CANCELLED:
        _cancelled(made, row, moved_late)


def _cancelled(made: Made, row: Booking, moved_late: bool) -> None:
    """By its client in time or late, on their word or by the practice, or entered from a file without a moment."""
    chance = made.random
    row.made_via = chance.choice([Way.WEB, Way.STAFF, Way.IMPORT])
    if row.made_via == Way.IMPORT:
        row.is_late = chance.random() < 0.5
        return
    spans = [HOUR / 2, 2 * HOUR, 23 * HOUR, 24 * HOUR, 25 * HOUR, 47 * HOUR, 100 * HOUR, 300 * HOUR]
    row.cancelled_at = min(max(row.starts_at - chance.choice(spans), row.created_at), NOW)
    if row.made_via == Way.STAFF:
        row.is_late, row.late_fee = False, Decimal(0)
    elif row.cancelled_at > row.starts_at - row.cancellation_notice:
        row.is_late = True
        row.late_fee = chance.choice([Decimal(0), row.price / 2]).quantize(Decimal("0.01"))


def _histories(made: Made) -> None:
    """As much of each history as reports read: how it began and, where it was cancelled, who did."""
    lines: list[BookingChange] = []
    for row in made.bookings:
        entered = row.made_via == Way.IMPORT
        by = made.front_desk if row.made_via == Way.STAFF else None
        after = row.status if entered else Status.CONFIRMED
        what = "imported" if entered else "booked"
        lines.append(BookingChange(booking=row, at=row.created_at, by=by, via=row.made_via, what=what, after=after))
        if row.cancelled_at is not None:
            how = (
                made.random.choice(["cancelled", "cancelled", "released"]) if row.made_via == Way.STAFF else "cancelled"
            )
            lines.append(
                BookingChange(booking=row, at=row.cancelled_at, by=by, via=row.made_via, what=how,
                              before=Status.CONFIRMED, after=Status.CANCELLED)
            )  # fmt: skip
    BookingChange.objects.bulk_create(lines)


# What was paid


def _money(made: Made) -> None:
    """Deposits, payments, what was given back, waived or taken back again; some days counted, some of them wrongly."""
    numbers = count(1)
    paid = (*[Status.COMPLETED] * 3, Status.CONFIRMED, Status.NO_SHOW, Status.CANCELLED, Status.REQUESTED)
    lines: list[MoneyEntry] = []
    for row in made.bookings:
        if row.status in paid and made.random.random() < 0.8:
            lines += _lines(made, row, numbers)
    lines = MoneyEntry.objects.bulk_create(lines)
    MoneyEntry.objects.bulk_create(_taken_back(made, lines, numbers))
    _count_days(made)


def _lines(made: Made, row: Booking, numbers: Iterator[int]) -> list[MoneyEntry]:
    chance, lines, kept = made.random, [], Decimal(0)
    for kind in chance.choice(_PATTERNS):
        top = {MoneyKind.REFUND: kept, MoneyKind.WAIVER: row.price}.get(kind, row.price + 10)
        amount = (top * chance.choice([25, 50, 100]) / 100).quantize(Decimal("0.01"))
        if amount <= 0:
            continue
        if kind != MoneyKind.WAIVER:
            kept += -amount if kind == MoneyKind.REFUND else amount
        lines.append(_line(made, row, kind, amount, numbers))
    return lines


_PATTERNS = (
    [MoneyKind.PAYMENT], [MoneyKind.PAYMENT], [MoneyKind.DEPOSIT, MoneyKind.PAYMENT], [MoneyKind.DEPOSIT, MoneyKind.REFUND],
    [MoneyKind.PAYMENT, MoneyKind.REFUND, MoneyKind.PAYMENT], [MoneyKind.WAIVER], [MoneyKind.DEPOSIT, MoneyKind.WAIVER],
)  # fmt: skip


def _line(made: Made, row: Booking, kind: str, amount: Decimal, numbers: Iterator[int]) -> MoneyEntry:
    at = min(max(row.starts_at + made.random.choice([-30, -1, 1, 2, 50, 800]) * HOUR, row.created_at), NOW)
    waived = kind == MoneyKind.WAIVER
    return MoneyEntry(
        booking=row, kind=kind, amount=amount, currency=row.currency, what="Session", at=at,
        on=local_date(at, made.zone) + dt.timedelta(days=made.random.choice([0, 0, 0, 1])),
        paid_by="" if waived else made.random.choice(PaidBy.values), number=None if waived else next(numbers),
        by=made.front_desk, why="So it was" if waived else "",
    )  # fmt: skip


def _taken_back(made: Made, lines: Iterable[MoneyEntry], numbers: Iterator[int]) -> list[MoneyEntry]:
    """Counter-lines of each booking's last line, which leave nothing below nothing."""
    last = {each.booking_id: each for each in lines}
    found = [each for each in last.values() if made.random.random() < 0.25]
    return [
        MoneyEntry(
            booking=each.booking, kind=each.kind, amount=each.amount, currency=each.currency, what=each.what, at=each.at + HOUR,
            on=each.on + dt.timedelta(days=made.random.choice([0, 1, 40])), paid_by=each.paid_by,
            number=each.number and next(numbers), by=made.front_desk, why="Typed wrongly", corrects=each,
        )
        for each in found
    ]  # fmt: skip


def _count_days(made: Made) -> None:
    """The end of some days. What was counted is at times not what it should come to."""
    sums: dict[tuple[dt.date, str, str], Decimal] = {}
    for each in MoneyEntry.objects.receipts():
        signed = -each.amount if each.is_back else each.amount
        key = each.on, each.paid_by, each.currency
        sums[key] = sums.get(key, Decimal(0)) + signed
    rows = []
    for (on, paid_by, currency), expected in sums.items():
        if made.random.random() < 0.5:
            off = made.random.choice([Decimal(0), Decimal(0), Decimal("-5.00"), Decimal("0.01")])
            rows.append(
                CashUp(on=on, paid_by=paid_by, currency=currency, expected=expected, counted=expected + off,
                       why="Miscounted" if off else "", at=NOW, by=made.front_desk)
            )  # fmt: skip
    CashUp.objects.bulk_create(rows)


# What was said


def _reminders(made: Made) -> None:
    """Of most bookings that stood: sent, failed or taken back, by e-mail or as a text."""
    states = [State.SENT] * 4 + [State.FAILED, State.BOUNCED, State.CANCELLED, State.EXPIRED]
    rows = []
    for row in made.bookings:
        for channel in made.random.choice([[], [Channel.EMAIL], [Channel.EMAIL], [Channel.EMAIL, Channel.SMS]]):
            state = made.random.choice(states) if row.starts_at <= NOW else State.PLANNED
            due_at = row.starts_at - 48 * HOUR
            about = f"booking:{row.pk}"
            rows.append(
                Message(kind=kinds.REMINDER, channel=channel, recipient=row.client.email, whom=f"client:{row.client_id}",
                        about=about, version=row.version, key=f"{about}:reminder:{channel}", due_at=due_at, expires_at=row.starts_at,
                        state=state, created_at=row.created_at,
                        sent_at=due_at + made.random.choice([0, 0, 2]) * HOUR if state == State.SENT else None)
            )  # fmt: skip
    Message.objects.bulk_create(rows)
