"""What the practice has already, as far as a file speaks of it, in the plain values that the checks ask for. Only reads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db.models.functions import Least

from accounts.models import User
from bookings.models import BLOCKING, Booking, BookingChange, OfferPrice, Room, SessionType, Therapist, Way
from bookings.practice_file import current, spelling
from bookings.practice_file.sense import Account, Known, Sheet, Taken, TypeFacts
from clients.models import Client
from practice.models import Practice

CHUNK = 500
DAY = dt.timedelta(days=1)


def load(sheet: Sheet, now: dt.datetime) -> Known:
    zone = Practice.objects.current().zone
    here = {
        booking.ref: booking
        for booking in _in_chunks(
            _texts(sheet, "bookings", "ref"), lambda refs: current.bookings().filter(ref__in=refs)
        )
    }
    clients = _clients(sheet)
    return Known(
        zone=zone,
        now=now,
        has_bookings=Booking.objects.exists(),
        rooms=frozenset(Room.objects.values_list("slug", flat=True)),
        session_types={kind.slug: _facts(kind) for kind in SessionType.objects.prefetch_related("lengths")},
        own_prices=_own_prices(),
        therapists={
            each.slug: each.user.email if each.user else "" for each in Therapist.objects.select_related("user")
        },
        accounts=_accounts(sheet),
        clients=clients,
        youngest=_youngest(sheet, clients),
        taken=tuple(_taken(sheet, now)),
        here={ref: current.booking_row(booking, zone) for ref, booking in here.items()},
        settled=_settled(here.values()),
    )


def _texts(sheet: Sheet, section: str, key: str) -> list[str]:
    return sorted({row[key] for _, row in sheet.rows(section) if isinstance(row.get(key), str)})


def _in_chunks(names: Sequence[Any], ask: Any) -> Iterator[Any]:
    for first in range(0, len(names), CHUNK):
        yield from ask(names[first : first + CHUNK])


def _facts(kind: SessionType) -> TypeFacts:
    prices = {length.minutes: length.price for length in kind.lengths.all()}
    return TypeFacts(kind.buffer_before_minutes, kind.buffer_after_minutes, prices)


def _own_prices() -> dict[tuple[str, str, int], Any]:
    rows = OfferPrice.objects.values_list(
        "offer__therapist__slug", "offer__session_type__slug", "length__minutes", "price"
    )
    return {(therapist, kind, minutes): price for therapist, kind, minutes, price in rows}


def _accounts(sheet: Sheet) -> dict[str, Account]:
    emails = [email.lower() for email in _texts(sheet, "therapists", "email")]
    users = _in_chunks(emails, lambda some: User.objects.filter(email__in=some).select_related("therapist"))
    return {
        user.email: Account(user.role, user.therapist.slug if hasattr(user, "therapist") else None) for user in users
    }


def _clients(sheet: Sheet) -> dict[str, dt.date]:
    refs = sorted({*_texts(sheet, "clients", "ref"), *_texts(sheet, "bookings", "client")})
    return dict(_in_chunks(refs, lambda some: Client.objects.filter(ref__in=some).values_list("ref", "date_of_birth")))


def _youngest(sheet: Sheet, clients: dict[str, dt.date]) -> dict[str, tuple[dt.date, str]]:
    """Of clients whose birth date the file changes: the first day on which one of their bookings asked their age."""
    changed = [row["ref"] for at, row in sheet.rows("clients") if _changes_birth(sheet, at, row, clients)]
    asked = (
        Booking.objects.filter(status__in=BLOCKING)
        .annotate(on=Least("booked_on", "session_on"))
        .order_by("-on", "-ref")
    )
    rows = _in_chunks(changed, lambda some: asked.filter(client__ref__in=some).values_list("client__ref", "on", "ref"))
    return {client: (on, ref) for client, on, ref in rows}


def _changes_birth(sheet: Sheet, at: Any, row: dict[str, Any], clients: dict[str, dt.date]) -> bool:
    ref, written = sheet.value(at, row, "ref"), sheet.value(at, row, "date_of_birth")
    return bool(written) and ref in clients and spelling.date(written) != clients[ref]


def _taken(sheet: Sheet, now: dt.datetime) -> Iterator[Taken]:
    """Bookings here from the first day that the file books to its last."""
    starts = [
        spelling.wall_clock(row["start"]).replace(tzinfo=dt.UTC)
        for at, row in sheet.rows("bookings")
        if sheet.value(at, row, "start")
    ]
    if not starts:
        return
    rows = Booking.objects.blocking(now).meeting(min(starts) - 2 * DAY, max(starts) + 3 * DAY)
    names = ("ref", "therapist__slug", "room__slug", "busy_from_at", "busy_until_at")
    yield from (Taken(*row) for row in rows.order_by().values_list(*names).iterator())


def _settled(here: Iterable[Booking]) -> frozenset[str]:
    """Those that somebody made or changed here: they have a life of their own, which no file overrules."""
    known = {booking.pk: booking.ref for booking in here}
    lived = {booking.ref for booking in here if booking.made_via != Way.IMPORT}
    touched = _in_chunks(
        sorted(known),
        lambda some: (
            BookingChange.objects.filter(booking__in=some).exclude(via=Way.IMPORT).values_list("booking", flat=True)
        ),
    )
    return frozenset(lived | {known[pk] for pk in touched})
