"""Plans the messages that follow from a change of a booking, in that change's transaction; says nothing itself.

Several quick changes become one message, about how it ended and after what the client was last told. What goes out ahead
of a session moves with it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from django.conf import settings

from bookings import quiet, told
from bookings.kinds import (
    AFTERCARE,
    APPROVED,
    CANCELLED,
    CONFIRMED,
    DECLINED,
    EXPIRED,
    FORMS_MISSING,
    LENGTH_CHANGED,
    MOVE_DECLINED,
    MOVE_REQUESTED,
    MOVED,
    NOT_ANSWERED,
    PREPARATION,
    PROPOSED,
    REMINDER,
    REQUESTED,
    STANDING,
    TO_ANSWER,
    TO_LOOK_AT,
    TO_THERAPIST,
    WAITING,
    group_of,
)
from bookings.models import Booking, Status
from bookings.permissions import who_answers
from clients import reach
from outbox import planning
from outbox.models import Message, State
from practice import spans
from practice.models import Practice

KEEP_TRYING = dt.timedelta(days=1)
PREPARE = dt.timedelta(days=1)
"""What is good to know before a session comes the day before it."""
TOO_LATE_TO_PREPARE = dt.timedelta(hours=2)
AFTER = dt.timedelta(hours=2)
"""What is good to know after a session comes so long after it."""
AFTERCARE_KEEPS = dt.timedelta(days=2)

KINDS = (
    CONFIRMED, REQUESTED, APPROVED, DECLINED, PROPOSED, MOVED, LENGTH_CHANGED, MOVE_REQUESTED, MOVE_DECLINED, CANCELLED,
    EXPIRED, REMINDER, PREPARATION, AFTERCARE, FORMS_MISSING, TO_ANSWER, NOT_ANSWERED, WAITING, TO_LOOK_AT,
)  # fmt: skip


def about(booking: Booking) -> str:
    return f"booking:{booking.pk}"


def grace() -> dt.timedelta:
    """A change is told after this long, so that several become one message and a slip can be undone unseen."""
    return dt.timedelta(seconds=settings.MESSAGE_GRACE)


def announce(
    booking: Booking, *kinds: str, practice: Practice, now: dt.datetime, anew: bool = True, at_once: bool = False
) -> None:
    """Takes back what was planned about the booking's earlier versions and plans what is to be said of the present one.

    `kinds` is what this change comes to by itself: what is for the client becomes the one message that says how it stands
    after what they know. `anew` False says that nothing can have been planned before; `at_once`, that they just booked
    and look for it. A confirmed booking gets what goes out ahead of it too.
    """
    if anew:
        planning.cancel(about(booking), but_not=[FORMS_MISSING])
        kinds = _folded(booking, kinds, now)
    due_at = now if at_once else now + grace()
    said = [message for kind in kinds for message in to_somebody(booking, kind, due_at, now)]
    planning.plan(said + ahead_of([booking], practice, now, is_first=not anew))


def announce_silence(booking: Booking, kind: str, answer_by_at: dt.datetime | None, now: dt.datetime) -> None:
    """Nobody answered by then: both sides are told, unless they may have been before a backup was put back."""
    kinds = (kind, NOT_ANSWERED)
    announce(booking, *kinds, practice=Practice.objects.current(), now=now)
    planning.expire_if_restored(about(booking), kinds, answer_by_at)


def remind(bookings: Sequence[Booking], *, practice: Practice, now: dt.datetime) -> None:
    """Plans what goes out ahead alone, for bookings about which nothing can have been planned before."""
    planning.plan(ahead_of(bookings, practice, now))


def follow_up(booking: Booking, *, now: dt.datetime) -> None:
    """After a session that took place: what is good to know then, once, in the waking hours."""
    ended_at = booking.ended_at or booking.ends_at
    if not booking.session_type.aftercare or now > ended_at + AFTERCARE_KEEPS:
        return
    due_at = quiet.awake(max(ended_at + AFTER, now), Practice.objects.current().zone)
    rows = to_somebody(booking, AFTERCARE, due_at, now, key=f"{about(booking)}:{AFTERCARE}")
    planning.plan_once(rows, was_due_at=ended_at + AFTER)


def _folded(booking: Booking, kinds: Iterable[str], now: dt.datetime) -> tuple[str, ...]:
    others = [kind for kind in kinds if kind not in STANDING]
    if len(others) < len(tuple(kinds)) and (kind := told.due(booking, grace=grace(), now=now)):
        return (kind, *others)
    return tuple(others)


def ahead_of(
    bookings: Sequence[Booking], practice: Practice, now: dt.datetime, *, is_first: bool = True
) -> list[Message]:
    """Reminders, and what is good to know before, for those that are confirmed and to come."""
    return [
        message
        for booking in bookings
        if booking.status == Status.CONFIRMED and booking.starts_at > now
        for message in reminders_of(booking, practice, now) + _preparation(booking, practice, now, is_first=is_first)
    ]


def reminders_of(booking: Booking, practice: Practice, now: dt.datetime) -> list[Message]:
    """Each until the next one is due: two at once would say the same."""
    times = spans.several(booking.session_type.reminders or practice.reminders)
    found = quiet.reminders(booking.starts_at, times, practice.zone, now)
    until = [at for _, at in found[1:]] + [booking.starts_at]
    return [
        message
        for (span, at), end in zip(found, until, strict=False)
        for message in to_somebody(booking, REMINDER, at, now, key=_reminder_key(booking, span), expires_at=end)
    ]


def _reminder_key(booking: Booking, span: dt.timedelta) -> str:
    return f"{about(booking)}:{REMINDER}:{booking.version}:{span // dt.timedelta(minutes=1)}m"


def _preparation(booking: Booking, practice: Practice, now: dt.datetime, *, is_first: bool) -> list[Message]:
    if not booking.session_type.preparation or booking.starts_at - now < TOO_LATE_TO_PREPARE:
        return []
    sent = Message.objects.filter(about=about(booking), kind=PREPARATION, sent_at__isnull=False)
    if not is_first and sent.exists():
        return []
    due_at = quiet.due(booking.starts_at, PREPARE, practice.zone, now) or now + grace()
    return to_somebody(booking, PREPARATION, due_at, now)


def to_somebody(
    booking: Booking,
    kind: str,
    due_at: dt.datetime,
    now: dt.datetime,
    *,
    key: str = "",
    expires_at: dt.datetime | None = None,
) -> list[Message]:
    """Unsaved rows: to the therapist, or to the client by each way they chose for it. Of what changes a booking, who wants
    no contact keeps a row that says so."""
    made = planning.draft(
        kind,
        recipient="",
        whom="",
        about=about(booking),
        key=key or f"{about(booking)}:{kind}:{booking.version}",
        due_at=due_at,
        expires_at=expires_at or _expiry(booking, kind, due_at),
        now=now,
    )
    made.version = booking.version
    return _to_therapist(made, booking) if kind in TO_THERAPIST else _to_client(made, booking)


def _to_therapist(message: Message, booking: Booking) -> list[Message]:
    """To the owners where the therapist has no account: a request that nobody hears of would only expire."""
    return [planning.to_user(message, user) for user in who_answers(booking.therapist)]


def _to_client(message: Message, booking: Booking) -> list[Message]:
    client, group = booking.client, group_of(message.kind)
    message.user_id, message.whom = client.user_id, f"client:{client.pk}"
    ways = reach.ways_in_time(client, group, message)
    if not ways and group == reach.BOOKING:
        message.recipient = client.email
        return [planning.not_to_go(message, State.CANCELLED, reach.REFUSED)]
    return [planning.by(message, way.channel, way.address) for way in ways]


def _expiry(booking: Booking, kind: str, due_at: dt.datetime) -> dt.datetime:
    """What speaks of a session to come is not sent after it began; the rest is worth trying for a day."""
    if kind in (CANCELLED, DECLINED, EXPIRED, MOVE_DECLINED, NOT_ANSWERED):
        return due_at + KEEP_TRYING
    if kind == AFTERCARE:
        return due_at + AFTERCARE_KEEPS
    return max(booking.starts_at, due_at + dt.timedelta(seconds=1))


def take_back_cancellation(booking: Booking, now: dt.datetime) -> bool:
    """Whether the client has not been told yet; if so, they will not be."""
    cancelling = Message.objects.filter(about=about(booking), kind=CANCELLED, version=booking.version)
    if not cancelling.exists():
        return booking.cancelled_at is not None and now < booking.cancelled_at + grace()
    return planning.cancel(about(booking), kinds=[CANCELLED]) > 0
