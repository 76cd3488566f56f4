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
