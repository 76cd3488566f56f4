"""The practices that are measured: therapists at work, and bookings by the thousand, written past everything but the table.

Fixed: the same call makes the same rows. In the month that is asked about, the therapist asked has the same bookings
whatever the size of the rest.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.db import connection, transaction

from bookings import constraints
from bookings.models import Room, SessionType, Status, Therapist
from bookings.tests.factories import make_booking, make_offer, make_room, make_session_type, make_therapist_at_work
from clients.models import Client
from clients.tests.factories import make_client_with_account
from practice.models import Practice
from practice.tests.factories import make_practice

NOW = dt.datetime(2027, 1, 4, 8, 0, tzinfo=dt.UTC)
MONTH = (dt.date(2027, 2, 1), dt.date(2027, 2, 28))
YEARS = 10
HOUR = dt.timedelta(hours=1)
A_DAY = (8, 10, 12, 14, 16, 18)  # hours of a day at which history lies
IN_THE_MONTH = (10, 14)  # and those on each weekday of the month that is asked about


@dataclass
class Scene:
    """A practice with its therapists in their order; each has a room of their own."""

    practice: Practice
    session_type: SessionType
    """Given by the first therapist alone, in one of two rooms."""
    anywhere: SessionType
    """Given by everybody, without a room."""
    client: Client
    therapists: list[Therapist] = field(default_factory=list)
    rooms: list[Room] = field(default_factory=list)
    written: dict[int, int] = field(default_factory=dict)
    """How many bookings each therapist has."""

    @property
    def therapist(self) -> Therapist:
        return self.therapists[0]


def make_scene() -> Scene:
    practice = make_practice(horizon_days=365, min_notice=dt.timedelta(0))
    session_type = make_session_type(rooms=[make_room(), make_room()])
    anywhere = make_session_type(rooms=[])
    scene = Scene(practice, session_type, anywhere, make_client_with_account())
    add_therapist(scene)
    make_offer(scene.therapist, session_type)
    scene.rooms[0] = session_type.room_choices.order_by("order")[0].room
    return scene


def add_therapist(scene: Scene) -> None:
    order = len(scene.therapists)
    therapist = make_therapist_at_work(user=None, order=order, offers=[scene.anywhere], opens="09:00", closes="18:00")
    scene.therapists.append(therapist)
    scene.rooms.append(make_room())
    scene.written[therapist.pk] = 0


def fill(scene: Scene, total: int, therapists: int) -> None:
    """Brings the practice to so many bookings of so many therapists; what the first one has already stays."""
    while len(scene.therapists) < therapists:
        add_therapist(scene)
    share, rest = divmod(total, therapists)
    wanted = {therapist.pk: share + (rest if therapist is scene.therapist else 0) for therapist in scene.therapists}
    if therapists > 1:
        kept = scene.written[scene.therapist.pk]
        others = scene.therapists[1:]
        share, rest = divmod(total - kept, len(others))
        wanted = {each.pk: share + (number < rest) for number, each in enumerate(others)} | {scene.therapist.pk: kept}
    write(scene, wanted)


def write(scene: Scene, wanted: dict[int, int]) -> None:
    template = template_row(scene)
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        constraints.remove(connection)  # they are asked about all rows at once below, which is faster than row by row
        copy("bookings_booking", list(template), rows(scene, wanted, template))
        constraints.install(connection)
    scene.written |= wanted
    settle()


def settle() -> None:
    """What a server does by itself in the minutes after so many writes."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("VACUUM ANALYZE bookings_booking")
            cursor.execute("CHECKPOINT")
        else:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def template_row(scene: Scene) -> dict[str, Any]:
    """What every row has in common, as the database keeps it."""
    made = make_booking(
        session_type=scene.anywhere, client=scene.client, therapist=scene.therapist, status=Status.COMPLETED
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM bookings_booking WHERE id = %s", [made.pk])
        names = [column[0] for column in cursor.description]
        row = dict(zip(names, cursor.fetchone(), strict=True))
    made.delete()
    del row["id"]
    return row


def rows(scene: Scene, wanted: dict[int, int], template: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    first_row = tuple(template.values())
    place = {name: number for number, name in enumerate(template)}
    for therapist, room in zip(scene.therapists, scene.rooms, strict=True):
        missing = islice(enumerate(starts()), scene.written[therapist.pk], wanted[therapist.pk])
        for number, start in missing:
            row = list(first_row)
            text, until = start.isoformat(" "), (start + HOUR).isoformat(" ")
            row[place["ref"]] = f"b-{therapist.pk}-{number}"
            row[place["therapist_id"]], row[place["room_id"]] = therapist.pk, room.pk
            row[place["starts_at"]] = row[place["busy_from_at"]] = row[place["created_at"]] = text
            row[place["ends_at"]] = row[place["busy_until_at"]] = until
            row[place["session_on"]] = row[place["booked_on"]] = text[:10]
            yield tuple(row)


def starts() -> Iterator[dt.datetime]:
    """UTC, without a zone: first the month that is asked about, then history, spread over ten years and ever denser."""
    for day in range((MONTH[1] - MONTH[0]).days + 1):
        on = MONTH[0] + dt.timedelta(days=day)
        if on.weekday() < 5:
            yield from (dt.datetime.combine(on, dt.time(hour)) for hour in IN_THE_MONTH)
    days = YEARS * 365
    for hour in A_DAY:
        for step in range(4):  # every fourth day first, then those between
            for back in range(step, days, 4):
                on = MONTH[0] - dt.timedelta(days=1 + back)
                yield dt.datetime.combine(on, dt.time(hour))


def copy(table: str, names: list[str], found: Iterator[tuple[Any, ...]]) -> None:
    columns = ", ".join(f'"{name}"' for name in names)
    if connection.vendor == "postgresql":
        while chunk := list(islice(found, 50_000)):
            text = io.StringIO("".join("\t".join(_copied(value) for value in row) + "\n" for row in chunk))
            with connection.cursor() as cursor:
                cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN", text)
        return
    places = ", ".join("?" * len(names))
    connection.connection.executemany(f"INSERT INTO {table} ({columns}) VALUES ({places})", found)


def _copied(value: Any) -> str:
    return r"\N" if value is None else str(value)
