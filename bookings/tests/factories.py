"""What is offered, when, and who comes, as rows for tests.

Each row that is not given is made new, so two bookings never meet unless a test shares their therapist or room.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from itertools import count
from typing import Any

from accounts.models import Role
from accounts.tests.factories import make_user
from bookings.models import (
    Booking,
    Closure,
    DateHours,
    Length,
    Offer,
    OfferPrice,
    Prerequisite,
    Room,
    SessionType,
    SessionTypeRoom,
    Status,
    Therapist,
    TimeOff,
    Way,
    WeeklyHours,
)
from clients.tests.factories import make_client
from practice.models import Practice
from practice.walltime import from_wall, local_date, minutes_of_day

NOW = dt.datetime(2026, 6, 1, 8, 0, tzinfo=dt.UTC)
"""Monday 1 June 2026, 09:00 in London: the “now” of tests that pass one."""

_number = count(1)


def at(text: str) -> dt.datetime:
    """“2026-06-04 10:00” on the practice's wall clock, as an instant."""
    return from_wall(dt.datetime.fromisoformat(text), Practice.objects.current().zone)


def make_room(**overrides: Any) -> Room:
    number = next(_number)
    return Room.objects.create(**({"slug": f"room-{number}", "name": f"Room {number}"} | overrides))


def make_session_type(
    *,
    lengths: dict[int, str] | None = None,
    rooms: Iterable[Room] | None = None,
    therapists: Iterable[Therapist] = (),
    **overrides: Any,
) -> SessionType:
    """Sixty minutes for 70.00 in a room of its own; `lengths={60: "70.00"}`, `rooms=[]` needs none."""
    number = next(_number)
    made = SessionType.objects.create(
        **({"slug": f"session-{number}", "name": f"Relaxing massage {number}"} | overrides)
    )
    for minutes, price in (lengths or {60: "70.00"}).items():
        make_length(made, minutes=minutes, price=price)
    for order, room in enumerate([make_room()] if rooms is None else rooms):
        SessionTypeRoom.objects.create(session_type=made, room=room, order=order)
    for therapist in therapists:
        make_offer(therapist, made)
    return made


def make_length(session_type: SessionType, *, minutes: int = 60, price: str = "70.00") -> Length:
    return Length.objects.create(session_type=session_type, minutes=minutes, price=Decimal(price))


def make_prerequisite(session_type: SessionType, completed: SessionType, *, count: int = 1) -> Prerequisite:
    return Prerequisite.objects.create(session_type=session_type, completed=completed, count=count)


def make_therapist(*, offers: Iterable[SessionType] = (), **overrides: Any) -> Therapist:
    """A therapist with an account; `user=None` for one without."""
    number = next(_number)
    fields: dict[str, Any] = {"slug": f"therapist-{number}", "name": f"Mara {number}"} | overrides
    if "user" not in fields:
        fields["user"] = make_user(name=fields["name"], role=Role.THERAPIST)
    therapist = Therapist.objects.create(**fields)
    for session_type in offers:
        make_offer(therapist, session_type)
    return therapist


def make_therapist_at_work(
    *, opens: str = "09:00", closes: str = "18:00", weekdays: Iterable[int] = range(7), **overrides: Any
) -> Therapist:
    """A therapist with the same weekly hours on each of the weekdays (Monday is 0)."""
    therapist = make_therapist(**overrides)
    for weekday in weekdays:
        make_weekly_hours(therapist, weekday=weekday, opens=opens, closes=closes)
    return therapist


def make_offer(therapist: Therapist, session_type: SessionType, *, prices: dict[int, str] | None = None) -> Offer:
    """`prices={60: "75.00"}` is the therapist's own price for a length."""
    offer = Offer.objects.create(therapist=therapist, session_type=session_type)
    for minutes, price in (prices or {}).items():
        OfferPrice.objects.create(offer=offer, length=session_type.lengths.get(minutes=minutes), price=Decimal(price))
    return offer


def make_weekly_hours(
    therapist: Therapist, *, weekday: int = 0, opens: str = "09:00", closes: str = "18:00", **overrides: Any
) -> WeeklyHours:
    return WeeklyHours.objects.create(
        therapist=therapist, weekday=weekday, opens=minutes_of_day(opens), closes=minutes_of_day(closes), **overrides
    )


def make_date_hours(
    therapist: Therapist, on: dt.date, *, opens: str | None = None, closes: str | None = None
) -> DateHours:
    """Without times it is a day off."""
    return DateHours.objects.create(
        therapist=therapist,
        on=on,
        opens=None if opens is None else minutes_of_day(opens),
        closes=None if closes is None else minutes_of_day(closes),
    )


def make_time_off(therapist: Therapist, starts_at: dt.datetime, ends_at: dt.datetime) -> TimeOff:
    return TimeOff.objects.create(therapist=therapist, starts_at=starts_at, ends_at=ends_at)


def make_closure(starts_at: dt.datetime, ends_at: dt.datetime, *, room: Room | None = None) -> Closure:
    return Closure.objects.create(room=room, starts_at=starts_at, ends_at=ends_at)


def make_booking(**overrides: Any) -> Booking:
    """A confirmed hour from Thursday 4 June 2026, 10:00 in London, written past the lifecycle.

    What follows from other fields (end, busy interval, days, price, terms) is reckoned unless given.
    """
    practice = Practice.objects.current()
    fields: dict[str, Any] = {
        "starts_at": at("2026-06-04 10:00"),
        "status": Status.CONFIRMED,
        "created_at": NOW,
    } | overrides
    if "session_type" not in fields:
        fields["session_type"] = make_session_type()
    session_type = fields["session_type"]
    if "client" not in fields:
        fields["client"] = make_client()
    if "therapist" not in fields:
        fields["therapist"] = make_therapist(offers=[session_type])
    length = session_type.lengths.first()
    choice = session_type.room_choices.first()
    fields.setdefault("minutes", length.minutes if length else 60)
    ends_at = fields["starts_at"] + dt.timedelta(minutes=fields["minutes"])
    reckoned: dict[str, Any] = {
        "ref": f"b-test{next(_number)}",
        "room": choice and choice.room,
        "ends_at": ends_at,
        "busy_from_at": fields["starts_at"] - dt.timedelta(minutes=session_type.buffer_before_minutes),
        "busy_until_at": ends_at + dt.timedelta(minutes=session_type.buffer_after_minutes),
        "session_on": local_date(fields["starts_at"], practice.zone),
        "booked_on": local_date(fields["created_at"], practice.zone),
        "made_via": Way.WEB,
        "price": length.price if length else Decimal("70.00"),
        "currency": practice.currency,
        "cancellation_notice": practice.cancellation_notice,
        "reschedule_notice": practice.reschedule_notice,
        "late_fee_percent": practice.late_fee_percent,
        "no_show_fee_percent": practice.no_show_fee_percent,
    }
    if fields["status"] == Status.HELD:
        reckoned["hold_ends_at"] = fields["created_at"] + dt.timedelta(minutes=10)
    return Booking.objects.create(**(reckoned | fields))
