"""What an address asks: read from its query, and put into one again. The page, the files and the API all read it here.

What was typed is kept as it was, so that a page can say what is wrong beside it.
"""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple
from urllib.parse import urlencode

from django.http import QueryDict

from accounts.models import Role, User
from bookings.models import Room, SessionType, Therapist
from practice import walltime
from practice.models import Practice
from reports import asking, period
from reports.asking import Asked


class Question(NamedTuple):
    """As typed. `first` and `last` are days like 2027-01-31; `word` is one of `period.named` and stands where they do not."""

    first: str = ""
    last: str = ""
    word: str = ""
    therapists: tuple[str, ...] = ()
    session_types: tuple[str, ...] = ()
    rooms: tuple[str, ...] = ()

    @property
    def query(self) -> str:
        """For an address: “from=2027-01-01&to=2027-01-31&therapist=mara”. A word stays a word: next month it means the next."""
        said = [("period", self.word)] if not (self.first or self.last) else [("from", self.first), ("to", self.last)]
        named = [("therapist", self.therapists), ("type", self.session_types), ("room", self.rooms)]
        said += [(name, slug) for name, slugs in named for slug in slugs]
        return urlencode([(name, text) for name, text in said if text])

    @property
    def is_narrowed(self) -> bool:
        return bool(self.therapists or self.session_types or self.rooms)

    def of(self, word: str) -> Question:
        """The same for a named period."""
        return self._replace(first="", last="", word=word)


def read(query: QueryDict) -> Question:
    """`type` may be written `session_type`, as the API has it. PostgreSQL takes no NUL."""

    def several(*names: str) -> tuple[str, ...]:
        return tuple(_plain(each) for name in names for each in query.getlist(name) if each.strip())

    return Question(
        _plain(query.get("from", "")),
        _plain(query.get("to", "")),
        _plain(query.get("period", "")),
        several("therapist"),
        several("type", "session_type"),
        several("room"),
    )


def asked(question: Question, *, by: User, practice: Practice, now: dt.datetime) -> Asked:
    """Raises NotAPeriod or UnknownFilter with what is wrong."""
    today = walltime.local_date(now, practice.zone)
    return Asked(
        period.asked(question.first, question.last, question.word, today),
        asking.filters(by, question.therapists, question.session_types, question.rooms),
        by,
        practice,
        now,
    )


class Choice(NamedTuple):
    """What a report can be narrowed to: its name in the address and its options by slug and name, those chosen marked."""

    name: str
    legend: str
    options: list[tuple[str, str, bool]]


def choices(by: User, question: Question) -> list[Choice]:
    """Without those in which there is nothing to choose."""
    therapists = Therapist.objects.none() if by.role == Role.THERAPIST else Therapist.objects.all()
    found = [
        ("therapist", "Therapist", therapists, question.therapists),
        ("type", "Session type", SessionType.objects.all(), question.session_types),
        ("room", "Room", Room.objects.all(), question.rooms),
    ]
    every = [
        Choice(name, legend, [(slug, label, slug in chosen) for slug, label in rows.values_list("slug", "name")])
        for name, legend, rows, chosen in found
    ]
    return [each for each in every if len(each.options) > 1]


def _plain(text: str) -> str:
    return text.replace("\0", "\ufffd").strip()
