"""What is still missing for this client, this session type, this day: one question with one answer.

The only place that puts age, stage, completed sessions, consultation, intake, flags, consents, boundaries and
restrictions together. Only reads. Asked when booking, approving, moving, checking in and starting, on every way in.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from bookings.errors import NotReady, UnderAge
from bookings.models import Approval, Booking, Kind, SessionType, Stage
from bookings.rules import is_adult
from clients import facts as known
from clients.facts import Facts
from clients.models import Client
from practice import words

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


# What the session type asks for, the client's sessions that took place, and whether this type is known to them.
EARLIER = """
UNION ALL SELECT 'asks', s.slug, s.name, p.count, NULL FROM bookings_prerequisite p
  JOIN bookings_sessiontype s ON s.id = p.completed_id WHERE p.session_type_id = %(session_type)s
UNION ALL SELECT 'completed', s.slug, s.kind, CAST(count(*) AS integer), NULL FROM bookings_booking b
  JOIN bookings_sessiontype s ON s.id = b.session_type_id
  WHERE b.client_id = %(client)s AND b.status = 'completed' GROUP BY s.slug, s.kind
UNION ALL SELECT DISTINCT 'known', '', '', CAST(NULL AS integer), CAST(NULL AS date) FROM bookings_booking b
  WHERE b.client_id = %(client)s AND b.session_type_id = %(session_type)s AND b.status IN ('confirmed', 'completed')
"""

BY_CLIENT = tuple(Weight)
BY_STAFF = (Weight.PHYSICS, Weight.POLICY)
HOLDING = BY_STAFF
"""A time may be kept while the client fills in what is missing."""
OVERRIDING = (Weight.PHYSICS,)


@dataclass(frozen=True, slots=True)
class Readiness:
    """What is missing, the firmest first, and whether the therapist looks at the booking before it is confirmed."""

    missing: tuple[Missing, ...]
    needs_approval: bool

    def require(self, weights: Iterable[Weight]) -> None:
        """Raises NotReady (UnderAge for a client under age) for what is missing of these weights."""
        wanted = set(weights)
        in_the_way = [each for each in self.missing if each.weight in wanted]
        if any(each.code == UnderAge.code for each in in_the_way):
            raise UnderAge
        if in_the_way:
            raise NotReady(in_the_way)


def of(client: Client, session_type: SessionType, on: dt.date, *, booking: Booking | None = None) -> Readiness:
    """As things stand on the practice's date `on`, in one query. `booking` is the one that is asked about, for flags
    that concern it alone."""
    facts = known.of(client, on, EARLIER, {"session_type": session_type.pk})
    about = f"booking:{booking.pk}" if booking and booking.pk else ""
    found = (
        *_age(client, on),
        *_standing(facts, about),
        *_withdrawn(facts, session_type),
        *_prerequisites(facts, session_type),
        *_forms(facts, session_type),
        *_agreements(facts, session_type),
    )
    return Readiness(found, _needs_approval(facts, session_type, about))


def _needs_approval(facts: Facts, session_type: SessionType, about: str) -> bool:
    if facts.reviews & {"", about} or "approval" in facts.restrictions:
        return True
    if session_type.approval == Approval.FIRST:
        return "known" not in facts.more
    return session_type.approval == Approval.ALWAYS


def _age(client: Client, on: dt.date) -> Iterable[Missing]:
    if not is_adult(client.date_of_birth, on):
        yield Missing(UnderAge.code, UnderAge.sentence, Weight.PHYSICS)


def _standing(facts: Facts, about: str) -> Iterable[Missing]:
    """A block says no more than that no booking is possible; a stop says what to do."""
    if "block" in facts.restrictions:
        yield Missing("not_available", "We are sorry: no booking is possible.", Weight.PHYSICS)
    if facts.stops & {"", about}:
        sentence = (
            "Something you told us needs a word with the therapist first. Please write or call; we look at it with you."
        )
        yield Missing("stopped", sentence, Weight.PHYSICS)


def _withdrawn(facts: Facts, session_type: SessionType) -> Iterable[Missing]:
    for slug in _documents(facts, session_type):
        if (agreement := facts.agreements.get(slug)) and agreement.is_withdrawn:
            sentence = "You have withdrawn a consent that this session rests on. You can give it again at any time."
            yield Missing("consent_required", sentence, Weight.PHYSICS, slug)


def _prerequisites(facts: Facts, session_type: SessionType) -> Iterable[Missing]:
    if STAGES.index(Stage(facts.stage)) < STAGES.index(Stage(session_type.requires_stage)):
        sentence = "This session comes later on the way. Your therapist tells you when it is time."
        yield Missing("stage_required", sentence, Weight.POLICY, session_type.requires_stage)
    done = {slug: count or 0 for _, slug, _, count, _ in facts.more.get("completed", ())}
    kinds = {kind for _, _, kind, *_ in facts.more.get("completed", ())}
    if session_type.requires_consultation and Kind.CONSULTATION not in kinds:
        yield Missing("stage_required", "A consultation comes first.", Weight.POLICY, "consultation")
    for _, slug, name, count, _ in facts.more.get("asks", ()):
        if (left := (count or 0) - done.get(slug, 0)) > 0:
            yield Missing("stage_required", _sessions_left(name, left), Weight.POLICY, slug)


def _sessions_left(name: str, left: int) -> str:
    return f"{words.small(left).capitalize()} more of “{name}” {'comes' if left == 1 else 'come'} first."


def _forms(facts: Facts, session_type: SessionType) -> Iterable[Missing]:
    if not session_type.is_hands_on:
        return
    for form in facts.forms.values():
        if form.for_kind in ("", session_type.kind) and not form.is_valid:
            yield Missing(
                "intake_required",
                "Please fill in what we need to know about your health first.",
                Weight.FORM,
                form.slug,
            )


def _agreements(facts: Facts, session_type: SessionType) -> Iterable[Missing]:
    for slug in _documents(facts, session_type):
        agreement = facts.agreements.get(slug)
        if agreement is None or agreement.is_given or agreement.is_withdrawn:
            continue
        if agreement.kind == "boundaries":
            yield Missing(
                "boundaries_required",
                "Please read the practice's boundaries and answer a few short questions.",
                Weight.FORM,
                slug,
            )
        else:
            yield Missing(
                "consent_required", "Please read and sign what this session rests on first.", Weight.FORM, slug
            )


def _documents(facts: Facts, session_type: SessionType) -> list[str]:
    """What this session type rests on: the documents it names, and for a tantric session the boundaries too."""
    named = list(session_type.requires_consents)
    if session_type.kind == Kind.TANTRIC:
        named += [slug for slug, each in facts.agreements.items() if each.kind == "boundaries" and slug not in named]
    return named
