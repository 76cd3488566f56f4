"""What follows for bookings where a client withdraws a consent, is blocked, or tells something that stops a session.

Records the fact through `clients` and deals with the bookings that rest on it in the same transaction; pages call this,
never the clients' verb alone. It never costs the client anything, and no reason is asked.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable

from django.db import transaction

from accounts.models import User
from bookings import changes, money, notices, placing, readiness, story
from bookings.changes import Act
from bookings.models import Answer, Booking, Status, Way
from clients import agreements, documents
from clients.errors import WhyNeeded
from clients.models import Client, Document, OnWithdrawal, Restriction, RestrictionKind
from practice.models import Practice
from vault import ledger

OPEN = (Status.HELD, Status.REQUESTED, Status.CONFIRMED)
FREE = "The session was ended; nothing is owed."
Step = Callable[[Booking, Act, Practice], Booking]


@transaction.atomic
def withdraw(
    client: Client, document: Document, *, by: User, now: dt.datetime, on_clients_word: bool = False
) -> list[Booking]:
    """Takes back the client's consent to a document, every version they signed. Bookings to come that rest on it are
    released or put to the therapist as the document says; a running session is marked ended. Gives the bookings that
    changed; nothing is done where no consent stands. Raises agreements.NotToWithdraw for what is no consent."""
    placing.lock_client(client)
    standing = list(documents.standing(client, document))
    if not standing:
        return []
    act = Act(by, now, Way.STAFF if on_clients_word else Way.WEB, clients_word=on_clients_word)
    resting = (each for each in _open(client, now) if readiness.rests_on(each.session_type, document.slug))
    step = release if document.on_withdrawal == OnWithdrawal.RELEASE else put_to_therapist
    changed = _each(resting, act, step)
    agreements.withdraw(standing, by=by, now=now, on_clients_word=on_clients_word)
    return changed


@transaction.atomic
def block(client: Client, *, by: User, now: dt.datetime, why: str) -> list[Booking]:
    """No booking is possible any more, and those to come are released. The client is told no more than that.
    Raises WhyNeeded."""
    if not why.strip():
        raise WhyNeeded
    placing.lock_client(client)
    changed = _each(_open(client, now), Act(by, now, Way.STAFF), release)
    made = Restriction.objects.create(client=client, kind=RestrictionKind.BLOCK, since=now, by=by, why=why.strip())
    ledger.append(
        "client.blocked",
        actor_id=by.pk,
        subject=client.vault_subject(),
        object=f"clients.restriction:{made.pk}",
        details={},
        now=now,
    )
    return changed


@transaction.atomic
def stop(client: Client, *, by: User | None, now: dt.datetime, about: str = "") -> list[Booking]:
    """After a stop was raised, in the same transaction: what is confirmed is put to the therapist, the whole of what is to
    come, or with `about` (“booking:17”) that visit alone. A running session is marked ended. Gives what changed."""
    placing.lock_client(client)
    concerned = (each for each in _open(client, now) if about in ("", f"booking:{each.pk}"))
    hands_on = (each for each in concerned if each.session_type.is_hands_on)
    way = Way.WEB if by is None or by.pk == client.user_id else Way.STAFF
    return _each(hands_on, Act(by, now, way), put_to_therapist)


def lock_open(client: Client, now: dt.datetime) -> None:
    """For an act that leaves a line in the ledger before it comes to `stop`: the ledger is taken last everywhere, so the
    client and their bookings are taken before it."""
    placing.lock_client(client)
    _open(client, now)


def _open(client: Client, now: dt.datetime) -> list[Booking]:
    """The client's bookings that are running or to come, locked, the nearest first."""
    found = Booking.objects.filter(client=client, status__in=OPEN, ended_at=None)
    found = found.exclude(started_at=None, ends_at__lte=now).select_for_update(of=("self",)).order_by("starts_at", "pk")
    return list(found.select_related("client", "therapist__user", "session_type", "room"))


def _each(bookings: Iterable[Booking], act: Act, step: Step) -> list[Booking]:
    practice = Practice.objects.current()
    took = ((each, _end_running if each.started_at else step) for each in bookings)
    before = [(each, each.version, chosen) for each, chosen in took]
    return [done for each, version, chosen in before if (done := chosen(each, act, practice)).version != version]


def release(booking: Booking, act: Act, practice: Practice) -> Booking:
    """Its time is free again and nothing is owed, a late move of it included; a hold simply ends."""
    if booking.status == Status.HELD:
        return changes.change(booking, Status.EXPIRED, "hold_released", act)
    ended = {"cancelled_at": act.now, "answer_by_at": None, "late_fee": 0, "is_late": False}
    changed = changes.change(booking, Status.CANCELLED, "released", act, details=story.owed_before(booking), **ended)
    changes.withdraw_questions(changed)
    notices.announce(changed, notices.CANCELLED, practice=practice, now=act.now)
    return changed


def put_to_therapist(booking: Booking, act: Act, practice: Practice) -> Booking:
    """A confirmed booking waits for the therapist's answer, its time kept. One whose start has passed is released; a
    request waits already, and other times that were proposed for it before this are looked at again first; a hold stays
    as it is, since it cannot be confirmed now."""
    if booking.status == Status.HELD or (booking.status == Status.REQUESTED and not _has_proposals(booking)):
        return booking
    if booking.starts_at <= act.now:
        return release(booking, act, practice)
    answer_by = changes.answer_by(Status.REQUESTED, booking.starts_at, practice, act.now)
    changed = changes.change(booking, Status.REQUESTED, "put_to_therapist", act, answer_by_at=answer_by)
    changes.withdraw_questions(changed)
    notices.announce(changed, notices.WAITING, notices.TO_LOOK_AT, practice=practice, now=act.now)
    return changed


def _has_proposals(booking: Booking) -> bool:
    return booking.proposals.filter(answer=Answer.OPEN).exists()


def _end_running(booking: Booking, act: Act, practice: Practice) -> Booking:
    """Nothing is owed for it, whoever wanted it to be over; what was paid already is to be given back."""
    details = story.owed_before(booking)
    changed = changes.change(booking, Status.COMPLETED, "ended", act, details=details, ended_at=act.now, late_fee=0)
    money.waive_rest(changed, now=act.now, why=FREE)
    return changed
