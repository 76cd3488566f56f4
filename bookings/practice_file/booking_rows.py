"""Writes the bookings of a checked file: which are new, which follow the file, which have a life of their own here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from bookings import importing
from bookings.changes import answer_by
from bookings.models import Booking, Room, SessionType, Therapist, Way
from bookings.practice_file import spelling
from bookings.practice_file.faults import Fault, FaultyFile
from bookings.practice_file.offer_rows import differing
from bookings.practice_file.physics import OF_THE_VISIT, Planned
from bookings.practice_file.report import Report
from bookings.practice_file.sense import Known
from clients.models import Client
from practice.models import Practice
from practice.walltime import from_wall, local_date

Row = dict[str, Any]
Tell = Callable[[int, int], None]


def bookings(
    planned: Sequence[Planned], known: Known, practice: Practice, now: dt.datetime, report: Report, tell: Tell
) -> None:
    """New ones are entered; those that only files have told of follow this one; the others are left as they are, and named."""
    writing = _Rows(planned, known, practice, now)
    new, changed = writing.sorted_out(report)
    try:
        importing.follow(changed, practice=practice, now=now)
        importing.enter(new, practice=practice, now=now, tell=lambda done: tell(done, len(new)))
    except importing.Refused as refused:
        path = next(each.path for each in planned if each.row["ref"] == refused.ref)
        raise FaultyFile([Fault(path, str(refused.refusal))]) from refused
    report.count("bookings", created=len(new), changed=len(changed))


class _Rows:
    """Turns the file's bookings into rows, with what they lean on looked up once."""

    def __init__(self, planned: Sequence[Planned], known: Known, practice: Practice, now: dt.datetime) -> None:
        self.planned = planned
        self.known = known
        self.practice = practice
        self.now = now
        self.today = local_date(now, practice.zone)
        self.types = {each.slug: each for each in SessionType.objects.all()}
        self.rooms = {each.slug: each for each in Room.objects.all()}
        self.therapists = {each.slug: each for each in Therapist.objects.select_related("user")}
        self.clients = Client.objects.in_bulk({each.row["client"] for each in planned}, field_name="ref")
        rows = Booking.objects.select_related("client", "therapist", "session_type", "room")
        self.here = rows.in_bulk(list(known.here), field_name="ref")

    def sorted_out(self, report: Report) -> tuple[list[Booking], list[tuple[Booking, Row]]]:
        new: list[Booking] = []
        changed: list[tuple[Booking, Row]] = []
        for each in self.planned:
            booking = self.here.get(each.row["ref"])
            if booking is None:
                new.append(self._new(each))
                continue
            fields = differing(booking, self._fields(each))
            if fields and booking.ref not in self.known.settled:
                changed.append((booking, fields))
                continue
            report.count("bookings", unchanged=1)
            if fields:
                report.notes.append(f"Booking {booking.ref} has been changed here since and stays as it is.")
        return new, changed

    def _new(self, each: Planned) -> Booking:
        created_at = (
            self.now
            if each.booked_on == self.today
            else from_wall(dt.datetime.combine(each.booked_on, dt.time(12)), self.practice.zone)
        )
        waiting = {"answer_by_at": answer_by(each.row["status"], each.starts_at, self.practice, self.now)}
        return Booking(
            ref=each.row["ref"], made_via=Way.IMPORT, created_at=created_at, **(waiting | self._fields(each))
        )

    def _fields(self, each: Planned) -> Row:
        kind, row = self.types[each.row["session_type"]], each.row
        return {
            "client": self.clients[row["client"]],
            "therapist": self.therapists[row["therapist"]],
            "session_type": kind,
            "room": self.rooms[row["room"]] if row.get("room") else None,
            "minutes": row["minutes"],
            "starts_at": each.starts_at,
            "ends_at": each.ends_at,
            "busy_from_at": each.busy_from_at,
            "busy_until_at": each.busy_until_at,
            "session_on": each.session_on,
            "booked_on": each.booked_on,
            "status": row["status"],
            "price": each.price,
            **self._terms(row, kind),
            **self._happened(row),
        }

    def _terms(self, row: Row, kind: SessionType) -> Row:
        """As agreed; else as the practice has them now."""
        terms: Row = {
            name: row.get(name, getattr(self.practice, name))
            for name in ("currency", "late_fee_percent", "no_show_fee_percent")
        }
        for name in ("cancellation_notice", "reschedule_notice"):
            own = getattr(kind, name)
            terms[name] = (
                spelling.duration(row[name]) if name in row else getattr(self.practice, name) if own is None else own
            )
        return terms

    def _happened(self, row: Row) -> Row:
        moments = {"answer_by": "answer_by_at", "cancelled_at": "cancelled_at"}
        moments |= {name: name for name in OF_THE_VISIT}
        fields: Row = {
            name: spelling.instant(row[key], self.practice.zone) for key, name in moments.items() if row.get(key)
        }
        fields |= {name: None for name in OF_THE_VISIT if name in row and not row[name]}
        return fields | {"is_late": row.get("late", False), "late_fee": spelling.amount(row.get("late_fee", 0))}
