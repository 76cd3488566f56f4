"""The kinds of message about a booking, by the names under which rows and wordings keep them. Names, and nothing else."""

CONFIRMED = "booking_confirmed"
REQUESTED = "booking_requested"
APPROVED = "booking_approved"
DECLINED = "booking_declined"
PROPOSED = "booking_proposed"
MOVED = "booking_moved"
LENGTH_CHANGED = "booking_length_changed"
MOVE_REQUESTED = "booking_move_requested"
MOVE_DECLINED = "booking_move_declined"
CANCELLED = "booking_cancelled"
EXPIRED = "booking_expired"
WAITING = "booking_waiting"
REMINDER = "booking_reminder"
PREPARATION = "booking_preparation"
AFTERCARE = "booking_aftercare"
FORMS_MISSING = "booking_forms_missing"
TO_ANSWER = "booking_to_answer"
NOT_ANSWERED = "booking_not_answered"
TO_LOOK_AT = "booking_to_look_at"

STANDING = (
    CONFIRMED, REQUESTED, APPROVED, DECLINED, PROPOSED, MOVED, LENGTH_CHANGED, MOVE_REQUESTED, MOVE_DECLINED, CANCELLED, EXPIRED,
    WAITING,
)  # fmt: skip
"""What tells the client how their booking stands; of several quick changes, one of these."""

TO_THERAPIST = frozenset({TO_ANSWER, NOT_ANSWERED, TO_LOOK_AT})

GROUP_OF = {REMINDER: "reminder", PREPARATION: "care", AFTERCARE: "care", FORMS_MISSING: "forms"}


def group_of(kind: str) -> str:
    """What a client chooses about; “booking” where there is no choice but the channel."""
    return GROUP_OF.get(kind, "booking")
