"""Why a start cannot be had, in all its reasons: whether it can be set aside, and what is free near it. Only reads."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from bookings import diary
from bookings.admin import lacking
from bookings.availability import Reason
from bookings.diary import Ask
from bookings.errors import SENTENCES, Elsewhere, NotOffered, NotReady, Refusal, SlotTaken
from bookings.models import Therapist
from bookings.placing import POLICY
from bookings.readiness import Weight

NEAREST = 3


@dataclass(frozen=True, slots=True)
class WhyNot:
    sentences: list[str]
    may_override: bool
    """With a reason, by staff."""
    near: list[dt.datetime]


def of(refusal: Refusal, ask: Ask, therapist: Therapist | None, start: dt.datetime) -> WhyNot:
    """The refusal of this start, with every reason where it is about the time."""
    if not isinstance(refusal, NotOffered | SlotTaken | Elsewhere):
        aside = isinstance(refusal, NotReady) and all(each.weight == Weight.POLICY for each in refusal.missing)
        return WhyNot(lacking.of(refusal), aside, [])
    therapists = [therapist] if therapist else diary.therapists_for(ask.session_type)
    reasons = set(diary.explain(ask, therapist, start)) if therapist else set()
    sentences = [SENTENCES[reason] for reason in Reason if reason in reasons]
    is_elsewhere = isinstance(refusal, Elsewhere)
    if is_elsewhere or not sentences:
        sentences.insert(0, str(refusal))
    near = [slot.starts_at for slot in diary.nearest(ask, therapists, start, NEAREST)]
    return WhyNot(sentences, (is_elsewhere or bool(reasons)) and reasons <= POLICY and start > ask.now, near)
