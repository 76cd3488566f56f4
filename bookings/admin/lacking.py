"""What keeps a booking from being made or from starting, in words for the practice's side. Only reads; the client's own
sentences are in `bookings.readiness`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bookings import readiness, visits
from bookings.errors import NotReady, Refusal
from bookings.models import Stage
from bookings.readiness import Missing, Weight
from bookings.views import needed

SENTENCES = {
    (
        "stopped",
        Weight.PHYSICS,
    ): "An answer of the client's stops it: please look under Flags, and clear it with a reason.",
    ("review_required", Weight.LOOK): "An answer of the client's asks you to look first: please see under Flags.",
    ("intake_required", Weight.FORM): "“{title}” is not filled in and signed off.",
    ("consent_required", Weight.FORM): "“{title}” is not signed.",
    ("consent_required", Weight.PHYSICS): "“{title}” was withdrawn; the client alone can give it again.",
    ("consent_required", Weight.LOOK): "“{title}” waits for the therapist's signature.",
    ("boundaries_required", Weight.FORM): "The boundaries are not read and answered.",
}
AT_A_VISIT = {
    visits.UNANSWERED: "“{title}” is not answered for this visit yet: please hand the client your device with that page.",
    visits.SAY_AGAIN: visits.SAY_AGAIN,
    readiness.BLOCKED.sentence: "The client is blocked.",
}
"""What is told of a visit or of a block, by the client's own sentence for it."""


def of(refusal: Refusal) -> list[str]:
    """Why something could not be done; where the client lacks something, what. The front desk's refusal says nothing of
    that, and stays as it is."""
    return told(refusal.missing) if isinstance(refusal, NotReady) else [str(refusal)]


def told(missing: Iterable[Missing]) -> list[str]:
    """Each in one sentence, in the order they came."""
    things = list(missing)
    titles = needed.titles() if things else {}
    return list(dict.fromkeys(_sentence(each, titles) for each in things))


def _sentence(missing: Missing, titles: Mapping[str, str]) -> str:
    if missing.about in Stage.values:
        return f"It asks for the stage “{Stage(missing.about).label}”."
    sentence = AT_A_VISIT.get(missing.sentence) or SENTENCES.get((missing.code, missing.weight))
    return sentence.format(title=titles.get(missing.about, missing.about)) if sentence else missing.sentence
