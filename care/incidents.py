"""The verbs of incidents: record what happened with what follows from it, and look at it again. The only writer of them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from accounts.models import User
from bookings.models import Booking
from care import restricting
from care.errors import NothingWritten
from care.models import Consequence, Incident
from clients.models import Client
from vault import ledger


@dataclass(frozen=True, slots=True)
class Happened:
    """What the therapist records: when, how severe, what happened and what was done."""

    at: dt.datetime
    severity: int
    what: str
    done: str = ""
    follow_up_on: dt.date | None = None


@transaction.atomic
def record(
    client: Client,
    happened: Happened,
    *,
    by: User,
    now: dt.datetime,
    booking: Booking | None = None,
    consequence: str = Consequence.NONE,
) -> Incident:
    """Keeps it, and warns, restricts or blocks the client where that follows. Raises NothingWritten."""
    if not happened.what.strip():
        raise NothingWritten
    incident = Incident.objects.create(
        client=client,
        booking=booking,
        happened_at=happened.at,
        severity=happened.severity,
        what_happened=happened.what.strip(),
        what_was_done=happened.done.strip(),
        follow_up_on=happened.follow_up_on,
        recorded_at=now,
        recorded_by=by,
    )
    if consequence:
        incident.restriction = restricting.restrict(client, consequence, why=happened.what, by=by, now=now)
        incident.save(update_fields=["restriction"])
    _note("incident.recorded", incident, by, now)
    return incident


@transaction.atomic
def follow_up(incident: Incident, words: str, *, by: User, now: dt.datetime) -> Incident:
    """What came of it; a second word is added under the first. Raises NothingWritten."""
    if not words.strip():
        raise NothingWritten
    standing = Incident.objects.select_for_update(of=("self",)).get(pk=incident.pk)
    standing.follow_up = "\n\n".join(filter(None, [standing.follow_up, words.strip()]))
    standing.followed_up_at, standing.followed_up_by = now, by
    standing.save(update_fields=["follow_up", "followed_up_at", "followed_up_by"])
    _note("incident.followed_up", standing, by, now)
    return standing


def _note(kind: str, incident: Incident, by: User, now: dt.datetime) -> None:
    ledger.append(
        kind,
        actor_id=by.pk,
        subject=incident.vault_subject(),
        object=f"care.incident:{incident.pk}",
        details={},
        now=now,
    )
