"""A client's path as they may see it: the stages, where they are, and what each session still asks. Only reads.

Never a score, never the therapist's note; what nobody has decided yet is not foretold.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from bookings import brochure, readiness
from bookings.models import SessionType, Stage
from bookings.readiness import Missing, Weight
from clients import facts, models
from clients.models import Client, StageDecision
from practice import words

NOT_YET = "Your therapist would like to give the present stage some more time."


@dataclass(frozen=True, slots=True)
class Step:
    """One stage of the path; `since` is the day the therapist decided it, empty for the first."""

    stage: models.Stage
    is_here: bool
    is_behind: bool
    since: str


@dataclass(frozen=True, slots=True)
class Coming:
    """A session, and what is still needed for it; nothing where it can be booked."""

    session_type: SessionType
    missing: tuple[Missing, ...]
    is_request: bool
    """The therapist looks at it before it is confirmed."""

    @property
    def is_open(self) -> bool:
        return not self.missing


@dataclass(frozen=True, slots=True)
class Journey:
    steps: tuple[Step, ...]
    decided: tuple[tuple[str, str], ...]
    """The day and a neutral sentence, the latest first."""
    sessions: tuple[Coming, ...]

    @property
    def here(self) -> Step:
        return next(step for step in self.steps if step.is_here)


def of(client: Client, on: dt.date) -> Journey:
    """As things stand on the practice's date `on`; the number of queries does not grow with sessions or decisions."""
    decisions = list(StageDecision.objects.filter(client=client).defer("note").select_related("stage"))
    return Journey(_steps(decisions), tuple(_told(each) for each in decisions), _sessions(client, on))


def still_needed(client: Client, session_type: SessionType, on: dt.date) -> tuple[Missing, ...]:
    """What this session still asks of this client, in their own words."""
    return _own_part(readiness.of(client, session_type, on).missing)


def to_fill_in(client: Client, session_type: SessionType, on: dt.date) -> tuple[Missing, ...]:
    """Of that what keeps a booking which stands already from starting, and is the client's to do."""
    return tuple(each for each in still_needed(client, session_type, on) if each.weight == Weight.FORM)


def _own_part(missing: tuple[Missing, ...]) -> tuple[Missing, ...]:
    """What only the therapist has left to do is not put before the client as theirs."""
    return tuple(each for each in missing if each.weight != Weight.LOOK)


def _steps(decisions: list[StageDecision]) -> tuple[Step, ...]:
    stages = list(models.Stage.objects.all())
    reached = next((each for each in decisions if each.is_reached), None)
    here = reached.stage.slug if reached else facts.FIRST_STAGE
    place = [stage.slug for stage in stages].index(here)
    days = {each.stage.slug: words.day(each.decided_on) for each in reversed(decisions) if each.is_reached}
    return tuple(
        Step(stage, order == place, order < place, days.get(stage.slug, "") if order <= place else "")
        for order, stage in enumerate(stages)
    )


def _told(decision: StageDecision) -> tuple[str, str]:
    sentence = f"You came to {decision.stage.name}." if decision.is_reached else NOT_YET
    return words.day(decision.decided_on), sentence


def _sessions(client: Client, on: dt.date) -> tuple[Coming, ...]:
    """Those that can be had now stand first, then by the stage they ask for."""
    kinds = [each for each in brochure.sessions() if each.lengths.all() and each.offers.all()]
    ready = readiness.of_each(client, kinds, on)
    order = list(Stage)
    found = [Coming(kind, _own_part(ready[kind.pk].missing), ready[kind.pk].needs_approval) for kind in kinds]
    return tuple(
        sorted(found, key=lambda each: (not each.is_open, order.index(Stage(each.session_type.requires_stage))))
    )
