"""What can stand in the way of a booking, of the family of `practice.errors`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from bookings.availability import Reason
from practice.errors import Refusal

SENTENCES = {
    Reason.OFF_GRID: "Sessions do not start at that minute.",
    Reason.OUTSIDE_HOURS: "The session would lie outside the working hours.",
    Reason.AWAY: "The therapist is away then.",
    Reason.CLOSED: "The practice is closed then.",
    Reason.THERAPIST_TAKEN: "The therapist has another booking then.",
    Reason.ROOM_CLOSED: "No room is open then.",
    Reason.ROOM_TAKEN: "No room is free then.",
    Reason.TOO_SOON: "That start is too soon to be booked.",
    Reason.TOO_FAR: "That date is too far ahead to be booked yet.",
    Reason.DAY_MINUTES_FULL: "The therapist's hours of work for that day are full.",
    Reason.DAY_SESSIONS_FULL: "The therapist's sessions for that day are full.",
}


class SlotTaken(Refusal):
    """Only the therapist or the room is taken; `next_starts` are the nearest free ones, where they were asked for."""

    code = "slot_taken"
    sentence = "That time has just been taken. Please choose another."

    def __init__(self, next_starts: Sequence[dt.datetime] = ()) -> None:
        super().__init__()
        self.next_starts = list(next_starts)


class NotOffered(Refusal):
    code = "not_offered"

    def __init__(self, reasons: Sequence[Reason]) -> None:
        super().__init__(" ".join(SENTENCES[reason] for reason in reasons))
        self.reasons = list(reasons)


class Elsewhere(Refusal):
    """The client has another session at that time. Policy: staff may set it aside with a reason."""

    code = "not_offered"
    reason = "client_elsewhere"


class NotGiven(Refusal):
    """The session type, length or therapist does not go together; `field` says which of them to change."""

    code = "invalid"

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


class Passed(NotGiven):
    """Policy can be set aside, and the clock cannot."""

    def __init__(self) -> None:
        super().__init__("starts_at", "That time has passed already. Please choose one that is still to come.")


class Conflict(Refusal):
    code = "conflict"
    sentence = "This booking has changed in the meantime. Please look at it again."


class Late(Refusal):
    """Inside the notice that was agreed; the fee is due if the client goes on."""

    code = "late"

    def __init__(self, fee: Decimal, currency: str) -> None:
        super().__init__(f"This is inside the notice that was agreed: a fee of {fee} {currency} is due.")
        self.fee = fee
        self.currency = currency


class UnderAge(Refusal):
    code = "under_age"
    sentence = "Sessions are for adults: a client is 18 or older on the day of booking."


class AddressNotConfirmed(Refusal):
    code = "not_available"
    sentence = "Please confirm your e-mail address first; then we can keep a time for you."


class TooManyHolds(Refusal):
    code = "not_available"
    sentence = "Two times are kept for you already. Finish or release one of them first."


class ReasonNeeded(Refusal):
    code = "invalid"
    sentence = "Please give a reason; it is kept with the booking."


class TooMuch(Refusal):
    """More than is still to be paid, was taken, or is owed; or no amount at all."""

    code = "invalid"


class AlreadyTakenBack(Refusal):
    code = "conflict"
    sentence = "This line has been taken back already."


class NotNow(Refusal):
    code = "invalid"


class DayClosed(Refusal):
    code = "conflict"
    sentence = "This day is closed already; what is taken now is counted with the next day."


class DifferenceUnexplained(Refusal):
    """What was counted `paid_by` one way differs from what the lines of the day come to."""

    code = "invalid"

    def __init__(self, paid_by: str, difference: str) -> None:
        super().__init__(f"This is {difference} than expected. Please say why.")
        self.paid_by = paid_by


class KeyReused(Refusal):
    """A key stands for one request; the first one sent with it had other content."""

    code = "key_reused"
    sentence = "This key was used for another request already. Please use a new one."


class NoSuchLink(Refusal):
    code = "not_found"
    sentence = "This link does not lead anywhere. Please use the one in our latest message."


class LinkOver(Refusal):
    """A link of ours whose time has passed, or whose booking has moved on; `ref` leads to the booking of a client who can
    sign in."""

    code = "conflict"

    def __init__(self, sentence: str, ref: str) -> None:
        super().__init__(sentence)
        self.ref = ref


class LinkUsed(LinkOver):
    """A link that did a moment ago what it was for; `booking` is as it then became."""

    def __init__(self, sentence: str, ref: str, booking: Any) -> None:
        super().__init__(sentence, ref)
        self.booking = booking


class NoSuchFeed(Refusal):
    code = "not_found"
    sentence = "There is no calendar at this address any more."


class Busy(Refusal):
    code = "not_available"
    sentence = "The diary is very busy at this moment. Please try once more."


class NotReady(Refusal):
    """Something is missing for this client, session and day; `missing` says what, the firmest first."""

    def __init__(self, missing: Sequence[Any]) -> None:
        super().__init__(" ".join(dict.fromkeys(each.sentence for each in missing)))
        self.missing = list(missing)
        self.code = missing[0].code
