"""The one writer of the ledger: appends an entry in the caller's transaction, whole or not at all with it.

Whoever appends holds the ledger until that transaction ends, so take every other lock first and append last.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from vault import chain, keys
from vault.chain import GENESIS, Link
from vault.models import Entry, Head


def append(
    kind: str,
    *,
    actor_id: int | None,
    subject: str,
    object: str,
    details: dict[str, Any],
    now: dt.datetime,
) -> Entry:
    """Adds a line. `subject` is whom it is about ("client:17", or empty) and is kept as a pseudonym; `object` is what it
    was done to. Details are names of fields, numbers and digests. Raises NotAWord for words, Erased for a subject whose
    key was destroyed."""
    chain.check_words([kind, object], "kind or object")
    body = chain.canonical(details)
    with transaction.atomic():
        alias = keys.for_sealing(subject).pseudonym(subject) if subject else ""
        return _append(Link(0, now, kind, actor_id, alias, object, body, GENESIS, ""))


def _append(link: Link) -> Entry:
    head = _locked_head()
    placed = chain.appended(chain.Mark(head.seq, head.hash, "") if head.seq else None, link)
    entry = Entry.objects.create(**placed._asdict())
    Head.objects.filter(pk=head.pk).update(seq=placed.seq, hash=placed.hash)
    return entry


def _locked_head() -> Head:
    """On SQLite the write transaction is alone already; on PostgreSQL the row is locked until it ends."""
    return Head.objects.select_for_update().first() or _head_anew()


def _head_anew() -> Head:
    """A head for a ledger that has none yet, or whose head was lost: there the last entry is where it stands."""
    last = Entry.objects.order_by("-seq").first()
    start = {"seq": last.seq, "hash": last.hash} if last else {"seq": 0, "hash": GENESIS}
    return Head.objects.select_for_update().get_or_create(pk=1, defaults=start)[0]
