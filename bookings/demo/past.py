"""Two years before the demo's own weeks: who came, how often, when the practice was full and when it was quiet.

Invented from one fixed chance, so that two loads on one day are the same. Only decides; `past_rows` writes it down.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from bookings.demo import past_names
from practice.walltime import MIDNIGHT, clock

WEEKS = 104
PAST = "demo-past-"
"""Begins the ref of each of these clients."""
CHANCE = "two years of Still Water"
BEFORE_THE_RISE = Decimal("0.93")
OPENING = 5
"""So many more come for the first time in each of the first weeks."""
RISE = 60
"""So many weeks ago prices went up."""
# How full each month is, January first: people come in the dark months and are away in summer.
SEASON = (1.15, 1.1, 1.1, 1.0, 0.95, 0.9, 0.75, 0.6, 1.0, 1.1, 1.2, 0.9)
# How gladly each hour of the day is taken, from eight in the morning.
HOURS = (0.3, 0.5, 0.9, 1.0, 0.8, 0.6, 0.7, 0.9, 1.2, 1.5, 1.5, 0.8)
FIRST_HOUR = 8
PATH = ("consultation", "relaxing-massage", "tantric-introduction", "tantric-introduction", "tantric-session")
"""One who comes for the longer work goes this way; the last of it again and again."""

Busy = dict[tuple[str, dt.date], list[tuple[int, int]]]


@dataclass
class Person:
    ref: str
    name: str
    born: dt.date
    heard_from: str
    therapist: str
    on_path: bool
    visits: int
    """How often they come before they stop."""
    every: int
    """Weeks between two visits."""
    due: int
    """The week of the next one, counted from the first."""
    came: int = 0
    likes: str = "relaxing-massage"


class Visit(NamedTuple):
    """One booking as it went."""

    person: Person
    on: dt.date
    minute: int
    therapist: str
    session_type: str
    minutes: int
    room: str | None
    price: Decimal
    booked_on: dt.date
    status: str
    notice: dt.timedelta | None
    """How long before the start it was cancelled; None where it was not."""
    by_practice: bool
    is_reminded: bool
    way: str
    luck: float
    """From 0 to 1: decides what became of the money."""


class Offered(NamedTuple):
    """What the practice file tells of a session type."""

    lengths: tuple[tuple[int, Decimal], ...]
    """Minutes and price, the shortest first."""
    before: int
    after: int
    """Minutes kept free."""
    rooms: tuple[str, ...]
    notice: dt.timedelta
    """Until when cancelling is free."""


class Shift(NamedTuple):
    weekday: int
    opens: int
    closes: int


class Free(NamedTuple):
    on: dt.date
    minute: int
    room: str | None


@dataclass
class Past:
    """Walks through the weeks and fills them."""

    monday: dt.date
    """Of the first week."""
    shifts: dict[str, list[Shift]]
    """By therapist."""
    away: dict[str, list[tuple[dt.date, dt.date]]]
    """By therapist, “” for all: first and last day."""
    offer: dict[str, Offered]
    """By session type."""
    rng: random.Random = field(default_factory=lambda: random.Random(CHANCE))
    people: list[Person] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)
    busy: Busy = field(default_factory=dict)

    def fill(self) -> None:
        for week in range(WEEKS):
            first = self.monday + dt.timedelta(weeks=week)
            season = SEASON[first.month - 1] * (0.7 + 0.5 * week / WEEKS)
            for _ in range(self._about(2.6 * season + (OPENING if week < 4 else 0))):
                self.people.append(self._newcomer(week))
            for person in self.people:
                if person.due <= week and person.visits:
                    self._come(person, week, season)

    def _newcomer(self, week: int) -> Person:
        number, rng = len(self.people), self.rng
        on_path = rng.random() < 0.13
        stays = rng.choices(((1, 1), (2, 4), (5, 26)), (0.3, 0.32, 0.38))[0]
        return Person(
            ref=f"{PAST}{number + 1}",
            name=past_names.name(number),
            born=dt.date(rng.randint(1950, 2002), rng.randint(1, 12), rng.randint(1, 28)),
            heard_from=rng.choices([*past_names.HEARD_FROM], [*past_names.HEARD_FROM.values()])[0],
            therapist="mara" if on_path else rng.choices(("mara", "jonas", "ines"), (0.36, 0.36, 0.28))[0],
            on_path=on_path,
            visits=rng.randint(4, 13) if on_path else rng.randint(*stays),
            every=rng.randint(2, 5),
            due=week,
            likes=rng.choice(("relaxing-massage", "deep-massage")),
        )

    def _come(self, person: Person, week: int, season: float) -> None:
        """One visit, or in a quiet month now and then none."""
        if person.came and self.rng.random() > 0.62 + 0.35 * season:
            person.due = week + 1
            return
        kind, minutes = self._kind(person)
        free = self._free(person.therapist, week, kind, minutes)
        if free is None:
            person.due = week + 1
            return
        visit = self._visit(person, free, kind, minutes, week)
        self.visits.append(visit)
        if visit.status in ("completed", "no_show"):
            self._keep(visit)
        if visit.status == "completed":
            person.came += 1
            person.visits -= 1
        elif visit.status == "no_show" or self.rng.random() < 0.3:
            person.visits = 0 if self.rng.random() < 0.4 else person.visits
        person.due = week + max(1, person.every + self.rng.randint(-1, 1))

    def _kind(self, person: Person) -> tuple[str, int]:
        if person.on_path:
            kind = PATH[min(person.came, len(PATH) - 1)]
        elif person.therapist == "ines":
            kind = "relaxing-massage"
        else:
            kind = person.likes if self.rng.random() < 0.8 else "relaxing-massage"
        lengths = [minutes for minutes, _ in self.offer[kind].lengths]
        return kind, lengths[0] if len(lengths) == 1 or self.rng.random() < 0.65 else lengths[1]

    def _free(self, therapist: str, week: int, kind: str, minutes: int) -> Free | None:
        """A start of this week at which the therapist and a room are free, the well-liked hours more often."""
        before, after = self.offer[kind].before, self.offer[kind].after
        starts = [
            Free(on, minute, room)
            for on, shift in self._days(therapist, week)
            for minute in range(shift.opens + before, shift.closes - minutes - after + 1, 30)
            if self._is_open((therapist, on), minute - before, minute + minutes + after)
            for room in self._room(kind, on, minute - before, minute + minutes + after)
        ]
        if not starts:
            return None
        return self.rng.choices(starts, [HOURS[max(start.minute // 60 - FIRST_HOUR, 0)] for start in starts])[0]

    def _days(self, therapist: str, week: int) -> Iterator[tuple[dt.date, Shift]]:
        for shift in self.shifts[therapist]:
            on = self.monday + dt.timedelta(weeks=week, days=shift.weekday)
            gone = self.away.get(therapist, []) + self.away.get("", [])
            if not any(first <= on <= last for first, last in gone):
                yield on, shift

    def _room(self, kind: str, on: dt.date, start: int, end: int) -> Sequence[str | None]:
        """The first that is free, or nothing; what needs none has none."""
        rooms = self.offer[kind].rooms
        return [None] if not rooms else [room for room in rooms if self._is_open((room, on), start, end)][:1]

    def _is_open(self, whose: tuple[str, dt.date], start: int, end: int) -> bool:
        return all(until <= start or end <= since for since, until in self.busy.get(whose, ()))

    def _keep(self, visit: Visit) -> None:
        kept = self.offer[visit.session_type]
        taken = visit.minute - kept.before, visit.minute + visit.minutes + kept.after
        for whose in (visit.therapist, visit.room):
            if whose:
                self.busy.setdefault((whose, visit.on), []).append(taken)

    def _visit(self, person: Person, free: Free, kind: str, minutes: int, week: int) -> Visit:
        rng = self.rng
        lead = min(int(rng.expovariate(1 / 9)) + rng.randint(0, 2), 60)
        is_reminded = lead > 0 and rng.random() < 0.95
        ended = rng.random()
        missed = 0.025 if is_reminded else 0.11
        status = "no_show" if ended < missed else "cancelled" if ended < missed + 0.09 else "completed"
        price = dict(self.offer[kind].lengths)[minutes]
        if week < WEEKS - RISE:
            price = (price * BEFORE_THE_RISE).quantize(Decimal(1))
        return Visit(
            person, free.on, free.minute, person.therapist, kind, minutes, free.room, price,
            booked_on=free.on - dt.timedelta(days=lead),
            status=status,
            notice=self._notice(lead) if status == "cancelled" else None,
            by_practice=status == "cancelled" and rng.random() < 0.15,
            is_reminded=is_reminded,
            way=rng.choices(("web", "staff", "link", "api"), (0.7, 0.24, 0.04, 0.02))[0],
            luck=rng.random(),
        )  # fmt: skip

    def _notice(self, lead: int) -> dt.timedelta:
        """Many say so days before, some on the day itself; nobody before they booked."""
        hours = self.rng.choice((2, 5, 20, 30, 40, 60, 90, 140, 200))
        return dt.timedelta(hours=min(hours, lead * 24)) or dt.timedelta(hours=1)

    def _about(self, number: float) -> int:
        """A whole number near it, that comes to it over many weeks."""
        return int(number) + (self.rng.random() < number % 1)


def client_rows(people: Sequence[Person]) -> list[dict[str, Any]]:
    return [
        {
            "ref": each.ref,
            "name": each.name,
            "email": past_names.address(each.name),
            "date_of_birth": each.born.isoformat(),
        }
        for each in people
    ]


def booking_row(visit: Visit, notice: dt.timedelta) -> dict[str, Any]:
    """As a practice file tells it; `notice` is what its kind of session asks for."""
    start = dt.datetime.combine(visit.on, dt.time()) + dt.timedelta(minutes=visit.minute)
    row: dict[str, Any] = {
        "ref": ref(visit),
        "client": visit.person.ref,
        "therapist": visit.therapist,
        "session_type": visit.session_type,
        "minutes": visit.minutes,
        "room": visit.room,
        "start": f"{visit.on}T{clock(visit.minute % MIDNIGHT)}",
        "status": visit.status,
        "price": str(visit.price),
        "booked_on": visit.booked_on.isoformat(),
    }
    if visit.status == "no_show":
        row["late_fee"] = str(visit.price)
    if visit.notice is not None:
        row["cancelled_at"] = (start - visit.notice).isoformat(timespec="minutes")
        if visit.notice < notice and not visit.by_practice:
            row |= {"late": True, "late_fee": str((visit.price / 2).quantize(Decimal("0.01")))}
    return row


def ref(visit: Visit) -> str:
    return f"demo-{visit.on:%y%m%d}-{visit.minute:04d}-{visit.therapist}-{visit.person.ref.removeprefix(PAST)}"
