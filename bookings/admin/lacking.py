"""What keeps a booking from starting, in words for those who treat the client. Only reads; the client's own sentences are
in `bookings.readiness`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bookings.models import Stage
from bookings.readiness import Missing, Weight
from bookings.views import needed

SENTENCES = {
    (
        "stopped",
        Weight.PHYSICS,
    ): "An answer of the client's stops it: please look under Flags, and clear it with a reason.",
    ("review_required", Weight.LOOK): "An answer of the client's asks you to look first: please see under Flags.",
    ("not_available", Weight.PHYSICS): "The client is blocked.",
    ("intake_required", Weight.FORM): "“{title}” is not filled in and signed off.",
    ("consent_required", Weight.FORM): "“{title}” is not signed.",
    ("consent_required", Weight.PHYSICS): "“{title}” was withdrawn; the client alone can give it again.",
    ("consent_required", Weight.LOOK): "“{title}” waits for the therapist's signature.",
    ("boundaries_required", Weight.FORM): "The boundaries are not read and answered.",
}


def told(missing: Iterable[Missing]) -> list[str]:
    """Each in one sentence, in the order they came."""
    things = list(missing)
    titles = needed.titles() if things else {}
    return [_sentence(each, titles) for each in things]


def _sentence(missing: Missing, titles: Mapping[str, str]) -> str:
    if missing.about in Stage.values:
        return f"It asks for the stage “{Stage(missing.about).label}”."
    sentence = SENTENCES.get((missing.code, missing.weight))
    return sentence.format(title=titles.get(missing.about, missing.about)) if sentence else missing.sentence
