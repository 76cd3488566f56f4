"""What a file's values say together: names that stand twice, references to nothing, ends before beginnings.

Looks only at values whose shape is sound, so that every fault of a file is found at once. Overlaps and ages are physics.py's.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from bookings.practice_file import spelling
from bookings.practice_file.faults import Faults, Path
from practice.walltime import minutes_of_day


@dataclass(frozen=True, slots=True)
class Account:
    role: str
    therapist: str | None


@dataclass(frozen=True, slots=True)
class TypeFacts:
    """What a session type gives a booking of it."""

    buffer_before: int = 0
    buffer_after: int = 0
    prices: dict[int, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Taken:
    """A booking that keeps its time."""

    ref: str
    therapist: str
    room: str | None
    busy_from_at: dt.datetime
    busy_until_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Known:
    """What the practice has already, as far as the file speaks of it, in plain values."""

    zone: zoneinfo.ZoneInfo
    now: dt.datetime
    has_bookings: bool
    rooms: frozenset[str] = frozenset()
    session_types: dict[str, TypeFacts] = field(default_factory=dict)
    own_prices: dict[tuple[str, str, int], Decimal] = field(default_factory=dict)
    therapists: dict[str, str] = field(default_factory=dict)  # slug: address of the account
    accounts: dict[str, Account] = field(default_factory=dict)  # address: whose
    clients: dict[str, dt.date] = field(default_factory=dict)  # ref: born
    youngest: dict[str, tuple[dt.date, str]] = field(
        default_factory=dict
    )  # client: first day that asked their age, booking
    taken: tuple[Taken, ...] = ()
    here: dict[str, dict[str, Any]] = field(default_factory=dict)  # ref: the file's booking as it is here
    settled: frozenset[str] = frozenset()  # refs of those that have a life of their own here


class Sheet:
    """The sound values of a file, by place."""

    def __init__(self, tree: dict[str, Any], faults: Faults) -> None:
        self.tree = tree
        self.faults = faults

    def rows(self, name: str) -> Iterator[tuple[Path, dict[str, Any]]]:
        return self.items((), self.tree, name)

    def items(self, path: Path, row: dict[str, Any], key: str) -> Iterator[tuple[Path, Any]]:
        """The mappings in a list, and their places."""
        return ((at, item) for at, item in self._members(path, row, key) if isinstance(item, dict))

    def words(self, path: Path, row: dict[str, Any], key: str) -> Iterator[tuple[Path, str]]:
        """The sound texts in a list, and their places."""
        return (
            (at, item)
            for at, item in self._members(path, row, key)
            if isinstance(item, str) and self.faults.is_sound(at)
        )

    def _members(self, path: Path, row: dict[str, Any], key: str) -> Iterator[tuple[Path, Any]]:
        members = row.get(key)
        return (((*path, key, index), item) for index, item in enumerate(members if isinstance(members, list) else ()))

    def value(self, path: Path, row: dict[str, Any], key: str) -> Any:
        """None where it is left out or not sound."""
        return row.get(key) if self.faults.is_sound((*path, key)) else None

    def offers(self, path: Path, row: dict[str, Any]) -> Iterator[tuple[Path, str, dict[str, Any]]]:
        """A therapist's offers: the place of the session type's slug, the slug, own prices by minutes."""
        for at, item in self._members(path, row, "offers"):
            if isinstance(item, str) and self.faults.is_sound(at):
                yield at, item, {}
            elif isinstance(item, dict) and self.value(at, item, "session_type"):
                prices = item.get("prices")
                yield (*at, "session_type"), item["session_type"], prices if isinstance(prices, dict) else {}


def check(sheet: Sheet, known: Known, zone: zoneinfo.ZoneInfo) -> None:
    _check_names(sheet)
    _check_references(sheet, known)
    _check_order(sheet, zone)
    _check_accounts(sheet, known)
    _check_prices(sheet, known)
    _check_zone(sheet, known)


def zone_of(tree: dict[str, Any], faults: Faults, otherwise: zoneinfo.ZoneInfo) -> zoneinfo.ZoneInfo:
    """The zone in which the file's clock readings are meant."""
    practice = tree.get("practice")
    named = Sheet(tree, faults).value(("practice",), practice, "timezone") if isinstance(practice, dict) else None
    return zoneinfo.ZoneInfo(named) if named else otherwise


def _check_names(sheet: Sheet) -> None:
    for name, key in (
        ("pages", "slug"), ("rooms", "slug"), ("session_types", "slug"), ("therapists", "slug"), ("clients", "ref"), ("bookings", "ref"),
    ):  # fmt: skip
        _once(sheet, ((at, (*at, key), sheet.value(at, row, key)) for at, row in sheet.rows(name)))
    for at, row in sheet.rows("session_types"):
        _once(
            sheet,
            (
                (item, (*item, "minutes"), sheet.value(item, length, "minutes"))
                for item, length in sheet.items(at, row, "lengths")
            ),
        )
        _once(sheet, ((item, item, slug) for item, slug in sheet.words(at, row, "rooms")))
        _once(
            sheet,
            (
                (item, (*item, "session_type"), sheet.value(item, need, "session_type"))
                for item, need in _needs(sheet, at, row)
            ),
        )
    for at, row in sheet.rows("therapists"):
        _once(sheet, ((item, item, slug) for item, slug, _ in sheet.offers(at, row)))
        _once(
            sheet,
            ((item, (*item, "date"), sheet.value(item, on, "date")) for item, on in sheet.items(at, row, "dates")),
        )
    emails = ((at, (*at, "email"), sheet.value(at, row, "email")) for at, row in sheet.rows("therapists"))
    _once(sheet, ((at, place, email and email.lower()) for at, place, email in emails))


def _once(sheet: Sheet, named: Iterator[tuple[Path, Path, Any]]) -> None:
    seen: dict[Any, Path] = {}
    for at, place, name in named:
        if name is None:
            continue
        if name in seen:
            first = (
                ".".join(map(str, seen[name][-2:])) if len(seen[name]) < 2 else f"{seen[name][-2]}[{seen[name][-1]}]"
            )
            sheet.faults.add(place, f"{name} stands already at {first}")
        seen.setdefault(name, at)


def _needs(sheet: Sheet, at: Path, row: dict[str, Any]) -> Iterator[tuple[Path, Any]]:
    requires = row.get("requires")
    return sheet.items((*at, "requires"), requires, "completed") if isinstance(requires, dict) else iter(())


def _check_references(sheet: Sheet, known: Known) -> None:
    rooms = known.rooms | _named(sheet, "rooms", "slug")
    types = known.session_types.keys() | _named(sheet, "session_types", "slug")
    therapists = known.therapists.keys() | _named(sheet, "therapists", "slug")
    clients = known.clients.keys() | _named(sheet, "clients", "ref")

    def look(place: Path, name: str | None, there: Any, what: str) -> None:
        if name is not None and name not in there:
            sheet.faults.add(place, f"there is no {what} {name}")

    for at, row in sheet.rows("session_types"):
        for item, slug in sheet.words(at, row, "rooms"):
            look(item, slug, rooms, "room")
        for item, need in _needs(sheet, at, row):
            look((*item, "session_type"), sheet.value(item, need, "session_type"), types, "session type")
    for at, row in sheet.rows("therapists"):
        for item, slug, _ in sheet.offers(at, row):
            look(item, slug, types, "session type")
    for at, row in sheet.rows("closures"):
        look((*at, "room"), sheet.value(at, row, "room"), rooms, "room")
    asked = (
        ("client", clients, "client"),
        ("therapist", therapists, "therapist"),
        ("session_type", types, "session type"),
        ("room", rooms, "room"),
    )
    for at, row in sheet.rows("bookings"):
        for key, there, what in asked:
            look((*at, key), sheet.value(at, row, key), there, what)


def _named(sheet: Sheet, name: str, key: str) -> set[str]:
    """Also names that stand twice: what refers to them is not at fault."""
    return {row[key] for _, row in sheet.rows(name) if isinstance(row.get(key), str)}


def _check_order(sheet: Sheet, zone: zoneinfo.ZoneInfo) -> None:
    for at, row in sheet.rows("therapists"):
        for item, hours in sheet.items(at, row, "hours"):
            _check_window(sheet, item, hours)
            first, last = sheet.value(item, hours, "valid_from"), sheet.value(item, hours, "valid_until")
            if first and last and first > last:
                sheet.faults.add((*item, "valid_until"), "lies before valid_from")
        for item, on in sheet.items(at, row, "dates"):
            for place, window in sheet.items(item, on, "hours"):
                _check_window(sheet, place, window)
        for item, away in sheet.items(at, row, "time_off"):
            _check_period(sheet, item, away, zone)
    for at, row in sheet.rows("closures"):
        _check_period(sheet, at, row, zone)


def _check_window(sheet: Sheet, at: Path, row: dict[str, Any]) -> None:
    opens, closes = sheet.value(at, row, "from"), sheet.value(at, row, "to")
    if opens and closes and minutes_of_day(opens) >= minutes_of_day(closes):
        sheet.faults.add((*at, "to"), "must be later than from")


def _check_period(sheet: Sheet, at: Path, row: dict[str, Any], zone: zoneinfo.ZoneInfo) -> None:
    begins, ends = sheet.value(at, row, "from"), sheet.value(at, row, "to")
    if begins and ends and spelling.instant(begins, zone) >= spelling.instant(ends, zone):
        sheet.faults.add((*at, "to"), "must be later than from")


def _check_accounts(sheet: Sheet, known: Known) -> None:
    """Who signs in as a therapist is decided with care: a file gives nobody's existing account more than it has."""
    for at, row in sheet.rows("therapists"):
        slug, email = sheet.value(at, row, "slug"), sheet.value(at, row, "email")
        if not email:
            continue
        own, account = known.therapists.get(slug or "", ""), known.accounts.get(email.lower())
        if own and own != email.lower():
            sheet.faults.add((*at, "email"), f"{slug} signs in with another address; change it in the account itself")
        elif account and account.therapist not in (None, slug):
            sheet.faults.add((*at, "email"), f"belongs to the account of therapist {account.therapist}")
        elif account and account.role not in ("owner", "therapist"):
            sheet.faults.add(
                (*at, "email"), "belongs to an account that is not a therapist's; give that account the role first"
            )


def _check_prices(sheet: Sheet, known: Known) -> None:
    """A therapist's own price is for a length that the session type has."""
    lengths: dict[str, set[int]] = {slug: set(facts.prices) for slug, facts in known.session_types.items()}
    for at, row in sheet.rows("session_types"):
        named = {
            length.get("minutes")
            for _, length in sheet.items(at, row, "lengths")
            if isinstance(length.get("minutes"), int)
        }
        if isinstance(row.get("slug"), str):
            lengths.setdefault(row["slug"], set()).update(named)
    for at, row in sheet.rows("therapists"):
        for item, slug, prices in sheet.offers(at, row):
            for minutes in prices:
                if slug in lengths and not (
                    minutes.isascii() and minutes.isdecimal() and len(minutes) < 5 and int(minutes) in lengths[slug]
                ):
                    sheet.faults.add((*item[:-1], "prices", minutes), f"{slug} has no length of that many minutes")


def _check_zone(sheet: Sheet, known: Known) -> None:
    practice = sheet.tree.get("practice")
    zone = sheet.value(("practice",), practice, "timezone") if isinstance(practice, dict) else None
    if zone and known.has_bookings and zone != known.zone.key:
        sheet.faults.add(
            ("practice", "timezone"), f"the practice has bookings in {known.zone.key} already, so its zone stays"
        )
