"""The demo practice: invented people, and a diary around the current week, read in like any other practice file.

Only for the demo and for development. Everything is made anew from the date alone, so two loads on a day are the same.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.db import transaction

from accounts.models import Role, User
from bookings import absences
from bookings.demo import past_rows, states, told
from bookings.demo.takings import enter_money
from bookings.demo.told import sign_agreements, sign_forms, understand_boundaries
from bookings.models import Closure, Room, Therapist, TimeOff
from bookings.practice_file import entering, shape, text
from clients import records
from clients.defaults import ensure_forms
from clients.models import Client
from clients.starting_texts import ensure_documents
from practice.defaults import ensure_practice
from practice.models import Practice
from practice.walltime import from_wall, local_date

PRACTICE_FILE = Path(__file__).with_name("practice.yaml")
PASSWORD = "demo-practice-1"
PEOPLE = (
    ("owner@demo.example", "Iris Still", Role.OWNER),
    ("therapist@demo.example", "Mara Quill", Role.THERAPIST),
    ("desk@demo.example", "Dee Porter", Role.FRONT_DESK),
    ("client@demo.example", "Robin Vale", Role.CLIENT),
    ("new@demo.example", "Alex Brook", Role.CLIENT),
)
CLIENTS = (
    ("demo-robin", "Robin Vale", "client@demo.example", "1984-03-12"),
    ("demo-alex", "Alex Brook", "new@demo.example", "1991-09-30"),
    ("demo-1", "Wilma Fernsby", "wilma@example.com", "1958-11-02"),
    ("demo-2", "Otto Larkspur", "otto@example.com", "1979-06-21"),
    ("demo-3", "Juniper Hale", "juniper@example.com", "1995-01-17"),
    ("demo-4", "Bram Thistle", "bram@example.com", "1969-08-08"),
    ("demo-5", "Odette Marsh", "", "1987-12-24"),
    ("demo-6", "Percy Wren", "percy@example.com", "2001-04-05"),
)
# Each week, but for every fourth that stays free: day (Monday is 0), therapist, start, session type, minutes, room.
WEEK = (
    (0, "mara", "10:00", "relaxing-massage", 60, "garden"),
    (0, "mara", "13:30", "deep-massage", 90, "garden"),
    (0, "ines", "09:30", "relaxing-massage", 90, "hearth"),
    (0, "ines", "14:00", "relaxing-massage", 60, "hearth"),
    (1, "mara", "11:00", "consultation", 30, None),
    (1, "mara", "14:00", "tantric-introduction", 120, "quiet"),
    (1, "jonas", "12:00", "deep-massage", 60, "garden"),
    (1, "jonas", "16:00", "relaxing-massage", 60, "garden"),
    (2, "jonas", "11:30", "deep-massage", 90, "garden"),
    (2, "ines", "10:00", "relaxing-massage", 60, "hearth"),
    (2, "ines", "15:00", "relaxing-massage", 60, "hearth"),
    (3, "mara", "10:30", "relaxing-massage", 90, "garden"),
    (3, "jonas", "13:00", "deep-massage", 60, "hearth"),
    (4, "mara", "15:00", "relaxing-massage", 60, "garden"),
    (4, "ines", "11:00", "relaxing-massage", 60, "hearth"),
    (4, "jonas", "17:00", "deep-massage", 60, "hearth"),
    (5, "mara", "09:00", "relaxing-massage", 60, "garden"),
    (5, "jonas", "12:00", "relaxing-massage", 90, "hearth"),
)
# Robin's own: week (0 is the current one), day, therapist, start, session type, minutes, room.
ROBINS = (
    (-3, 3, "mara", "16:00", "consultation", 30, None),
    (-2, 3, "mara", "16:00", "relaxing-massage", 60, "hearth"),
    (-1, 3, "mara", "16:00", "relaxing-massage", 60, "hearth"),
    (1, 3, "mara", "16:00", "relaxing-massage", 90, "hearth"),
    (2, 2, "jonas", "16:00", "deep-massage", 60, "garden"),
)
WEEKS = range(-3, 3)
ALWAYS_COMES = 1
BOOKED_BEFORE = dt.timedelta(days=23)


@transaction.atomic
def load(now: dt.datetime, *, with_past: bool = False) -> bool:
    """Gives a database without therapists the demo practice and its sign-ins; whether it did. `with_past`, two years more
    before its own weeks, which the reports tell of."""
    if Therapist.objects.exists():
        return False
    people = [*PEOPLE, *((email, name, Role.CLIENT) for _, name, email, _ in states.CLIENTS)]
    password = make_password(PASSWORD)  # once for all: it is slow on purpose
    users = [_user(*person, password) for person in people]
    ensure_practice()
    tree = text.read(PRACTICE_FILE.read_bytes())
    entering.enter(tree, shape.check(tree), now=now)
    came = {
        "clients": [_client(*client) for client in (*CLIENTS, *states.CLIENTS)],
        "bookings": diary(now, Practice.objects.current()),
    }
    entering.enter(came, shape.check(came), now=now)
    for user in users:
        records.join_account(user)
    _enter_texts(now - (past_rows.TEXTS_BEFORE if with_past else states.SIGNED_BEFORE))
    if with_past:
        past_rows.enter(_monday(now) + dt.timedelta(weeks=WEEKS[0]), now)
    _enter_trust(now)
    if with_past:
        past_rows.sign_anew(now)
    enter_money(now)
    _enter_absences(now)
    return True


def _enter_absences(now: dt.datetime) -> None:
    """This week and the next: a therapist away for an hour or an afternoon, a room that is being painted."""
    zone, monday = Practice.objects.current().zone, _monday(now)

    def between(week: int, day: int, opens: str, closes: str) -> dict[str, dt.datetime]:
        on = monday + dt.timedelta(weeks=week, days=day)
        first, last = (
            from_wall(dt.datetime.combine(on, dt.time.fromisoformat(text)), zone) for text in (opens, closes)
        )
        return {"starts_at": first, "ends_at": last}

    jonas, ines = Therapist.objects.get(slug="jonas"), Therapist.objects.get(slug="ines")
    rows: list[TimeOff | Closure] = []
    for week in (0, 1):
        rows += [
            TimeOff(therapist=jonas, **between(week, 1, "17:30", "19:00")),
            TimeOff(therapist=ines, **between(week, 4, "13:00", "17:00")),
            Closure(room=Room.objects.get(slug="quiet"), **between(week, 3, "12:00", "15:00")),
        ]
    absences.change(save=rows, now=now)


def _monday(now: dt.datetime) -> dt.date:
    """Of the current week."""
    today = local_date(now, Practice.objects.current().zone)
    return today - dt.timedelta(days=today.weekday())


def _enter_texts(before: dt.datetime) -> None:
    """What is asked and agreed here, since then."""
    ensure_forms(before)
    ensure_documents(before, published=True)


def _enter_trust(now: dt.datetime) -> None:
    """What each client of the demo's own weeks has told, signed and been decided about."""
    states.sign_before(now)
    robin = Client.objects.get(ref="demo-robin")
    sign_forms(robin, now, told.ROBINS)
    sign_agreements(robin, now, "privacy", "treatment", "tantric-session")
    understand_boundaries(robin, now)
    states.enter_states(now, local_date(now, Practice.objects.current().zone))


def _user(email: str, name: str, role: str, password: str) -> User:
    user = User.objects.filter(email=email).first()
    user = user or User.objects.create(email=email, password=password, name=name, role=role)
    EmailAddress.objects.update_or_create(user=user, email=email, defaults={"verified": True, "primary": True})
    return user


def _client(ref: str, name: str, email: str, born: str) -> dict[str, Any]:
    return {"ref": ref, "name": name, "email": email, "date_of_birth": born}


def diary(now: dt.datetime, practice: Practice) -> list[dict[str, Any]]:
    """The bookings of three weeks past, this one and two to come."""
    monday, rows = _monday(now), []
    for week in WEEKS:
        for number, (day, *slot) in enumerate(WEEK):
            if (number + week) % 4:
                client = "demo-4" if slot[2] == "tantric-introduction" else f"demo-{(number * 5 + week) % 6 + 1}"
                rows.append(
                    _booking(monday + dt.timedelta(weeks=week, days=day), client, slot, number + week, now, practice)
                )
    own = [(week, day, "demo-robin", *slot) for week, day, *slot in ROBINS]
    for week, day, client, *slot in (*own, *states.BOOKED):
        rows.append(_booking(monday + dt.timedelta(weeks=week, days=day), client, slot, ALWAYS_COMES, now, practice))
    return rows


def _booking(
    on: dt.date, client: str, slot: list[Any], number: int, now: dt.datetime, practice: Practice
) -> dict[str, Any]:
    therapist, clock, kind, minutes, room = slot
    wall = dt.datetime.combine(on, dt.time.fromisoformat(clock))
    ends_at = from_wall(wall, practice.zone) + dt.timedelta(minutes=minutes)
    today = local_date(now, practice.zone)
    return {
        "ref": f"demo-{wall:%y%m%d-%H%M}-{therapist}",
        "client": client,
        "therapist": therapist,
        "session_type": kind,
        "minutes": minutes,
        "room": room,
        "start": wall.isoformat(timespec="minutes"),
        "status": _status(kind, number, is_over=ends_at <= now),
        "booked_on": min(on - BOOKED_BEFORE, today - dt.timedelta(days=1)).isoformat(),
    }


def _status(kind: str, number: int, *, is_over: bool) -> str:
    """Now and then somebody does not come, or cancels; those with a sign-in always come."""
    if kind == "tantric-introduction" and not is_over:
        return "requested"
    if number % 11:
        return "completed" if is_over else "confirmed"
    return "no_show" if is_over else "cancelled"
