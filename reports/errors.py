"""What can stand in the way of a report, of the family of `practice.errors`."""

from __future__ import annotations

from practice.errors import Refusal


class NotAPeriod(Refusal):
    """The days asked for cannot be reported on; the sentence says which and why."""

    code = "invalid"
    sentence = "A period needs a first and a last day."


class UnknownFilter(Refusal):
    """A therapist, session type or room that is not there, or not this reader's."""

    code = "invalid"
    sentence = "A report can be narrowed by therapist, session type and room."


class TooLong(Refusal):
    """The database was stopped, since it looked for longer than anybody waits."""

    code = "too_long"
    sentence = (
        "This report takes too long to put together. Please choose a shorter period, or narrow it to a therapist, "
        "a session type or a room."
    )


class NoSuchReport(Refusal):
    """There is no report of that name for this reader."""

    code = "not_found"
    sentence = "There is no such report."
