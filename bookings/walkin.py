"""Somebody stands at the door and would like a session now: booked at the clock's present place on the grid.

One verb beside those of `lifecycle`, through which it books. Of what speaks against a start only its short notice is set
aside by that; hours and limits need an override with a reason like any, and physics stands.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from accounts.models import User
from bookings import elsewhere, lifecycle
from bookings.availability import Reason
from bookings.errors import NotGiven, ReasonNeeded
from bookings.models import Booking, Length, Therapist, Way
from bookings.placing import Wish, taking_time
from clients import records
from clients.models import Client
from practice.models import Practice

WALK_IN = "Walk-in"
MOVED_ON = "The clock has moved on. Please choose the start once more."
SHORT_NOTICE = frozenset({Reason.TOO_SOON})


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody who has never been here."""

    name: str
    date_of_birth: dt.date
    email: str = ""
    phone: str = ""
    heard_from: str = ""


def starts(practice: Practice, now: dt.datetime) -> Sequence[dt.datetime]:
    """The start that the clock has reached on the practice's grid, and the next one."""
    local = now.astimezone(practice.zone)
    past = dt.timedelta(
        minutes=(local.hour * 60 + local.minute) % practice.slot_step_minutes,
        seconds=local.second,
        microseconds=local.microsecond,
    )
    present = now - past
    return [present, _next(present, practice)]


def _next(present: dt.datetime, practice: Practice) -> dt.datetime:
    """A step on, or sooner where a new day, or a change of the clock, begins the grid anew."""
    for minutes in range(1, practice.slot_step_minutes + 1):
        local = (present + dt.timedelta(minutes=minutes)).astimezone(practice.zone)
        if (local.hour * 60 + local.minute) % practice.slot_step_minutes == 0:
            return present + dt.timedelta(minutes=minutes)
    return present + dt.timedelta(minutes=practice.slot_step_minutes)


@taking_time
def walk_in(
    who: Client | Newcomer,
    length: Length,
    starts_at: dt.datetime,
    *,
    by: User,
    now: dt.datetime,
    therapist: Therapist | None = None,
    override: bool = False,
    why: str = "",
) -> Booking:
    """Writes down somebody new, and books for who is here at one of `starts`, confirmed at once; refused, neither is kept.
    Who stands here has one session now, with or without a reason: sent twice it is booked once.
    Raises NotGiven for another start, Elsewhere, and what `lifecycle.book` raises."""
    practice = Practice.objects.current()
    if starts_at not in starts(practice, now):
        raise NotGiven("starts_at", MOVED_ON)
    if override and not why.strip():
        raise ReasonNeeded
    client = records.enter(**asdict(who), now=now) if isinstance(who, Newcomer) else who
    reason = f"{WALK_IN}: {why.strip()}" if override else WALK_IN
    wish = Wish(client, length, starts_at, therapist)
    how: dict[str, Any] = {"override": override, "why": reason, "ignoring": SHORT_NOTICE}
    return lifecycle.book(
        wish,
        by=by,
        now=now,
        via=Way.STAFF,
        then=lambda made: elsewhere.refuse_twin(made, by=by, practice=practice),
        **how,
    )
