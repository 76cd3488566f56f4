"""Which consents, boundaries and forms of clients are out of date, run out soon or wait for the therapist. Only reads, and
nothing of what was told or agreed to.

What stands is for `clients.facts` to say; a paper that a client never gave is not out of date.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator
from enum import StrEnum
from typing import NamedTuple

from clients import facts, running_out
from clients.facts import Facts
from clients.models import Document, DocumentKind, Questionnaire

SOON = dt.timedelta(days=max(running_out.TOLD_DAYS_BEFORE))
"""From then on a client is told of it too."""
NOBODY = 0


class What(StrEnum):
    CONSENT = "consent"
    BOUNDARIES = "boundaries"
    FORM = "form"


class State(StrEnum):
    OUT_OF_DATE = "out of date"
    RUNS_OUT = "runs out within 30 days"
    SIGNATURE = "waits for the therapist’s signature"


class Paper(NamedTuple):
    """One client's one paper; `until` is the last day for which it holds or held, where that is why it is to be seen to."""

    client: int
    what: What
    title: str
    state: State
    until: dt.date | None

    @property
    def said(self) -> str:
        if self.state == State.OUT_OF_DATE:
            return "has run out" if self.until else "a newer version applies"
        return self.state.value


def papers(clients: Collection[int], today: dt.date) -> list[Paper]:
    """What is to be seen to today, in as many queries for everybody as for nobody."""
    documents = dict(Document.objects.values_list("slug", "title").order_by())
    forms = dict(Questionnaire.objects.values_list("slug", "title").order_by())
    return [
        paper
        for pk, known in facts.forms_of_each(clients or (NOBODY,), today).items()
        for paper in (*_agreements(pk, known, documents), *_forms(pk, known, forms))
    ]


def _agreements(client: int, known: Facts, titles: dict[str, str]) -> Iterator[Paper]:
    given = [(slug, number or 0, until) for _, slug, _, number, until in known.more.get("given", ())]
    for slug, each in known.agreements.items():
        what = What.BOUNDARIES if each.kind == DocumentKind.BOUNDARIES else What.CONSENT
        ever = [until for name, _, until in given if name == slug]
        now = [until for name, number, until in given if (name, number) == (slug, each.number)]
        if each.is_given and each.lacks_therapist:
            yield Paper(client, what, titles[slug], State.SIGNATURE, None)
        elif each.is_given and _ends_soon(now, known.on):
            yield Paper(client, what, titles[slug], State.RUNS_OUT, _last(now))
        elif ever and not each.is_given and not each.is_withdrawn:
            yield Paper(client, what, titles[slug], State.OUT_OF_DATE, _ran_out(ever, known.on))


def _forms(client: int, known: Facts, titles: dict[str, str]) -> Iterator[Paper]:
    for slug, each in known.forms.items():
        signed = [until for _, name, _, _, until in known.more.get("signed", ()) if name == slug]
        if signed and not each.is_valid:
            yield Paper(client, What.FORM, titles[slug], State.OUT_OF_DATE, _last(signed))
        elif each.is_valid and _ends_soon(signed, known.on):
            yield Paper(client, What.FORM, titles[slug], State.RUNS_OUT, _last(signed))


def _ends_soon(ends: Iterable[dt.date | None], today: dt.date) -> bool:
    last = _last(ends)
    return last is not None and today <= last <= today + SOON


def _ran_out(ends: Iterable[dt.date | None], today: dt.date) -> dt.date | None:
    """None where what was given would hold still: then there is a newer version."""
    last = _last(ends)
    return last if last is not None and last < today else None


def _last(ends: Iterable[dt.date | None]) -> dt.date | None:
    """None where one of them never ends."""
    found = list(ends)
    return max((each for each in found if each is not None), default=None) if None not in found else None
