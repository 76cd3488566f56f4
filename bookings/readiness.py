"""What is still missing for this client, this session type, this day: one question with one answer.

The only place that puts age, stage, completed sessions, consultation, intake, flags, consents, boundaries and
restrictions together. Only reads. Asked when booking, approving, moving, checking in and starting, on every way in.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import Enum

from accounts.models import Role, User
from bookings import elsewhere
from bookings.elsewhere import Then
from bookings.errors import NotReady, UnderAge
from bookings.models import Approval, Booking, Kind, SessionType, Stage
from bookings.rules import is_adult
from clients import facts as known
from clients.facts import Facts, Row
from clients.models import Client, Consent
from practice import words

STAGES = list(Stage)


class Weight(Enum):
    """How firmly it stands in the way."""

    PHYSICS = "nobody may override it"
    POLICY = "staff may override it with a reason"
    FORM = "the client can still do it; until then a booking is incomplete and cannot start"
    LOOK = "the therapist looks first: what the client books is a request, and nothing starts before"


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that is missing: the API's code, what the client reads, what it is about (a slug), how firmly."""

    code: str
    sentence: str
    weight: Weight
    about: str = ""

    @property
    def name(self) -> str:
        return f"{self.code}:{self.about}"


BLOCKED = Missing("not_available", "We are sorry: no booking is possible.", Weight.PHYSICS)


# What the session type asks for, the client's sessions that took place, and whether this type is known to them. BETWEEN,
# since PostgreSQL keeps one plan for all clients: for “=” it would be made for the one with the most bookings.
EARLIER = """
UNION ALL SELECT 'asks', s.slug, s.name, p.count, NULL FROM bookings_prerequisite p
  JOIN bookings_sessiontype s ON s.id = p.completed_id WHERE p.session_type_id = %(session_type)s
UNION ALL SELECT 'completed', s.slug, s.kind, CAST(count(*) AS integer), NULL FROM bookings_booking b
  JOIN bookings_sessiontype s ON s.id = b.session_type_id
  WHERE b.client_id BETWEEN %(client)s AND %(client)s AND b.status = 'completed' GROUP BY s.slug, s.kind
UNION ALL SELECT DISTINCT 'known', '', '', CAST(NULL AS integer), CAST(NULL AS date) FROM bookings_booking b
  WHERE b.client_id BETWEEN %(client)s AND %(client)s AND b.session_type_id = %(session_type)s AND b.status IN ('confirmed', 'completed')
"""

# The same for every session type at once: each row of a type's own carries its slug.
EARLIER_OF_EACH = """
UNION ALL SELECT 'asks:' || t.slug, s.slug, s.name, p.count, NULL FROM bookings_prerequisite p
  JOIN bookings_sessiontype s ON s.id = p.completed_id JOIN bookings_sessiontype t ON t.id = p.session_type_id
UNION ALL SELECT 'completed', s.slug, s.kind, CAST(count(*) AS integer), NULL FROM bookings_booking b
  JOIN bookings_sessiontype s ON s.id = b.session_type_id
  WHERE b.client_id BETWEEN %(client)s AND %(client)s AND b.status = 'completed' GROUP BY s.slug, s.kind
UNION ALL SELECT DISTINCT 'known:' || t.slug, '', '', CAST(NULL AS integer), CAST(NULL AS date) FROM bookings_booking b
  JOIN bookings_sessiontype t ON t.id = b.session_type_id
  WHERE b.client_id BETWEEN %(client)s AND %(client)s AND b.status IN ('confirmed', 'completed')
"""

BY_CLIENT = (Weight.PHYSICS, Weight.POLICY, Weight.FORM)
BY_STAFF = (Weight.PHYSICS, Weight.POLICY)
HOLDING = BY_STAFF
"""A time may be kept while the client fills in what is missing."""
OVERRIDING = (Weight.PHYSICS,)


@dataclass(frozen=True, slots=True)
class Readiness:
    """What is missing, the firmest first, and whether the therapist looks at the booking before it is confirmed."""

    missing: tuple[Missing, ...]
    needs_approval: bool
    is_elsewhere: bool = False
    """They have another session at the time that was asked about."""

    def require(self, weights: Iterable[Weight], by: User | None) -> None:
        """Raises NotReady (UnderAge for a client under age) for what is missing of these weights, in words that `by` may
        read."""
        wanted = set(weights)
        in_the_way = [each for each in self.missing if each.weight in wanted]
        if any(each.code == UnderAge.code for each in in_the_way):
            raise UnderAge
        if in_the_way:
            raise NotReady(_for_the_desk(in_the_way) if by and by.role == Role.FRONT_DESK else in_the_way)

    @property
    def reviews(self) -> list[Missing]:
        """That the therapist looks first."""
        return [each for each in self.missing if each.code == "review_required"]

    def require_no_review(self) -> None:
        """For what would be confirmed with nobody having looked. Raises NotReady."""
        if self.reviews:
            raise NotReady(self.reviews)


def _for_the_desk(missing: list[Missing]) -> list[Missing]:
    """The front desk learns that it cannot be, and nothing of flags, stages or consents."""
    firmest = missing[0].weight
    sentence = "This client cannot have this session at present. The therapist can say more."
    if firmest == Weight.POLICY:
        sentence = "This session is not open to this client yet. Please ask the therapist, or book it all the same with a reason."
    return [Missing("not_available", sentence, firmest)]


def of(
    client: Client,
    session_type: SessionType,
    on: dt.date,
    *,
    booking: Booking | None = None,
    then: Then | None = None,
    to_act: bool = False,
) -> Readiness:
    """As things stand on the practice's date `on`, in one query. `booking` is the one that is asked about, for flags
    that concern it alone, `then` the time that is to be taken. `to_act` is for verbs: no consent is withdrawn and no stop raised before they are done."""
    rests = bool(session_type.requires_consents) or session_type.kind == Kind.TANTRIC
    more, values = (elsewhere.WITH_FACTS, then.values()) if then else ("", {})
    values |= {"session_type": session_type.pk}
    facts = known.of(client, on, EARLIER + more, values, agreements=rests, to_act=to_act)
    about = f"booking:{booking.pk}" if booking and booking.pk else ""
    missing, needs_approval = _found(client, facts, session_type, about), _needs_approval(facts, session_type, about)
    return Readiness(missing, needs_approval, is_elsewhere="elsewhere" in facts.more)


def _found(client: Client, facts: Facts, session_type: SessionType, about: str) -> tuple[Missing, ...]:
    """The firmest first. Where a block stands nothing else is told: no form or consent would change it."""
    if "block" in facts.restrictions:
        return (BLOCKED,)
    return (
        *_age(client, facts.on),
        *_standing(facts, about),
        *_withdrawn(facts, session_type),
        *_prerequisites(facts, session_type),
        *_forms(facts, session_type),
        *_agreements(facts, session_type),
        *_countersigned(facts, session_type),
        *_reviews(facts, about),
    )


def rests_on(session_type: SessionType, slug: str) -> bool:
    """Whether a session of this type cannot be without the consent to this document."""
    return slug in session_type.requires_consents


def said_at_each_session(booking: Booking, on: dt.date) -> dict[str, Consent]:
    """The consents given by this client that the session rests on and that are said again at every session, by document."""
    facts = known.of(booking.client, on)
    resting = [slug for slug in _documents(facts, booking.session_type) if slug in facts.agreements]
    given = Consent.objects.filter(
        client=booking.client,
        withdrawal=None,
        version__document__slug__in=[slug for slug in resting if facts.agreements[slug].is_given],
        version__document__each_session=True,
    )
    latest = given.select_related("version__document").order_by("signed_at")
    return {consent.version.document.slug: consent for consent in latest}


def incomplete(bookings: Collection[Booking], on: dt.date) -> set[int]:
    """Those of these bookings for which the client still has something to fill in or to sign, also anew after they took it
    back; the number of queries does not grow with them. Nothing clinical can be read off it."""
    facts = known.forms_of_each({booking.client_id for booking in bookings}, on)
    return {
        booking.pk
        for booking in bookings
        if any(
            (
                *_forms(facts[booking.client_id], booking.session_type),
                *_withdrawn(facts[booking.client_id], booking.session_type),
                *_agreements(facts[booking.client_id], booking.session_type),
            )
        )
    }


def of_each(client: Client, session_types: Iterable[SessionType], on: dt.date) -> dict[int, Readiness]:
    """What `of` says of each of these session types, by their keys, in one query."""
    kinds = list(session_types)
    facts = known.of(client, on, EARLIER_OF_EACH)
    by_kind = _by_session_type(facts.more)
    found = {}
    for kind in kinds:
        own = replace(facts, more=facts.more | by_kind.get(kind.slug, {}))
        found[kind.pk] = Readiness(_found(client, own, kind, ""), _needs_approval(own, kind, ""))
    return found


def _by_session_type(more: Mapping[str, list[Row]]) -> dict[str, dict[str, list[Row]]]:
    """“asks:deep-massage” is what deep massage asks."""
    by_kind: dict[str, dict[str, list[Row]]] = {}
    for name, rows in more.items():
        what, _, slug = name.partition(":")
        if slug:
            by_kind.setdefault(slug, {})[what] = rows
    return by_kind


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
    """A stop says what to do."""
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


def _countersigned(facts: Facts, session_type: SessionType) -> Iterable[Missing]:
    """The therapist's own part, where both sign: it keeps nobody from booking, and nothing starts without it."""
    for slug in _documents(facts, session_type):
        if (agreement := facts.agreements.get(slug)) and agreement.is_given and agreement.lacks_therapist:
            yield Missing("consent_required", "The therapist has not signed this consent yet.", Weight.LOOK, slug)


def _reviews(facts: Facts, about: str) -> Iterable[Missing]:
    if facts.reviews & {"", about}:
        yield Missing("review_required", "The therapist looks at something you told us first.", Weight.LOOK)


def _documents(facts: Facts, session_type: SessionType) -> list[str]:
    """What this session type rests on: the documents it names, and for a tantric session the boundaries too."""
    named = list(session_type.requires_consents)
    if session_type.kind == Kind.TANTRIC:
        named += [slug for slug, each in facts.agreements.items() if each.kind == "boundaries" and slug not in named]
    return named
