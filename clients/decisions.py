"""The therapist's decisions about a client's journey: moved to a stage, or not yet. The only writer of them.

Dated, with a note that is sealed and stays with those who treat the client. A decision is only ever added to.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from accounts.models import User
from clients import permissions, records
from clients.errors import DateAhead, DecidedMeanwhile, RecordClosed
from clients.models import Client, Stage, StageDecision
from practice import walltime
from practice.models import Practice
from vault import ledger

DECIDED = "stage.decided"


def latest(client: Client) -> str:
    """The key of the decision that stands last; empty where none was made."""
    found = (
        StageDecision.objects.filter(client=client).order_by("-decided_at", "-pk").values_list("pk", flat=True).first()
    )
    return str(found or "")


def move_to_stage(
    client: Client, stage: Stage, *, by: User, decided_on: dt.date, note: str, now: dt.datetime, seen: str | None = None
) -> StageDecision:
    """The client is at this stage from now on, also where it is an earlier one. `seen` is the latest decision as it was when
    this one was thought over. Raises RecordClosed, DateAhead, DecidedMeanwhile."""
    made = StageDecision(client=client, stage=stage, is_reached=True, by=by, decided_on=decided_on)
    return _decide(made, note, seen, now)


def not_yet(
    client: Client, stage: Stage, *, by: User, decided_on: dt.date, note: str, now: dt.datetime, seen: str | None = None
) -> StageDecision:
    """The client stays where they are for now; nothing else changes. Raises what `move_to_stage` raises."""
    made = StageDecision(client=client, stage=stage, is_reached=False, by=by, decided_on=decided_on)
    return _decide(made, note, seen, now)


@transaction.atomic
def _decide(decision: StageDecision, note: str, seen: str | None, now: dt.datetime) -> StageDecision:
    records.lock(decision.client)
    if not permissions.may_read(decision.by, decision.client, now):
        raise RecordClosed
    if decision.decided_on > walltime.local_date(now, Practice.objects.current().zone):
        raise DateAhead
    if seen is not None and seen != latest(decision.client):
        raise DecidedMeanwhile
    decision.note, decision.decided_at = note.strip(), now
    decision.save(force_insert=True)
    ledger.append(
        DECIDED,
        actor_id=decision.by_id,
        subject=decision.client.vault_subject(),
        object=f"clients.stagedecision:{decision.pk}",
        details={"stage": decision.stage.slug, "reached": int(decision.is_reached)},
        now=now,
    )
    return decision
