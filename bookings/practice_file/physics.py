"""What nobody may override: two bookings of one therapist or room at once, a client who is not an adult, and a session that
began without being asked whether it may.

Also works out each booking of the file as far as its values are sound. Plain values only; the database stays the judge.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from operator import attrgetter
from typing import Any

from bookings.practice_file import spelling
from bookings.practice_file.faults import Path
from bookings.practice_file.sense import Known, Sheet, Taken, TypeFacts
from bookings.rules import is_adult, is_believable
from practice.walltime import local_date

BLOCKING = frozenset({"requested", "confirmed", "completed", "no_show"})
TO_COME = frozenset({"requested", "confirmed"})
OF_THE_VISIT = ("checked_in_at", "started_at", "ended_at")


@dataclass(frozen=True, slots=True)
class Planned:
    """A booking of the file with what follows from it. `row` is what the file says over what is here already."""

    path: Path
    row: dict[str, Any]
    starts_at: dt.datetime
    ends_at: dt.datetime
    busy_from_at: dt.datetime
    busy_until_at: dt.datetime
    session_on: dt.date
    booked_on: dt.date
    price: Decimal

    @property
    def is_blocking(self) -> bool:
        return self.row["status"] in BLOCKING

    @property
    def taken(self) -> Taken:
        return Taken(
            self.row["ref"], self.row["therapist"], self.row.get("room"), self.busy_from_at, self.busy_until_at
        )


def check(sheet: Sheet, known: Known, zone: zoneinfo.ZoneInfo) -> list[Planned]:
    """Adds what is impossible, and gives the bookings that could be worked out, in the file's order."""
    planned = list(_planned(sheet, known, zone))
    _check_clients(sheet, known, zone)
    _check_ages(sheet, known, planned)
    _check_visits(sheet, known, planned)
    _check_overlaps(sheet, known, planned)
    return planned


def _planned(sheet: Sheet, known: Known, zone: zoneinfo.ZoneInfo) -> Iterator[Planned]:
    facts, own_prices = _types_after(sheet, known), _own_prices_after(sheet, known)
    today = local_date(known.now, zone)
    unsure = {
        row.get("slug")
        for at, row in sheet.rows("session_types")
        if not sheet.faults.is_sound(at) and isinstance(row.get("slug"), str)
    }
    for at, row in sheet.rows("bookings"):
        if not sheet.faults.is_sound(at):
            continue
        row = known.here.get(row["ref"], {}) | row
        session_type = facts[row["session_type"]]
        price = _price(row, session_type, own_prices)
        if price is None and row["session_type"] not in unsure:
            says = f"is missing, and {row['session_type']} has no length of {row['minutes']} minutes to take it from"
            sheet.faults.add((*at, "price"), says)
        booking = _worked_out(at, row, session_type, price or Decimal(0), zone, today)
        if booking.booked_on > today:
            sheet.faults.add((*at, "booked_on"), "lies in the future")
        yield booking


def _worked_out(
    at: Path, row: dict[str, Any], facts: TypeFacts, price: Decimal, zone: zoneinfo.ZoneInfo, today: dt.date
) -> Planned:
    start = spelling.instant(row["start"], zone)
    end = start + dt.timedelta(minutes=row["minutes"])
    on = local_date(start, zone)
    return Planned(
        path=at,
        row=row,
        starts_at=start,
        ends_at=end,
        busy_from_at=start - dt.timedelta(minutes=row.get("buffer_before", facts.buffer_before)),
        busy_until_at=end + dt.timedelta(minutes=row.get("buffer_after", facts.buffer_after)),
        session_on=on,
        booked_on=spelling.as_date(row["booked_on"]) if "booked_on" in row else min(today, on),
        price=price,
    )


def _types_after(sheet: Sheet, known: Known) -> dict[str, TypeFacts]:
    """The session types as they will be once the file is in."""
    after = dict(known.session_types)
    for at, row in sheet.rows("session_types"):
        if not isinstance(row.get("slug"), str):
            continue
        old = after.get(row["slug"], TypeFacts())
        before, behind = sheet.value(at, row, "buffer_before"), sheet.value(at, row, "buffer_after")
        lengths = (length for place, length in sheet.items(at, row, "lengths") if sheet.faults.is_sound(place))
        after[row["slug"]] = TypeFacts(
            old.buffer_before if before is None else before,
            old.buffer_after if behind is None else behind,
            old.prices | {length["minutes"]: spelling.amount(length["price"]) for length in lengths},
        )
    return after


def _own_prices_after(sheet: Sheet, known: Known) -> dict[tuple[str, str, int], Decimal]:
    after = dict(known.own_prices)
    for at, row in sheet.rows("therapists"):
        therapist = sheet.value(at, row, "slug")
        for place, slug, prices in sheet.offers(at, row):
            sound = (minutes for minutes in prices if sheet.faults.is_sound((*place[:-1], "prices", minutes)))
            after |= {(therapist, slug, int(minutes)): spelling.amount(prices[minutes]) for minutes in sound}
    return after


def _price(row: dict[str, Any], facts: TypeFacts, own: dict[tuple[str, str, int], Decimal]) -> Decimal | None:
    if "price" in row:
        return spelling.amount(row["price"])
    return own.get((row["therapist"], row["session_type"], row["minutes"]), facts.prices.get(row["minutes"]))


def _check_clients(sheet: Sheet, known: Known, zone: zoneinfo.ZoneInfo) -> None:
    today = local_date(known.now, zone)
    for at, row in sheet.rows("clients"):
        ref, written = sheet.value(at, row, "ref"), sheet.value(at, row, "date_of_birth")
        if not written:
            continue
        born, place = spelling.date(written), (*at, "date_of_birth")
        if born > today:
            sheet.faults.add(place, "lies in the future")
        elif not is_believable(born, today):
            sheet.faults.add(place, "cannot be right: nobody is that old")
        elif not is_adult(born, today):
            sheet.faults.add(place, "clients are adults: 18 or older")
        elif ref in known.youngest and not is_adult(born, known.youngest[ref][0]):
            on, booking = known.youngest[ref]
            sheet.faults.add(place, f"would make {ref} younger than 18 on {on}, the day of booking {booking}")


def _check_ages(sheet: Sheet, known: Known, planned: list[Planned]) -> None:
    born = dict(known.clients)
    for at, row in sheet.rows("clients"):
        if isinstance(row.get("ref"), str) and sheet.value(at, row, "date_of_birth"):
            born[row["ref"]] = spelling.date(row["date_of_birth"])
    for booking in planned:
        on, client = min(booking.booked_on, booking.session_on), booking.row["client"]
        if booking.is_blocking and client in born and not _is_adult(born[client], on):
            sheet.faults.add((*booking.path, "client"), f"{client} was not yet 18 on {on}, the day of booking")


def _check_visits(sheet: Sheet, known: Known, planned: list[Planned]) -> None:
    """What is still to come is checked in and started here, where everything that is missing is asked for."""
    for booking in planned:
        if booking.row["status"] not in TO_COME or booking.row["ref"] in known.settled:
            continue
        for name in OF_THE_VISIT:
            if booking.row.get(name):
                says = f"is for sessions that took place; one that is {booking.row['status']} is checked in and started here"
                sheet.faults.add((*booking.path, name), says)


def _is_adult(born: dt.date, on: dt.date) -> bool:
    return born <= on and is_adult(born, on)


def _check_overlaps(sheet: Sheet, known: Known, planned: list[Planned]) -> None:
    paths = {booking.row["ref"]: booking.path for booking in planned if booking.row["ref"] not in known.settled}
    busy = [booking.taken for booking in planned if booking.is_blocking and booking.row["ref"] in paths]
    busy += [taken for taken in known.taken if taken.ref not in paths]
    for resource in ("therapist", "room"):
        for one, other in _meetings(busy, resource):
            mine, met = _whose_fault(one, other, paths)
            if mine is not None:
                sheet.faults.add(
                    mine, f"overlaps booking {met.ref}: both need {resource} {getattr(met, resource)} at that time"
                )


def _whose_fault(one: Taken, other: Taken, paths: dict[str, Path]) -> tuple[Path | None, Taken]:
    """Of two bookings that meet, the one that comes later in the file; None where neither is in it."""
    if one.ref in paths and (other.ref not in paths or paths[one.ref] > paths[other.ref]):
        return paths[one.ref], other
    return paths.get(other.ref), one


def _meetings(busy: list[Taken], resource: str) -> Iterator[tuple[Taken, Taken]]:
    """For each booking that meets an earlier one of the same therapist or room: the two of them."""
    last: dict[str, Taken] = {}
    for taken in sorted(busy, key=attrgetter("busy_from_at", "busy_until_at", "ref")):
        name = getattr(taken, resource)
        if name is None:
            continue
        before = last.get(name)
        if before is not None and before.busy_until_at > taken.busy_from_at:
            yield before, taken
        if before is None or taken.busy_until_at > before.busy_until_at:
            last[name] = taken
