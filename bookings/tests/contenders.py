"""What a racer does: each loads its rows as a request would and gives the act, to be done when the race begins.

Rows are named by key, since they travel to other processes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from accounts.models import User
from bookings import absences, expiry, lengthening, lifecycle, moves, telling, visits, withdrawal
from bookings.models import Booking, Length, MoveRequest, Proposal, Therapist, TimeOff
from bookings.placing import Wish
from bookings.practice_file import entering, shape
from bookings.tests.factories import NOW
from clients import agreements, decisions, reading
from clients.agreements import Signing
from clients.models import Client, Document, DocumentVersion, Stage, Submission

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


def lengthen(booking: int, minutes: int) -> Act:
    row = _booking(booking)
    return lambda: lengthening.lengthen(row, minutes, by=row.therapist.user, now=NOW).pk


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


def finish(booking: int) -> Act:
    row = _booking(booking)
    return lambda: lifecycle.finish(row, by=row.client.user, now=NOW).pk


def book_with_a_reason(client: int, length: int, start: dt.datetime, therapist: int) -> Act:
    """What staff do, setting policy aside."""
    wish, _ = _wish(client, length, start, therapist)
    user = Therapist.objects.select_related("user").get(pk=therapist).user
    return lambda: lifecycle.book(wish, by=user, now=NOW, override=True, why="Known here.").pk


def start(booking: int) -> Act:
    row = _booking(booking)
    return lambda: visits.start(row, by=row.therapist.user, now=NOW).pk


def withdraw(client: int, document: int, *, on_their_word_by: int | None = None) -> Act:
    """Gives the keys of the bookings that changed."""
    row, paper = Client.objects.select_related("user").get(pk=client), Document.objects.get(pk=document)
    by = row.user if on_their_word_by is None else User.objects.get(pk=on_their_word_by)
    how = {"by": by, "now": NOW, "on_clients_word": on_their_word_by is not None}
    return lambda: [each.pk for each in withdrawal.withdraw(row, paper, **how)]


def block(client: int, by: int) -> Act:
    row, user = Client.objects.get(pk=client), User.objects.get(pk=by)
    return lambda: [each.pk for each in withdrawal.block(row, by=user, now=NOW, why="As we agreed.")]


def sign(client: int, version: int) -> Act:
    row, text = Client.objects.select_related("user").get(pk=client), DocumentVersion.objects.get(pk=version)
    signing = Signing(text.sha256, frozenset(range(len(text.clauses))), row.name)
    return lambda: str(agreements.sign(row, text, signing, by=row.user, now=NOW).pk)


def sign_off(submission: str) -> Act:
    """Gives how many flags were raised."""
    form = Submission.objects.select_related("client__user").get(pk=submission)
    return lambda: len(telling.sign_off(form, by=form.client.user, now=NOW))


def decide(client: int, stage: int, by: int) -> Act:
    row, user, to = Client.objects.get(pk=client), User.objects.get(pk=by), Stage.objects.get(pk=stage)
    said = {"decided_on": NOW.date(), "note": "", "seen": decisions.latest(row)}
    return lambda: str(decisions.move_to_stage(row, to, by=user, now=NOW, **said).pk)


def break_glass(client: int, by: int) -> Act:
    row, user = Client.objects.get(pk=client), User.objects.get(pk=by)
    return lambda: str(reading.break_glass(user, row, why="The client called in need.", now=NOW).pk)


def bring(tree: dict[str, Any]) -> Act:
    """A practice file, with its bookings as they were when it was read."""
    return lambda: entering.enter(tree, shape.check(tree), now=NOW).changed_nothing


def expire(booking: int) -> Act:
    """What the clock does, at the same moment as everybody else."""
    return lambda: expiry.expire_due(NOW)


def _booking(pk: int) -> Booking:
    related = ("client__user", "therapist__user", "session_type", "room")
    return Booking.objects.select_related(*related).get(pk=pk)
