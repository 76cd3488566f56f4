"""Plans the messages that follow from a change of a booking, in that change's transaction; says nothing itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from bookings.models import Booking
from outbox import planning
from outbox.models import Message
from practice import spans
from practice.models import Practice

UNDO = dt.timedelta(minutes=2)
"""A cancellation is told after this long, so that a slip can be undone unseen."""

KEEP_TRYING = dt.timedelta(days=1)

CONFIRMED = "booking_confirmed"
REQUESTED = "booking_requested"
APPROVED = "booking_approved"
DECLINED = "booking_declined"
PROPOSED = "booking_proposed"
MOVED = "booking_moved"
MOVE_REQUESTED = "booking_move_requested"
MOVE_DECLINED = "booking_move_declined"
CANCELLED = "booking_cancelled"
EXPIRED = "booking_expired"
REMINDER = "booking_reminder"
TO_ANSWER = "booking_to_answer"
NOT_ANSWERED = "booking_not_answered"
WAITING = "booking_waiting"
TO_LOOK_AT = "booking_to_look_at"

CONFIRMING = (CONFIRMED, APPROVED, MOVED)
TO_THERAPIST = frozenset({TO_ANSWER, NOT_ANSWERED, TO_LOOK_AT})
KINDS = (
    CONFIRMED, REQUESTED, APPROVED, DECLINED, PROPOSED, MOVED, MOVE_REQUESTED, MOVE_DECLINED, CANCELLED, EXPIRED, REMINDER,
    TO_ANSWER, NOT_ANSWERED, WAITING, TO_LOOK_AT,
)  # fmt: skip


def about(booking: Booking) -> str:
    return f"booking:{booking.pk}"


def announce(booking: Booking, *kinds: str, practice: Practice, now: dt.datetime, anew: bool = True) -> None:
    """Takes back what was planned about the booking's earlier versions and plans these kinds for the present one.

    A booking that is confirmed gets its reminder too, unless it is made inside the reminder's time. `anew` False says
    that nothing can have been planned before.
    """
    if anew:
        planning.cancel(about(booking))
    messages = [_message(booking, kind, now, now + UNDO if kind == CANCELLED else now) for kind in kinds]
    planning.plan(messages + _reminders([booking], practice, now))


def remind(bookings: Sequence[Booking], *, practice: Practice, now: dt.datetime) -> None:
    """Plans the reminders alone, for bookings about which nothing can have been planned before."""
    planning.plan(_reminders(bookings, practice, now))


def _reminders(bookings: Sequence[Booking], practice: Practice, now: dt.datetime) -> list[Message]:
    before = max(spans.several(practice.reminders), default=dt.timedelta(0))
    return [
        _message(booking, REMINDER, now, booking.starts_at - before)
        for booking in bookings
        if booking.status == "confirmed" and booking.starts_at - before > now
    ]


def _message(booking: Booking, kind: str, now: dt.datetime, due_at: dt.datetime) -> Message:
    person = booking.therapist.user if kind in TO_THERAPIST else booking.client
    message = planning.draft(
        kind,
        recipient=person.email if person else "",
        whom=f"user:{booking.therapist.user_id}" if kind in TO_THERAPIST else f"client:{booking.client_id}",
        about=about(booking),
        key=f"{about(booking)}:{kind}:{booking.version}",
        due_at=due_at,
        expires_at=_expiry(booking, kind, due_at),
        now=now,
    )
    message.version = booking.version
    message.user_id = booking.therapist.user_id if kind in TO_THERAPIST else booking.client.user_id
    return message


def _expiry(booking: Booking, kind: str, due_at: dt.datetime) -> dt.datetime:
    """What speaks of a session to come is not sent after it began; the rest is worth trying for a day."""
    if kind in (CANCELLED, DECLINED, EXPIRED, MOVE_DECLINED, NOT_ANSWERED):
        return due_at + KEEP_TRYING
    return max(booking.starts_at, due_at + dt.timedelta(seconds=1))


def was_told(booking: Booking) -> bool:
    """Whether anything that says the booking is confirmed has reached the mail server."""
    return Message.objects.filter(about=about(booking), kind__in=CONFIRMING, sent_at__isnull=False).exists()


def take_back_cancellation(booking: Booking, now: dt.datetime) -> bool:
    """Whether the client has not been told yet; if so, they will not be."""
    told = Message.objects.filter(about=about(booking), kind=CANCELLED, version=booking.version)
    if not told.exists():
        return booking.cancelled_at is not None and now < booking.cancelled_at + UNDO
    return planning.cancel(about(booking), kinds=[CANCELLED]) > 0
