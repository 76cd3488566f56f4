"""Sends the ledger's head out of the database's reach: a line in a file, and whatever the apps above register.

A chain alone cannot show that its tail was cut or that it was written anew as a whole; a head kept elsewhere can.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import transaction

from vault.models import Anchor, Entry, Head

EVERY = dt.timedelta(hours=1)

Sender = Callable[[Anchor, dt.datetime], None]
_senders: list[Sender] = []


def register(sender: Sender) -> None:
    """An app above adds a way out, in its AppConfig.ready: called with each new anchor in its transaction."""
    if sender not in _senders:
        _senders.append(sender)


def due(now: dt.datetime) -> bool:
    """An hour has passed since the last one and the ledger has grown."""
    last = Anchor.objects.order_by("-pk").first()
    head = Head.objects.first()
    if head is None or head.seq == 0:
        return False
    return last is None or (head.seq != last.seq and now >= last.at + EVERY)


def send_out(now: dt.datetime) -> Anchor | None:
    """Writes the head as it is committed to the file, then records the anchor and plans the other ways in one transaction.

    Not to be called in a transaction that has appended: what it sends out must stay true. None for an empty ledger.
    """
    with transaction.atomic(durable=True):
        last = Entry.objects.order_by("-seq").first()
        if last is None:
            return None
        anchor = Anchor(at=now, seq=last.seq, hash=last.hash, count=Entry.objects.count())
        write_line(Path(settings.LEDGER_ANCHOR_FILE), line_of(anchor))
        anchor.save()
        for sender in _senders:
            sender(anchor, now)
    return anchor


def line_of(anchor: Anchor) -> str:
    """The anchor as it stands in the file and in a mail; `verify_ledger --anchors` reads such lines."""
    at = anchor.at.astimezone(dt.UTC).isoformat(timespec="seconds")
    return json.dumps({"at": at, "seq": anchor.seq, "hash": anchor.hash, "count": anchor.count})


def write_line(path: Path, line: str) -> None:
    """Adds a line that is on the disk when this returns; a line that was broken off by a crash is ended first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(handle, "rb+") as file:
        if file.seek(0, os.SEEK_END):
            file.seek(-1, os.SEEK_END)
            line = line if file.read(1) == b"\n" else "\n" + line
        file.write(f"{line}\n".encode())
        file.flush()
        os.fsync(file.fileno())
