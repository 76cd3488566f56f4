"""What is still missing for this client, this session type, this day: one question with one answer.

The only place that puts age, stage, completed sessions, consultation, intake, flags, consents, boundaries and
restrictions together. Only reads. Asked when booking, approving, moving, checking in and starting, on every way in.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from django.db.models import Count

from bookings.errors import NotReady
from bookings.models import Approval, Booking, Kind, Prerequisite, SessionType, Stage, Status
from bookings.rules import is_adult
from clients import facts as known
from clients.facts import Facts
from clients.models import Client

APPROVED_ONCE = (Status.CONFIRMED, Status.COMPLETED)
STAGES = list(Stage)


class Weight(Enum):
    """How firmly it stands in the way."""

    PHYSICS = "nobody may override it"
    POLICY = "staff may override it with a reason"
    FORM = "the client can still do it; until then a booking is incomplete and cannot start"


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that is missing: the API's code, what the client reads, what it is about (a slug), how firmly."""

    code: str
    sentence: str
    weight: Weight
    about: str = ""


def missing(client: Client, session_type: SessionType, on: dt.date, *, booking: Booking | None = None) -> list[Missing]:
    """Everything that is missing on the practice's date `on`, the firmest first; empty means ready.

    One query, and a second where the session type asks for earlier sessions. `booking` is the one that is asked about,
    for flags that concern it alone.
    """
    facts = known.of(client, on)
    about = f"booking:{booking.pk}" if booking and booking.pk else ""
    return [
        *_age(client, on),
        *_standing(facts, about),
        *_withdrawn(facts, session_type),
        *_prerequisites(client, facts, session_type),
        *_forms(facts, session_type),
        *_agreements(facts, session_type),
    ]


def require(found: Iterable[Missing], *weights: Weight) -> None:
    """Raises NotReady for what is missing of these weights."""
    in_the_way = [each for each in found if each.weight in weights]
    if in_the_way:
        raise NotReady(in_the_way)


def needs_approval(client: Client, session_type: SessionType, found: Facts | None = None) -> bool:
    """Whether the therapist looks at this booking before it is confirmed."""
    facts = found or known.of(client, dt.date.max)
    if facts.reviews or "approval" in facts.restrictions:
        return True
    if session_type.approval == Approval.FIRST:
        earlier = Booking.objects.filter(client=client, session_type=session_type, status__in=APPROVED_ONCE)
        return not earlier.exists()
    return session_type.approval == Approval.ALWAYS


def _age(client: Client, on: dt.date) -> Iterable[Missing]:
    if not is_adult(client.date_of_birth, on):
        yield Missing("under_age", "Sessions are for adults: a client is 18 or older on the day of booking.", Weight.PHYSICS)


def _standing(facts: Facts, about: str) -> Iterable[Missing]:
    """A block says no more than that no booking is possible; a stop says what to do."""
    if "block" in facts.restrictions:
        yield Missing("not_available", "We are sorry: no booking is possible.", Weight.PHYSICS)
    if facts.stops & {"", about}:
        sentence = "Something you told us needs a word with the therapist first. Please write or call; we look at it with you."
        yield Missing("stopped", sentence, Weight.PHYSICS)


def _withdrawn(facts: Facts, session_type: SessionType) -> Iterable[Missing]:
    for slug in _documents(facts, session_type):
        if (agreement := facts.agreements.get(slug)) and agreement.is_withdrawn:
            sentence = "You have withdrawn a consent that this session rests on. You can give it again at any time."
            yield Missing("consent_required", sentence, Weight.PHYSICS, slug)


def _prerequisites(client: Client, facts: Facts, session_type: SessionType) -> Iterable[Missing]:
    if STAGES.index(Stage(facts.stage)) < STAGES.index(Stage(session_type.requires_stage)):
        sentence = "This session comes later on the way. Your therapist tells you when it is time."
        yield Missing("stage_required", sentence, Weight.POLICY, session_type.requires_stage)
    asked = list(session_type.prerequisites.select_related("completed")) if session_type.has_prerequisites else []
    if not asked and not session_type.requires_consultation:
        return
    done = _completed(client)
    if session_type.requires_consultation and not any(kind == Kind.CONSULTATION for kind, _ in done):
        yield Missing("stage_required", "A consultation comes first.", Weight.POLICY, "consultation")
    for each in asked:
        if (left := each.count - sum(count for (_, pk), count in done.items() if pk == each.completed_id)) > 0:
            yield Missing("stage_required", _sessions_left(each, left), Weight.POLICY, each.completed.slug)


def _completed(client: Client) -> dict[tuple[str, int], int]:
    """How many sessions took place, by kind and session type."""
    rows = Booking.objects.order_by().filter(client=client, status=Status.COMPLETED)
    counted = rows.values_list("session_type__kind", "session_type_id").annotate(count=Count("pk"))
    return {(kind, pk): count for kind, pk, count in counted}


def _sessions_left(each: Prerequisite, left: int) -> str:
    return f"{left} more of “{each.completed.name}” {'comes' if left == 1 else 'come'} first."


def _forms(facts: Facts, session_type: SessionType) -> Iterable[Missing]:
    if not session_type.is_hands_on:
        return
    for form in facts.forms.values():
        if form.for_kind in ("", session_type.kind) and not form.is_valid:
            yield Missing("intake_required", "Please fill in what we need to know about your health first.", Weight.FORM, form.slug)


def _agreements(facts: Facts, session_type: SessionType) -> Iterable[Missing]:
    for slug in _documents(facts, session_type):
        agreement = facts.agreements.get(slug)
        if agreement is None or agreement.is_given or agreement.is_withdrawn:
            continue
        if agreement.kind == "boundaries":
            yield Missing("boundaries_required", "Please read the practice's boundaries and answer a few short questions.", Weight.FORM, slug)
        else:
            yield Missing("consent_required", "Please read and sign what this session rests on first.", Weight.FORM, slug)


def _documents(facts: Facts, session_type: SessionType) -> list[str]:
    """What this session type rests on: the documents it names, and for a tantric session the boundaries too."""
    named = list(session_type.requires_consents)
    if session_type.kind == Kind.TANTRIC:
        named += [slug for slug, each in facts.agreements.items() if each.kind == "boundaries" and slug not in named]
    return named
