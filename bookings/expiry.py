"""What comes due by itself: lapsed holds, requests and moves that nobody answered. Verbs of a booking's life, done by the clock."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from bookings import changes, notices, placing
from bookings.changes import Act
from bookings.errors import Conflict
from bookings.models import Answer, Booking, MoveRequest, Status, Way


def expire_due(now: dt.datetime) -> int:
    """Expires lapsed holds, unanswered requests and unanswered moves, each in its own transaction; gives how many."""
    lapsed = Booking.objects.filter(status=Status.HELD, hold_ends_at__lte=now).values_list("pk", flat=True)
    with transaction.atomic():
        count = placing.expire_lapsed(list(lapsed), by=None, now=now)
    requests = Booking.objects.filter(status=Status.REQUESTED, answer_by_at__lte=now).select_related(
        "client", "therapist__user"
    )
    moves = MoveRequest.objects.filter(answer=Answer.OPEN, answer_by_at__lte=now).select_related(
        "booking__client", "booking__therapist__user"
    )
    return count + sum(_expire(booking, now) for booking in requests) + sum(_expire_move(move, now) for move in moves)


def _expire(booking: Booking, now: dt.datetime) -> int:
    answer_by_at = booking.answer_by_at
    try:
        with transaction.atomic():
            changed = changes.change(booking, Status.EXPIRED, "expired", Act(None, now, Way.CLOCK), answer_by_at=None)
            changes.withdraw_questions(changed)
            notices.announce_silence(changed, notices.EXPIRED, answer_by_at, now)
    except Conflict:  # somebody answered just now
        return 0
    return 1


def _expire_move(request: MoveRequest, now: dt.datetime) -> int:
    try:
        with transaction.atomic():
            placing.lock_client(request.booking.client)
            if not changes.answer(request, Answer.WITHDRAWN):
                return 0
            changed = changes.change(request.booking, request.booking.status, "move_expired", Act(None, now, Way.CLOCK))
            notices.announce_silence(changed, notices.MOVE_DECLINED, request.answer_by_at, now)
    except Conflict:
        return 0
    return 1
