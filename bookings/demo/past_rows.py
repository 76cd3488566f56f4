"""Writes the demo's two years before its own weeks: through the practice file, and in one go what no file tells.

Only for the demo and for development. Money, messages and history are entered as rows, since there are thousands; the
database judges each of them like any other.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple

from django.contrib.auth.hashers import make_password

from accounts.models import User
from bookings import absences, calendars, kinds, quiet
from bookings.demo.past import PAST, WEEKS, Offered, Past, Shift, Visit, booking_row, client_rows, ref
from bookings.demo.told import sign_agreements, sign_forms, understand_boundaries
from bookings.models import (
    Booking,
    BookingChange,
    CashUp,
    Closure,
    MoneyEntry,
    MoneyKind,
    PaidBy,
    SessionType,
    Status,
    Therapist,
    TimeOff,
    Way,
)
from bookings.practice_file import entering, shape
from clients import decisions
from clients.models import Client, Stage
from outbox.models import Message, State
from practice.models import Practice
from practice.walltime import from_wall, local_date

WAYS = (PaidBy.CARD,) * 6 + (PaidBy.CASH,) * 3 + (PaidBy.TRANSFER,)
SUMMER, WINTER = (8, 1), (2, 8)
"""Month and day from which each therapist is away, one week after the other; two weeks in summer, one in winter."""
TEXTS_BEFORE = dt.timedelta(weeks=WEEKS + 8)
"""Since when the practice asks and agrees what it does."""
SIGNED_SINCE = dt.timedelta(weeks=30)
"""Before the demo's own weeks; who came since then has told and signed everything."""
SIGNED_ANEW = 7
"""Of eight, so many have read and signed the text that changed."""
CLEARING_AFTER, BALANCING_AFTER = 2, 6
"""So many introductions, and so many longer sessions, before the therapist said that it was time."""
EVENING = dt.time(20)


def enter(until: dt.date, now: dt.datetime) -> None:
    """The weeks before `until`, a Monday."""
    practice = Practice.objects.current()
    monday = until - dt.timedelta(weeks=WEEKS)
    past = Past(monday, _shifts(), _enter_absences(monday, practice, now), _offer(practice))
    past.fill()
    first = {visit.person.ref: visit for visit in reversed(past.visits)}
    people = [each for each in past.people if each.ref in first]
    tree = {
        "clients": client_rows(people),
        "bookings": [booking_row(each, past.offer[each.session_type].notice) for each in past.visits],
    }
    entering.enter(tree, shape.check(tree), now=now)
    _give_accounts(first, practice)
    booked = _Booked(past.visits, practice)
    booked.tell_history()
    booked.tell_messages()
    booked.take_money(User.objects.get(email="desk@demo.example"))
    _sign(past.visits, until)
    _decide(past.visits, practice)


def _offer(practice: Practice) -> dict[str, Offered]:
    found = SessionType.objects.prefetch_related("lengths", "room_choices__room")
    return {
        each.slug: Offered(
            tuple((length.minutes, length.price) for length in each.lengths.all()),
            each.buffer_before_minutes,
            each.buffer_after_minutes,
            tuple(choice.room.slug for choice in each.room_choices.all()),
            practice.cancellation_notice if each.cancellation_notice is None else each.cancellation_notice,
        )
        for each in found
    }


def _shifts() -> dict[str, list[Shift]]:
    found = Therapist.objects.prefetch_related("weekly_hours")
    return {
        each.slug: [Shift(hours.weekday, hours.opens, hours.closes) for hours in each.weekly_hours.all()]
        for each in found
    }


def _enter_absences(monday: dt.date, practice: Practice, now: dt.datetime) -> dict[str, list[tuple[dt.date, dt.date]]]:
    """Each therapist's holidays, one after the other, and the days between the years, when all is closed."""
    away: dict[str, list[tuple[dt.date, dt.date]]] = {"": []}
    last = monday + dt.timedelta(weeks=WEEKS)
    rows: list[TimeOff | Closure] = []
    for year in range(monday.year, last.year + 1):
        for place, therapist in enumerate(Therapist.objects.order_by("pk")):
            for (month, day), weeks in ((SUMMER, 2), (WINTER, 1)):
                first = dt.date(year, month, day) + dt.timedelta(weeks=place * weeks)
                days = first, first + dt.timedelta(weeks=weeks, days=-1)
                if monday <= days[0] and days[1] < last:
                    away.setdefault(therapist.slug, []).append(days)
                    rows.append(TimeOff(therapist=therapist, **_whole(days, practice)))
        days = dt.date(year, 12, 24), dt.date(year, 12, 28)
        if monday <= days[0] and days[1] < last:
            away[""].append(days)
            rows.append(Closure(**_whole(days, practice)))
    absences.change(save=rows, now=now)
    return away


def _give_accounts(first: dict[str, Visit], practice: Practice) -> None:
    """Each client has the account with which they booked, from that day on; nobody has its password."""
    clients = list(Client.objects.filter(ref__in=first).order_by("pk"))
    since = {name: _at(visit.booked_on, dt.time(8), practice) for name, visit in first.items()}
    password = make_password(None)
    User.objects.bulk_create(
        User(email=each.email, name=each.name, password=password, date_joined=since[each.ref]) for each in clients
    )
    users = User.objects.in_bulk([each.email for each in clients], field_name="email")
    for each in clients:
        each.user, each.created_at = users[each.email], since[each.ref]
        each.heard_from = first[each.ref].person.heard_from
    Client.objects.bulk_update(clients, ["user", "created_at", "heard_from"], batch_size=200)


def _whole(days: tuple[dt.date, dt.date], practice: Practice) -> dict[str, dt.datetime]:
    first, last = days
    return {
        "starts_at": _at(first, dt.time(), practice),
        "ends_at": _at(last + dt.timedelta(days=1), dt.time(), practice),
    }


def _at(on: dt.date, clock: dt.time, practice: Practice) -> dt.datetime:
    return from_wall(dt.datetime.combine(on, clock), practice.zone)


class Taken(NamedTuple):
    """A line of money to be entered."""

    at: dt.datetime
    booking: Booking
    kind: MoneyKind
    amount: Decimal
    paid_by: str = ""
    why: str = ""


class _Booked:
    """The rows that the file made, beside what was invented about each."""

    def __init__(self, visits: Iterable[Visit], practice: Practice) -> None:
        self.practice = practice
        found = Booking.objects.select_related("client__user", "session_type").in_bulk(
            [ref(each) for each in visits], field_name="ref"
        )
        self.pairs = [(found[ref(each)], each) for each in visits]

    def tell_history(self) -> None:
        """How each was booked, and which were cancelled and by whom."""
        owner = User.objects.get(email="owner@demo.example")
        for way in Way.WEB, Way.STAFF, Way.LINK, Way.API:
            mine = [booking.pk for booking, visit in self.pairs if visit.way == way]
            Booking.objects.filter(pk__in=mine).update(made_via=way)
        BookingChange.objects.bulk_create(
            BookingChange(
                booking=booking,
                at=booking.cancelled_at,
                by=owner if visit.by_practice else booking.client.user,
                via=Way.STAFF if visit.by_practice else Way.WEB,
                what="cancelled",
                before=Status.CONFIRMED,
                after=Status.CANCELLED,
            )
            for booking, visit in self.pairs
            if visit.notice is not None
        )

    def tell_messages(self) -> None:
        """The confirmation and the reminders of each; the words of all of them are forgotten by now."""
        Message.objects.bulk_create(
            (row for booking, visit in self.pairs for row in self._messages(booking, visit)), batch_size=500
        )

    def _messages(self, booking: Booking, visit: Visit) -> Iterator[Message]:
        yield self._message(booking, kinds.CONFIRMED, "1", booking.created_at, State.SENT)
        until = booking.cancelled_at or booking.starts_at
        for hours in (48, 3):
            due_at = quiet.due(booking.starts_at, dt.timedelta(hours=hours), self.practice.zone, booking.created_at)
            if due_at and due_at < until:
                state = State.SENT if visit.is_reminded else State.BOUNCED if visit.luck < 0.5 else State.FAILED
                yield self._message(booking, kinds.REMINDER, f"1:{hours * 60}m", due_at, state, visit.luck)

    def _message(
        self, booking: Booking, kind: str, key: str, due_at: dt.datetime, state: State, luck: float = 0.5
    ) -> Message:
        """One in fifty goes out half an hour late, as when the mail server was away."""
        late = dt.timedelta(minutes=31) if luck > 0.98 else dt.timedelta(seconds=4)
        return Message(
            kind=kind,
            recipient=booking.client.email,
            whom=f"client:{booking.client_id}",
            about=f"booking:{booking.pk}",
            version=1,
            key=f"booking:{booking.pk}:{kind}:{key}",
            created_at=booking.created_at,
            due_at=due_at,
            expires_at=booking.starts_at,
            state=state,
            attempts=8 if state == State.FAILED else 1,
            sent_at=None if state == State.FAILED else due_at + late,
            last_error="" if state == State.SENT else "The mail server answered that there is no such address.",
        )

    def take_money(self, desk: User) -> None:
        """Day by day, as it was taken; each day is counted in the evening."""
        lines = sorted(
            (line for booking, visit in self.pairs for line in _paid(booking, visit)), key=lambda line: line.at
        )
        rows, number = [], 0
        for line in lines:
            number += line.kind != MoneyKind.WAIVER
            rows.append(
                MoneyEntry(
                    booking=line.booking,
                    kind=line.kind,
                    amount=line.amount,
                    currency=line.booking.currency,
                    paid_by=line.paid_by,
                    number=None if line.kind == MoneyKind.WAIVER else number,
                    what=calendars.neutral_name(line.booking),
                    at=line.at,
                    on=local_date(line.at, self.practice.zone),
                    by=desk,
                    why=line.why,
                )
            )
        MoneyEntry.objects.bulk_create(rows, batch_size=500)
        CashUp.objects.bulk_create(self._counted(rows, desk), batch_size=500)

    def _counted(self, rows: list[MoneyEntry], desk: User) -> Iterator[CashUp]:
        moved = (row for row in rows if row.paid_by)
        for on, same_day in groupby(moved, key=lambda row: row.on):
            sums = dict.fromkeys(PaidBy.values, Decimal(0))
            for row in same_day:
                sums[row.paid_by] += -row.amount if row.kind == MoneyKind.REFUND else row.amount
            for way, expected in sums.items():
                is_short = way == PaidBy.CASH and expected > 0 and on.day == 13
                yield CashUp(
                    on=on,
                    paid_by=way,
                    currency=self.practice.currency,
                    expected=expected,
                    counted=expected - 2 if is_short else expected,
                    why="Two pounds were given out as change too much." if is_short else "",
                    at=_at(on, EVENING, self.practice),
                    by=desk,
                )


def _paid(booking: Booking, visit: Visit) -> Iterator[Taken]:
    """What became of a booking's money: nearly all is paid on the day, some fees are waived, a few are still owing."""
    price, luck = booking.price, visit.luck
    way = WAYS[int(luck * 1000) % len(WAYS)]
    after = (booking.ended_at or booking.ends_at) + dt.timedelta(minutes=5)
    if visit.status == "completed" and price:
        if luck < 0.012:
            yield Taken(after, booking, MoneyKind.WAIVER, price, why="A gift of the house.")
        elif luck < 0.985:
            yield Taken(after, booking, MoneyKind.PAYMENT, price, way)
            if luck > 0.978:
                yield Taken(
                    after + dt.timedelta(days=1), booking, MoneyKind.REFUND, Decimal(10), way,
                    why="The room was cold for a while.",
                )  # fmt: skip
        elif luck < 0.995:
            yield Taken(after, booking, MoneyKind.PAYMENT, price - 20, way)
    elif booking.late_fee:
        if luck < 0.5:
            yield Taken(after + dt.timedelta(days=2), booking, MoneyKind.PAYMENT, booking.late_fee, PaidBy.TRANSFER)
        elif luck < 0.8:
            yield Taken(after, booking, MoneyKind.WAIVER, booking.late_fee, why="They were ill, and said so.")


def _sign(visits: Iterable[Visit], until: dt.date) -> None:
    """Who came within the last months has told and signed everything, on the day of a visit in them."""
    practice = Practice.objects.current()
    since = until - SIGNED_SINCE
    seen: dict[str, dt.date] = {}
    for visit in visits:
        if visit.on >= since and visit.status == "completed":
            seen.setdefault(visit.person.ref, visit.on)
    clients = Client.objects.select_related("user").in_bulk(list(seen), field_name="ref")
    asked = {each.person.ref for each in visits if each.person.on_path}
    for name, on in sorted(seen.items(), key=lambda each: (each[1], each[0])):
        at = _at(on, dt.time(9), practice)
        sign_forms(clients[name], at)
        sign_agreements(clients[name], at, "privacy", "treatment", *(["tantric-session"] if name in asked else []))
        if name in asked:
            understand_boundaries(clients[name], at)


def sign_anew(now: dt.datetime) -> None:
    """The consent to treatment became another three weeks ago; most have signed it since."""
    signed = Client.objects.filter(ref__startswith=PAST, consents__version__document__slug="treatment")
    for number, client in enumerate(signed.select_related("user").order_by("pk")):
        if number % 8 < SIGNED_ANEW:
            sign_agreements(client, now - dt.timedelta(days=1 + number % 20), "treatment")


def _decide(visits: Iterable[Visit], practice: Practice) -> None:
    """The therapist's word about those who come for the longer work, on the day after the session that led to it."""
    mara = User.objects.get(email="therapist@demo.example")
    stages = {each.slug: each for each in Stage.objects.all()}
    counted: dict[tuple[str, str], int] = {}
    for visit in visits:
        if visit.status != "completed" or not visit.session_type.startswith("tantric"):
            continue
        key = visit.person.ref, visit.session_type
        counted[key] = counted.get(key, 0) + 1
        to = {
            ("tantric-introduction", CLEARING_AFTER): "clearing",
            ("tantric-session", BALANCING_AFTER): "balancing",
        }.get((visit.session_type, counted[key]))
        if to:
            on = visit.on + dt.timedelta(days=1)
            client = Client.objects.get(ref=visit.person.ref)
            decisions.move_to_stage(
                client, stages[to], by=mara, decided_on=on, note="", now=_at(on, dt.time(10), practice)
            )
