"""What is known about a client that a booking may ask: one query, no words of theirs, no decision.

Which consequences follow is for `bookings/readiness.py`. Sealed words are never opened here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import CharField, DateField, F, IntegerField, QuerySet, Value
from django.db.models.functions import Cast, TruncDate

from clients.models import (
    Client,
    Consent,
    DocumentVersion,
    Flag,
    QuestionnaireVersion,
    Restriction,
    StageDecision,
    Submission,
    Understanding,
    VersionState,
)

FIRST_STAGE = "preparation"
COLUMNS = ("what", "name", "more", "number", "on")


@dataclass(frozen=True, slots=True)
class Agreement:
    """A document as it stands on a date: the number of the version that is asked for, and whether this client has it."""

    slug: str
    kind: str
    number: int
    is_given: bool
    is_withdrawn: bool


@dataclass(frozen=True, slots=True)
class Form:
    """A questionnaire that is asked once: whether a signed, unexpired answer is there on a date."""

    slug: str
    for_kind: str
    is_valid: bool


@dataclass(slots=True)
class Facts:
    """About one client on one date. `stops` and `reviews` hold what each open flag is about: "" or a visit."""

    on: dt.date
    stage: str = FIRST_STAGE
    stops: set[str] = field(default_factory=set)
    reviews: set[str] = field(default_factory=set)
    restrictions: set[str] = field(default_factory=set)
    agreements: dict[str, Agreement] = field(default_factory=dict)
    forms: dict[str, Form] = field(default_factory=dict)


Row = tuple[str, str, str, int | None, dt.date | None]


def of(client: Client, on: dt.date) -> Facts:
    """The facts as they stand on the practice's date `on`: one query, however much there is."""
    first, *others = [query.order_by() for query in _queries(client)]
    return _put_together(on, list(first.union(*others, all=True)))


def _rows(query: QuerySet[Any], what: str, name: Any, more: Any = "", number: Any = None, on: Any = None) -> Any:
    """The same five columns from every table."""
    return query.annotate(
        what=Value(what, output_field=CharField()),
        name_=_text(name),
        more_=_text(more),
        number_=Value(number, output_field=IntegerField()) if number is None else Cast(number, IntegerField()),
        on_=Value(on, output_field=DateField()) if on is None else on,
    ).values_list("what", "name_", "more_", "number_", "on_")


def _text(value: Any) -> Any:
    return Value(value, output_field=CharField()) if isinstance(value, str) else Cast(value, CharField())


def _queries(client: Client) -> list[Any]:
    mine = {"client": client}
    in_force = (VersionState.PUBLISHED, VersionState.SUPERSEDED)
    consents, versions = Consent.objects.filter(**mine), DocumentVersion.objects.filter(state__in=in_force)
    latest = StageDecision.objects.filter(**mine, is_reached=True).order_by("-decided_at")[:1].values("pk")
    forms = QuestionnaireVersion.objects.filter(state=VersionState.PUBLISHED, questionnaire__asked="intake")
    signed = Submission.objects.filter(**mine, signed_at__isnull=False, about="")
    number, slug = F("version__number"), F("version__document__slug")
    return [
        _rows(StageDecision.objects.filter(pk__in=latest), "stage", F("stage__slug")),
        _rows(Flag.objects.filter(**mine, cleared_at=None), "flag", F("action"), F("about")),
        _rows(Restriction.objects.filter(**mine, until=None), "restriction", F("kind")),
        _rows(versions, "document", F("document__slug"), F("document__kind"), F("number"), F("applies_from")),
        _rows(consents.filter(withdrawal=None), "consent", slug, "", number, F("expires_on")),
        _rows(consents.exclude(withdrawal=None), "withdrawn", slug, "", number, TruncDate("withdrawal__at")),
        _rows(Understanding.objects.filter(**mine, is_understood=True), "consent", slug, "", number),
        _rows(forms, "form", F("questionnaire__slug"), F("questionnaire__for_kind")),
        _rows(signed, "signed", F("version__questionnaire__slug"), "", None, F("expires_on")),
    ]


def _put_together(on: dt.date, rows: Iterable[Row]) -> Facts:
    facts, by = Facts(on), _sorted_out(rows)
    for _, slug, *_ in by.get("stage", ()):
        facts.stage = slug
    for _, action, about, *_ in by.get("flag", ()):
        {"stop": facts.stops, "review": facts.reviews}.get(action, set()).add(about)
    facts.restrictions = {kind for _, kind, *_ in by.get("restriction", ())}
    facts.agreements = _agreements(on, by)
    valid = {slug for _, slug, _, _, until in by.get("signed", ()) if until is None or on <= until}
    facts.forms = {slug: Form(slug, for_kind, slug in valid) for _, slug, for_kind, *_ in by.get("form", ())}
    return facts


def _sorted_out(rows: Iterable[Row]) -> dict[str, list[Row]]:
    by: dict[str, list[Row]] = {}
    for row in rows:
        by.setdefault(row[0], []).append(row)
    return by


def _agreements(on: dt.date, by: dict[str, list[Row]]) -> dict[str, Agreement]:
    """Of each document, the version that applies on the date is the one asked for."""
    asked: dict[str, tuple[int, str]] = {}
    for _, slug, kind, number, applies_from in by.get("document", ()):
        if number is not None and applies_from is not None and applies_from <= on:
            asked[slug] = max(asked.get(slug, (0, kind)), (number, kind))
    given = {(slug, number) for _, slug, _, number, until in by.get("consent", ()) if until is None or on <= until}
    withdrawn = {(slug, number) for _, slug, _, number, _ in by.get("withdrawn", ())}
    return {
        slug: Agreement(slug, kind, number, (slug, number) in given, (slug, number) in withdrawn - given)
        for slug, (number, kind) in asked.items()
    }
