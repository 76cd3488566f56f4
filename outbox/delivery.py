"""Sends what is due, channel by channel: takes a batch, asks of each message whether it is still wanted, sends, writes it down.

Delivery is at least once: a second copy is possible only when a worker dies, or the connection is lost, between the server's
acceptance and the record of it; and of one batch, when the worker and the database die together (`outcomes`). Every attempt
carries the same Message-ID.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import math
import random
import time
from collections.abc import Callable, Sequence
from itertools import groupby

from django.conf import settings
from django.db.utils import InterfaceError, OperationalError

from outbox import channels, claims, outcomes, registry, wording
from outbox.channels import Line, OutOfOrder, Refused, SendingFailed
from outbox.health import SWEEP
from outbox.models import Heartbeat, Message, State
from outbox.registry import NotWanted, NotYet, Said
from practice.models import Practice

FRESH_SECONDS = 0.25
"""How long what was fetched for a whole batch may be believed before it is asked anew."""
ENOUGH = 3
"""After so many messages in a row that the channel itself kept from leaving, the rest waits for the next sweep."""
LOST_WORKERS = 5
GIVEN_UP = "It was given up: five times a worker stopped while it was sending this message."

Clock = Callable[[], dt.datetime]
log = logging.getLogger(__name__)


def sweep(tell: Clock, *, seconds: float = math.inf, heartbeats: Sequence[str] = (SWEEP,)) -> int:
    """Handles what is due, for so many seconds at most, and leaves its heartbeat; gives how many rows it dealt with. `tell`
    says what time it is."""
    if settings.RESTORED:
        return 0
    ends_at = time.monotonic() + seconds
    outcomes.settle()
    claims.expire(tell())
    claims.take_back(tell())
    names = claims.channels_due(tell())
    random.shuffle(names)  # one whose server hangs uses up the time of the round; not always before the same others
    dealt_with = sum(_Turn(name, tell, ends_at).run() for name in names)
    for name in heartbeats:
        Heartbeat.objects.update_or_create(name=name, defaults={"finished_at": tell()})
    return dealt_with


def fetch(rows: Sequence[Message]) -> None:
    """For rows of one kind. Where it fails, each is asked by itself, so that only the one that it fails for suffers."""
    try:
        kind = registry.kind_of(rows[0])
        words = wording.current(kind, rows[0].channel) if kind.worded else None
        practice = Practice.objects.current()
        for row in rows:
            row.words, row.practice = words, practice
        if kind.load is not None:
            kind.load(rows)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:  # what one row cannot be fetched for must not hold up the batch
        log.warning("Messages of the kind %s are fetched one by one: %s", rows[0].kind, type(error).__name__)
        for row in rows:
            row.loaded = row.words = row.practice = None


def write_ahead(rows: Sequence[Message], now: dt.datetime) -> None:
    """What each will say, of what was fetched for all of them: in one go that takes half as long as one by one between two
    letters. Where that fails it is written at its turn, and fails there."""
    for row in rows:
        row.said = None
        if row.loaded is not None:
            with contextlib.suppress(Exception):
                kind = registry.kind_of(row)
                row.said = kind.say(row, now) if kind.still_wanted(row, now) else None


class _Turn:
    """One channel's part of a sweep."""

    def __init__(self, channel: str, tell: Clock, ends_at: float) -> None:
        self.channel, self.tell, self.ends_at = channel, tell, ends_at
        self.line: Line = channels.line(channel)
        self.failures = 0
        self.loaded_at, self.ahead, self.fetched, self.used = -math.inf, claims.BATCH, 0, 0

    def run(self) -> int:
        if not self._goes_on():
            return 0
        try:
            self.line.open()
        except OutOfOrder as closed:
            log.warning("Nothing leaves by %s: %s", self.channel, closed.words)
            claims.wait_for(self.channel, closed.words, self.tell())
            return 0
        try:
            return self._work()
        finally:
            self.line.close()
            outcomes.settle()

    def _work(self) -> int:
        done = 0
        while self._goes_on() and (rows := claims.take(self.channel, self.tell())):
            done += self._batch(rows)
            outcomes.settle()
        return done

    def _goes_on(self) -> bool:
        return self.failures < ENOUGH and time.monotonic() < self.ends_at

    def _batch(self, rows: list[Message]) -> int:
        self.fetched = self.used = done = 0
        while rows:
            if not self._goes_on():
                claims.give_back(rows)
                break
            rows = claims.keep(rows, self.tell())
            if not rows:
                break
            self._load(rows)
            self._one(rows[0])
            rows, done = rows[1:], done + 1
        return done

    def _load(self, rows: Sequence[Message]) -> None:
        """What the kinds fetch for many rows at once, and what they say of it: for no more of those to come than are sent while
        it may be believed."""
        is_fresh = time.monotonic() - self.loaded_at < FRESH_SECONDS
        if not is_fresh or self.used == self.fetched:
            if self.fetched:
                self.ahead = min(claims.BATCH, 1 + self.ahead * 5 // 4 if is_fresh else max(1, self.used))
            self.loaded_at, self.used, self.fetched = time.monotonic(), 0, min(self.ahead, len(rows))
            coming = sorted(rows[: self.fetched], key=lambda row: row.kind)
            for _, group in groupby(coming, key=lambda row: row.kind):
                together = list(group)
                fetch(together)
                write_ahead(together, self.tell())
        self.used += 1

    def _one(self, row: Message) -> None:
        try:
            said = self._what_to_say(row)
            if said is not None:
                provider_id = self.line.send(row, said)
        except (OperationalError, InterfaceError):
            raise  # without the database there is nothing to go on with, and nothing to write it down in
        except Exception as error:  # one bad row never holds up the rest
            self._failed(row, error)
            return
        if said is not None:
            self.failures = 0
            outcomes.record_sent(row, subject=said.subject, text=said.kept, provider_id=provider_id, now=self.tell())

    def _what_to_say(self, row: Message) -> Said | None:
        """None, and written down why, for what is not to be sent after all."""
        now = self.tell()
        if row.taken_over >= LOST_WORKERS:
            raise Refused(GIVEN_UP)
        if now >= row.expires_at:
            claims.record(row, state=State.EXPIRED)
            return None
        kind = registry.kind_of(row)
        try:
            if not kind.still_wanted(row, now):
                claims.record(row, state=State.CANCELLED)
                return None
        except NotWanted as unwanted:
            claims.record(row, state=State.CANCELLED, last_error=unwanted.words)
            return None
        except NotYet as later:
            claims.record(row, state=State.PLANNED, due_at=later.until, attempts=row.attempts - 1)
            return None
        channels.address(row.channel, row.recipient)
        return row.said or kind.say(row, now)

    def _failed(self, row: Message, error: Exception) -> None:
        log.warning("Message %s could not be sent: %s", row.pk, type(error).__name__)
        if isinstance(error, OutOfOrder):
            self.failures += 1
        elif isinstance(error, SendingFailed):
            self.failures = 0
        if isinstance(error, Refused):
            claims.record(row, state=State.FAILED, last_error=error.words)
            return
        words = (
            error.words if isinstance(error, SendingFailed) else f"It could not be written ({type(error).__name__})."
        )
        claims.later(row, words, self.tell())
