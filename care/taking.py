"""A client takes along what is kept about them: a file, and a line in the ledger that it was made."""

from __future__ import annotations

import datetime as dt
import json

from django.db import transaction

from accounts.models import User
from care import own_data
from clients.models import Client
from practice.models import Practice
from vault import ledger

TAKEN = "data.taken"


@transaction.atomic
def take(client: Client, *, by: User, now: dt.datetime) -> bytes:
    """All of it as JSON, made at this moment and kept nowhere."""
    found = own_data.of(client, Practice.objects.current(), now)
    ledger.append(TAKEN, actor_id=by.pk, subject=client.vault_subject(), object="record:data", details={}, now=now)
    return json.dumps(found, ensure_ascii=False, indent=2).encode()
