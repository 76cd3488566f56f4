"""What is done to a person's sealed record as a whole: it is made unreadable for good."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from vault import keys, ledger
from vault.models import DataKey


def destroy(subject: str, *, by: int | None, now: dt.datetime, why: str) -> None:
    """Destroys the subject's key: everything sealed with it is unreadable from then on, and the ledger's lines about them
    name nobody. `by` is the account's number, `why` one word such as "erasure" or "retention".

    In order: the key's row is locked, the ledger gets its line, the wrapped key is overwritten, memory forgets it.
    Done to a subject without a key, or a second time, it changes nothing.
    """
    with transaction.atomic():
        row = DataKey.objects.select_for_update().in_use().filter(subject=subject).first()
        if row is None:
            return
        ledger.append("key.destroyed", actor_id=by, subject=subject, object="", details={"why": why}, now=now)
        DataKey.objects.filter(pk=row.pk).update(wrapped=b"", wrapped_by="", destroyed_at=now)
        keys.forget(subject)
        transaction.on_commit(lambda: keys.forget(subject))
