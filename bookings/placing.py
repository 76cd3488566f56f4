"""Taking a time: lock, then look, then write. The only way in which a booking row gets its therapist, room and times.

Locks are taken in one order everywhere: client, therapists by key, rooms by key. SQLite has none to take, since a
write transaction there is alone from its start.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ParamSpec, TypeVar

from django.db import IntegrityError, OperationalError, connection, models, transaction
from django.db.models import F

from bookings import constraints, diary
from bookings.availability import Reason
from bookings.diary import Ask, Place
from bookings.errors import Busy, NotGiven, NotOffered, SlotTaken, UnderAge
from bookings.models import Booking, BookingChange, Length, Room, SessionType, Status, Therapist, Way
from clients.models import Client
from practice.models import Practice
from practice.prepared import Prepared

Rooms = Callable[[list[Room]], list[Room]]
"""Which of a session type's rooms may be taken, and in what order."""

P = ParamSpec("P")
R = TypeVar("R")

POLICY = frozenset(reason for reason in Reason if not reason.is_taken)
"""What staff may override with a reason."""

NOTHING: frozenset[Reason] = frozenset()

CENT = Decimal("0.01")

# In SQL, since every booking comes here: building these two anew each time cost more than the rest of the look.
THERAPISTS = """
SELECT {t}, p.price FROM bookings_therapist t
JOIN bookings_offer o ON o.therapist_id = t.id AND o.session_type_id = %(session_type)s
LEFT JOIN bookings_offerprice p ON p.offer_id = o.id AND p.length_id = %(length)s
WHERE t.active AND (CAST(%(only)s AS bigint) IS NULL OR t.id = %(only)s) ORDER BY t.id
"""
ROOMS = """
SELECT {r}, u."order" FROM bookings_room r JOIN bookings_sessiontyperoom u ON u.room_id = r.id
WHERE u.session_type_id = %(session_type)s ORDER BY r.id
"""

JUDGED_AT_THE_HOLD = frozenset({Reason.TOO_SOON, Reason.TOO_FAR})


@dataclass(frozen=True, slots=True)
class Wish:
    """One client, a length of a session type, a start; `therapist` None means any. `lapsed` is a hold that ran out, whose
    price and terms the client saw; `practice` may be given where it was read just now."""

    client: Client
    length: Length
    starts_at: dt.datetime
    therapist: Therapist | None = None
    lapsed: Booking | None = None
    practice: Practice | None = None
    room: Room | None = None
    """Where staff mean one; the first free one otherwise."""

    @property
    def session_type(self) -> SessionType:
        return self.length.session_type


def taking_time(verb: Callable[P, R]) -> Callable[P, R]:
    """Runs a verb of a booking's life in a transaction, once more if the database found the time taken, broke a deadlock
    or gave up waiting. The rows it was given are then as they were read, so that an old reading stays an old one.

    Raises SlotTaken for an overlap, UnderAge, and Busy where the database gave up waiting again.
    """

    @functools.wraps(verb)
    def settled(*args: P.args, **kwargs: P.kwargs) -> R:
        as_read = [(each, dict(each.__dict__)) for each in args if isinstance(each, models.Model)]
        try:
            return _once(verb, *args, **kwargs)
        except (SlotTaken, Busy) as trouble:
            if trouble.__cause__ is None:
                raise
            for row, fields in as_read:
                row.__dict__.update(fields)
            return _once(verb, *args, **kwargs)

    return settled


def _once(verb: Callable[..., R], *args: Any, **kwargs: Any) -> R:
    try:
        with transaction.atomic():
            return verb(*args, **kwargs)
    except IntegrityError as error:
        guard = constraints.broken_guard(error)
        if guard in constraints.OVERLAPS:
            raise SlotTaken from error
        if guard == constraints.ADULT:
            raise UnderAge from error
        raise
    except OperationalError as error:
        raise Busy from error


def lock_therapists(session_type: SessionType, length: Length, therapist: Therapist | None) -> list[Therapist]:
    """Those who give it (or the one asked for), locked by key, each with `own_price`; in their order. Raises NotGiven."""
    asked = {"session_type": session_type.pk, "length": length.pk, "only": therapist and therapist.pk}
    givers = [_with_own_price(*row) for row in _therapists(_locking("t")).all(asked)]
    if not givers:
        raise NotGiven(
            "therapist",
            "This therapist does not give that session." if therapist else "Nobody gives that session at present.",
        )
    return sorted(givers, key=lambda each: each.order)


def _with_own_price(therapist: Therapist, price: Decimal | float | None) -> Therapist:
    therapist.own_price = None if price is None else Decimal(str(price)).quantize(CENT)
    return therapist


@functools.cache
def _therapists(locking: str) -> Prepared:
    return Prepared(THERAPISTS + locking, t=Therapist)


@functools.cache
def _rooms(locking: str) -> Prepared:
    return Prepared(ROOMS + locking, r=Room)


def _locking(table: str) -> str:
    return f" FOR NO KEY UPDATE OF {table}" if connection.features.has_select_for_update else ""


def lock_client(client: Client) -> None:
    """Two of one client's holds cannot be counted at the same moment."""
    if connection.features.has_select_for_update:
        Client.objects.select_for_update(no_key=True).values_list("pk").get(pk=client.pk)


def lock_for_move(booking: Booking, therapist: Therapist) -> None:
    """Locks the therapists it leaves and comes to, by key: two moves that swap wait in one order. Raises NotGiven."""
    gives = therapist.active and therapist.offers.filter(session_type=booking.session_type).exists()
    if therapist.pk != booking.therapist_id and not gives:
        raise NotGiven("therapist", "This therapist does not give that session.")
    if connection.features.has_select_for_update:
        both = Therapist.objects.filter(pk__in={booking.therapist_id, therapist.pk}).order_by("pk")
        list(both.select_for_update(no_key=True).values_list("pk"))


def lock_rooms(session_type: SessionType) -> list[Room]:
    """The session type's rooms in its order, locked by key."""
    rooms = _rooms(_locking("r")).all({"session_type": session_type.pk})
    return [room for room, _ in sorted(rooms, key=lambda each: each[1])]


def only_in(room: Room) -> Rooms:
    """This room or none. Raises NotGiven where the session is not given in it."""

    def chosen(rooms: list[Room]) -> list[Room]:
        if room not in rooms:
            raise NotGiven("room", f"This session is not given in the room “{room}”.")
        return [room]

    return chosen


def first_in(room: Room | None) -> Rooms:
    """This room before the others, where it is one of them."""
    return lambda rooms: sorted(rooms, key=lambda each: each != room)


def find(
    ask: Ask, therapists: Sequence[Therapist], start: dt.datetime, *, by: Any, ignoring: frozenset[Reason]
) -> Place:
    """A therapist and room for this start; moves lapsed holds it meets to `expired` first. Raises SlotTaken, NotOffered."""
    if start.second or start.microsecond:
        raise NotOffered([Reason.OFF_GRID])
    found, rows = diary.places(ask, therapists, start)
    expire_lapsed(rows.lapsed, by=by, now=ask.now)
    for place in found:
        if ignoring.issuperset(place.reasons):
            return place
    best = min(
        (place.reasons for place in found), key=lambda reasons: (_is_only_taken(reasons, ignoring), len(reasons))
    )
    left = [reason for reason in best if reason not in ignoring]
    raise SlotTaken if all(reason.is_taken for reason in left) else NotOffered(left)


def _is_only_taken(reasons: list[Reason], ignoring: frozenset[Reason]) -> bool:
    """Sorts a therapist who is merely taken before one who would not do anyway."""
    return not all(reason.is_taken for reason in reasons if reason not in ignoring)


def expire_lapsed(pks: Sequence[int], *, by: Any, now: dt.datetime) -> int:
    """Moves these holds, where they ran out by `now`, to `expired`; gives how many."""
    moved = 0
    for pk in pks:
        lapsed = Booking.objects.filter(pk=pk, status=Status.HELD, hold_ends_at__lte=now)
        if lapsed.update(status=Status.EXPIRED, version=F("version") + 1):
            moved += 1
            BookingChange.objects.create(
                booking_id=pk,
                at=now,
                by=by,
                via=Way.CLOCK,
                what="hold_lapsed",
                before=Status.HELD,
                after=Status.EXPIRED,
            )
    return moved


def times(session_type: SessionType, minutes: int, start: dt.datetime) -> dict[str, dt.datetime]:
    """The four instants of a booking; minutes elapse, also across a clock change."""
    end = start + dt.timedelta(minutes=minutes)
    return {
        "starts_at": start,
        "ends_at": end,
        "busy_from_at": start - dt.timedelta(minutes=session_type.buffer_before_minutes),
        "busy_until_at": end + dt.timedelta(minutes=session_type.buffer_after_minutes),
    }
