"""What a racer does: each loads its rows as a request would and gives the act, to be done when the race begins.

Rows are named by key, since they travel to other processes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from bookings import absences, lifecycle, moves
from bookings.models import Booking, Length, MoveRequest, Proposal, Therapist, TimeOff
from bookings.placing import Wish
from bookings.tests.factories import NOW
from clients.models import Client

Act = Callable[[], object]


def book(client: int, length: int, start: dt.datetime, therapist: int | None = None) -> Act:
    wish, user = _wish(client, length, start, therapist)
    return lambda: lifecycle.book(wish, by=user, now=NOW).pk


def hold(client: int, length: int, start: dt.datetime, therapist: int | None = None) -> Act:
    wish, user = _wish(client, length, start, therapist)
    return lambda: lifecycle.hold(wish, by=user, now=NOW).pk


def _wish(client: int, length: int, start: dt.datetime, therapist: int | None):
    found = Client.objects.select_related("user").get(pk=client)
    chosen = Length.objects.select_related("session_type").get(pk=length)
    return Wish(found, chosen, start, therapist and Therapist.objects.get(pk=therapist)), found.user


def reschedule(booking: int, start: dt.datetime, therapist: int | None = None) -> Act:
    row = _booking(booking)
    to = therapist and Therapist.objects.get(pk=therapist)
    return lambda: moves.reschedule(row, start, by=row.client.user, now=NOW, therapist=to).pk


def cancel(booking: int) -> Act:
    row = _booking(booking)
    return lambda: lifecycle.cancel(row, by=row.client.user, now=NOW).pk


def undo_cancel(booking: int) -> Act:
    row = _booking(booking)
    return lambda: lifecycle.undo_cancel(row, by=row.therapist.user, now=NOW).pk


def approve(booking: int) -> Act:
    row = _booking(booking)
    return lambda: lifecycle.approve(row, by=row.therapist.user, now=NOW).pk


def decline(booking: int) -> Act:
    row = _booking(booking)
    return lambda: lifecycle.decline(row, by=row.therapist.user, now=NOW).pk


def approve_move(request: int) -> Act:
    row = MoveRequest.objects.select_related("therapist__user", "booking__client", "booking__therapist__user").get(
        pk=request
    )
    return lambda: moves.approve_move(row, by=row.therapist.user, now=NOW).pk


def take_proposal(proposal: int) -> Act:
    row = Proposal.objects.select_related("therapist", "booking__client__user", "booking__therapist__user").get(
        pk=proposal
    )
    return lambda: moves.take_proposal(row, by=row.booking.client.user, now=NOW).pk


def be_away(therapist: int, start: dt.datetime, end: dt.datetime) -> Act:
    """Gives the keys of the bookings that stand in the way."""
    off = TimeOff(therapist_id=therapist, starts_at=start, ends_at=end)
    return lambda: [booking.pk for booking in absences.change(save=[off], now=NOW)]


def expire(booking: int) -> Act:
    """What the clock does, at the same moment as everybody else."""
    return lambda: lifecycle.expire_due(NOW)


def _booking(pk: int) -> Booking:
    related = ("client__user", "therapist__user", "session_type", "room")
    return Booking.objects.select_related(*related).get(pk=pk)
