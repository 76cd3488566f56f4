"""Files that take long: ordered by somebody, made by the worker one after the other, there for some days. The one writer of
their rows.

A worker has a file for the time of a lease that it renews; one that stops leaves it to the next.
"""

from __future__ import annotations

import datetime as dt
import re
import tempfile
from collections.abc import Callable, Iterator
from typing import IO

from django.db import transaction
from django.db.models import F, Q
from django.http import QueryDict

from accounts.models import User
from outbox import nudge
from practice.errors import Refusal
from practice.models import Practice
from reports import catalogue, question, taking
from reports.asking import Asked
from reports.catalogue import Entry
from reports.errors import Abandoned, EnoughOrdered, NoSuchTable, RoleChanged
from reports.models import OPEN, FileState, ReportFile, ReportFileQuerySet, ReportPart
from reports.progress import LEASE, Progress
from reports.taking import Taken

MAKE = "reports.make"
KEPT_FOR = dt.timedelta(days=7)
MOST_OPEN = 3
"""That one person may have on their way at a time."""
TRIES = 3
READING_SECONDS = 300.0
UNTIL_A_ROW = dt.timedelta(seconds=READING_SECONDS) + LEASE
"""The lease until the first rows come, which nothing renews: the database may look for so long."""
PART = 1_048_576
KEY = re.compile(r"[a-z0-9_-]{1,60}")
GAVE_UP = "This file could not be made. Please choose a shorter period, or tell who runs the site."

Clock = Callable[[], dt.datetime]


def order(entry: Entry, asked: Asked, what: str, form: str) -> ReportFile:
    """Asks the worker for a file; the same one that is on its way already is not made twice. Raises NoSuchTable,
    EnoughOrdered."""
    if not KEY.fullmatch(what):
        raise NoSuchTable
    wanted = {"slug": entry.slug, "what": what, "form": form, "query": taking.question_of(asked).query}
    own = ReportFile.objects.for_user(asked.by).filter(state__in=OPEN)
    with transaction.atomic():
        User.objects.select_for_update().get(pk=asked.by.pk)
        if found := own.filter(**wanted).first():
            return found
        if own.count() >= MOST_OPEN:
            raise EnoughOrdered
        made = ReportFile.objects.create(
            user=asked.by,
            role=asked.by.role,
            title=entry.title,
            name=taking.name(entry.slug, what, form, asked.period),
            ordered_at=asked.now,
            expires_at=asked.now + KEPT_FOR,
            **wanted,
        )
        transaction.on_commit(lambda: nudge.send(MAKE))
    return made


def delete(file: ReportFile) -> None:
    """Also one that is being made: its worker notices and stops."""
    _drop(ReportFile.objects.filter(pk=file.pk))


def forget(now: dt.datetime) -> None:
    """What has had its time."""
    _drop(ReportFile.objects.filter(expires_at__lte=now))


def _drop(files: ReportFileQuerySet) -> None:
    """The rows first belong to us, so that no worker puts a part beside one whose parts are gone already."""
    with transaction.atomic():
        held = list(files.select_for_update().order_by("pk").values_list("pk", flat=True))
        ReportFile.objects.filter(pk__in=held).delete()


def content(file: ReportFile) -> Iterator[bytes]:
    """Part by part, none of them kept in memory longer than it takes to pass it on."""
    numbers = file.parts.filter(claim=file.claims).order_by("number").values_list("number", flat=True)
    for number in list(numbers):
        yield bytes(file.parts.get(claim=file.claims, number=number).content)


# The worker's part


def make_next(clock: Clock) -> bool:
    """Makes the one that has waited longest; False where none waits, or another worker is at one: the others are kept free
    for what cannot wait."""
    file = _claim(clock())
    if file is None:
        return False
    try:
        with tempfile.TemporaryFile() as out:
            taken = _write(file, out, clock)
            _keep(file, out, taken, clock)
    except Abandoned:
        pass
    except Refusal as refusal:
        _held(file).update(state=FileState.FAILED, why=str(refusal), lease_until_at=None)
    return True


def is_waiting() -> bool:
    return ReportFile.objects.filter(state=FileState.WAITING).exists()


def _claim(now: dt.datetime) -> ReportFile | None:
    file = _due(now)
    if file is None or not _take(file, now):
        return None
    file.claims += 1
    ReportPart.objects.filter(file=file).exclude(claim=file.claims).delete()
    return file


def _due(now: dt.datetime) -> ReportFile | None:
    """The next that waits or was left behind; None while another is made."""
    over = Q(lease_until_at__lte=now) | Q(lease_until_at__gt=now + 2 * UNTIL_A_ROW)
    left = ReportFile.objects.filter(over, state=FileState.MAKING)
    left.filter(claims__gte=TRIES).update(state=FileState.FAILED, why=GAVE_UP, lease_until_at=None)
    if ReportFile.objects.filter(~over, state=FileState.MAKING).exists():
        return None
    return (left | ReportFile.objects.filter(state=FileState.WAITING)).order_by("ordered_at", "pk").first()


def _take(file: ReportFile, now: dt.datetime) -> bool:
    """One update on the condition that nobody took it since we looked."""
    as_it_was = ReportFile.objects.filter(pk=file.pk, state=file.state, claims=file.claims)
    taken = {"state": FileState.MAKING, "claims": F("claims") + 1, "lease_until_at": now + UNTIL_A_ROW}
    return bool(as_it_was.update(**taken, rows_done=0, rows_of=None))


def _held(file: ReportFile) -> ReportFileQuerySet:
    """The row while it is still ours."""
    return ReportFile.objects.filter(pk=file.pk, state=FileState.MAKING, claims=file.claims)


def _write(file: ReportFile, out: IO[bytes], clock: Clock) -> Taken:
    entry, asked = _asked(file, clock())
    with Progress(file.pk, file.claims, clock) as progress:
        rows_of = taking.count(entry, asked, file.what, READING_SECONDS)
        _held(file).update(rows_of=rows_of, lease_until_at=clock() + UNTIL_A_ROW)
        return taking.write(entry, asked, file.what, file.form, out, tell=progress, seconds=READING_SECONDS)


def _asked(file: ReportFile, now: dt.datetime) -> tuple[Entry, Asked]:
    """For who ordered it, as they stand now. Raises RoleChanged, NoSuchReport."""
    by = file.user
    if not by.is_active or by.role != file.role:
        raise RoleChanged
    wanted = question.read(QueryDict(file.query))
    return catalogue.found(file.slug, by), question.asked(wanted, by=by, practice=Practice.objects.current(), now=now)


def _keep(file: ReportFile, out: IO[bytes], taken: Taken, clock: Clock) -> None:
    """Part by part, so that nobody who writes waits for the whole of it. Raises Abandoned."""
    size = out.tell()
    out.seek(0)
    for number, part in enumerate(iter(lambda: out.read(PART), b"")):
        with transaction.atomic():
            if not _held(file).update(lease_until_at=clock() + LEASE):
                raise Abandoned
            ReportPart.objects.create(file=file, claim=file.claims, number=number, content=part)
    now = clock()
    _held(file).update(
        state=FileState.READY,
        made_at=now,
        expires_at=now + KEPT_FOR,
        lease_until_at=None,
        rows_done=taken.rows,
        has_names=taken.has_names,
        size=size,
    )
