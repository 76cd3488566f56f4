"""Warnings, approval for each booking, and the end of a restriction. The only writer beside `bookings.withdrawal.block`.

A block has consequences for bookings, so it is made there; its reason is sealed like every other.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from accounts.models import User
from clients.errors import Declined, WhyNeeded
from clients.models import Client, Restriction, RestrictionKind
from vault import ledger


class NotBlockedHere(Declined):
    sentence = "A block also releases the bookings to come; please use the act for it."


class AlreadyLifted(Declined):
    code = "conflict"
    sentence = "This restriction has ended already."


@transaction.atomic
def restrict(client: Client, kind: str, *, why: str, by: User, now: dt.datetime) -> Restriction:
    """A warning, or approval for each booking. Raises WhyNeeded, NotBlockedHere."""
    if kind == RestrictionKind.BLOCK:
        raise NotBlockedHere
    if not why.strip():
        raise WhyNeeded
    made = Restriction.objects.create(client=client, kind=kind, since=now, by=by, why=why.strip())
    _note("client.restricted", made, by, now)
    return made


@transaction.atomic
def lift(restriction: Restriction, *, why: str, by: User, now: dt.datetime) -> Restriction:
    """It ends now, with a reason. Raises WhyNeeded, AlreadyLifted."""
    if not why.strip():
        raise WhyNeeded
    standing = Restriction.objects.select_for_update().filter(pk=restriction.pk, until=None).first()
    if standing is None:
        raise AlreadyLifted
    standing.until, standing.lifted_by, standing.lifted_why = now, by, why.strip()
    standing.save(update_fields=["until", "lifted_by", "lifted_why"])
    _note("client.restriction_lifted", standing, by, now)
    return standing


def _note(kind: str, restriction: Restriction, by: User, now: dt.datetime) -> None:
    ledger.append(
        kind,
        actor_id=by.pk,
        subject=restriction.client.vault_subject(),
        object=f"clients.restriction:{restriction.pk}",
        details={"kind": restriction.kind},
        now=now,
    )
