"""What can stand in the way around a client's record, of the family of `practice.errors`."""

from __future__ import annotations

from collections.abc import Sequence

from practice.errors import Refusal


class Declined(Refusal):
    """Something about what was told, agreed to or decided; mostly a matter of what was typed."""

    code = "invalid"


class RecordClosed(Declined):
    """Asked by somebody who does not treat this client."""

    code = "not_found"
    sentence = "This record is open to those who treat the client. In need you can open it with a reason."


class OpenAlready(Declined):
    """Opened in need twice, or by somebody who treats the client."""

    code = "conflict"
    sentence = "This record is open to you already."


class NotToJoin(Declined):
    """Two rows that stay two; the sentence says why."""

    code = "conflict"


class WhyNeeded(Declined):
    sentence = "Please give a reason; it is kept."


class DateAhead(Declined):
    sentence = "A decision is dated today or earlier."


class DecidedMeanwhile(Declined):
    code = "conflict"
    sentence = "Somebody has decided about this client in the meantime. Please look at it, and decide again if it is still needed."


class NotPublishable(Declined):
    """The draft lacks something; the sentence says what."""


class NotToSign(Declined):
    sentence = "This cannot be signed."


class TextChanged(Declined):
    """Signed or answered for another version, or another text, than the one that is asked for now."""

    code = "conflict"
    sentence = "The text has changed since this page was opened. This is how it reads now; nothing was signed yet."


class ClausesMissing(Declined):
    """`places` are those without a tick or an answer, counted from 0."""

    def __init__(self, places: Sequence[int], sentence: str = "Each point needs its own tick.") -> None:
        super().__init__(sentence)
        self.places = list(places)


class NameDiffers(Declined):
    sentence = "Please type your name as we know it: first name and surname."


class NotASignature(Declined):
    sentence = "The drawing did not arrive whole. Please draw it again, or leave it out: the typed name is enough."


class NotToWithdraw(Declined):
    sentence = "This is a notice. It was read and not consented to, so there is nothing to withdraw."


class NotAsked(Declined):
    """No such form is asked now."""

    code = "not_found"
    sentence = "This form is not asked at the moment."


class AlreadySigned(Declined):
    code = "conflict"
    sentence = (
        "This form is signed off already, so nothing was changed. If something is different now, fill it in anew."
    )


class Renewed(Declined):
    """The version that was shown is not the one that is asked now."""

    code = "conflict"
    sentence = (
        "We have renewed this form since you opened it. What you answered is kept; please look it over once more."
    )


class ChangedElsewhere(Declined):
    code = "conflict"
    sentence = "This page was saved in another window in the meantime. Below is what you entered here; save it again to keep it."


class UnknownQuestion(Declined):
    sentence = "An answer belongs to a question that is not on this page. Nothing was saved; please open the page anew."


class NotFit(Declined):
    """Answers that their questions do not take; `found` has a sentence for each question's key."""

    def __init__(self, found: dict[str, str]) -> None:
        super().__init__("Some answers need another look.")
        self.found = found


class NotAnswered(Declined):
    """What must be answered before it can be signed off; `pages` are their numbers."""

    def __init__(self, pages: list[int]) -> None:
        super().__init__("Some questions still need an answer before you can sign this off.")
        self.pages = pages


class AlreadyCleared(Declined):
    code = "conflict"
    sentence = "This is cleared already."
