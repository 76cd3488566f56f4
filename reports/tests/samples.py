"""Small reports, and files that were ordered, for the tests of what shows and carries them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.utils import timezone

from accounts.models import User
from practice.models import Practice
from reports import question, taking
from reports.asking import Asked
from reports.catalogue import Entry
from reports.models import FileState, ReportFile, ReportPart
from reports.question import Question
from reports.shape import Column, Report, Rows, Section, Table, Unit

MAY = Question("2027-05-01", "2027-05-31")
WAYS = Table(
    "ways",
    "Where they heard of us",
    (Column("way", "Way", Unit.TEXT), Column("clients", "Clients", means="clients")),
    (("a friend", 12), ("the window", 3), ("the paper", 7)),
    ("All", 22),
    is_sensitive=True,
)
SUMMARY = Table(
    "summary",
    "In short",
    (Column("what", "What", Unit.TEXT), Column("now", "Now"), Column("before", "Before")),
    (("Hands-on hours", 90, 60), ("Taken", Decimal(70), Decimal(65))),
    units=(Unit.MINUTES, Unit.MONEY),
    means=("hands_on", "taken"),
)
COLUMNS = (
    Column("client", "Client", Unit.PERSON),
    Column("on", "Day", Unit.DATE),
    Column("agreed", "Agreed", Unit.MONEY, "agreed"),
)


def report(asked: Asked) -> Report:
    """With the days in it, so that a test sees which were asked for."""
    said = f"From {asked.period.first} to {asked.period.last}."
    return Report("tiny", "Tiny", (said,), (Section(WAYS, ("Three came by the window.",)), Section(SUMMARY)))


def behind(asked: Asked, rows: int = 3) -> Rows:
    found = (("=Sam Field", asked.period.first, Decimal(number)) for number in range(rows))
    return Rows("bookings", "Bookings", COLUMNS, found, lambda: rows)


def tiny(**overrides: Any) -> Entry:
    fields = {"slug": "tiny", "title": "Tiny", "answers": "How small it is.", "report": report, "behind": behind}
    return Entry(**(fields | overrides))


def asked_by(user: User, now: dt.datetime | None = None, wanted: Question = MAY) -> Asked:
    return question.asked(wanted, by=user, practice=Practice.objects.current(), now=now or timezone.now())


def make_file(user: User, now: dt.datetime, **overrides: Any) -> ReportFile:
    """One that is ready, its content “a” and “b” in two parts."""
    fields: dict[str, Any] = {
        "user": user,
        "role": user.role,
        "slug": "messages",
        "what": taking.ROWS,
        "title": "Messages",
        "form": "csv",
        "query": MAY.query,
        "name": "messages-rows-2027-05-01-to-2027-05-31.csv",
        "state": FileState.READY,
        "ordered_at": now,
        "made_at": now,
        "expires_at": now + dt.timedelta(days=7),
        "claims": 1,
        "size": 2,
    } | overrides
    made = ReportFile.objects.create(**fields)
    for number, content in enumerate((b"a", b"b")):
        ReportPart.objects.create(file=made, claim=1, number=number, content=content)
    return made
