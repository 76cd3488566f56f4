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

    code = "invalid"
    sentence = (
        "This report takes too long to put together. Please choose a shorter period, or narrow it to a therapist, "
        "a session type or a room."
    )


class NoSuchReport(Refusal):
    """There is no report of that name for this reader."""

    code = "not_found"
    sentence = "There is no such report."


class NoSuchTable(Refusal):
    """The report has no table of that name, or a file cannot be of that kind."""

    code = "not_found"
    sentence = "There is no such table in this report."


class TooMany(Refusal):
    """More rows than somebody is let wait for; the worker makes such a file."""

    code = "invalid"
    sentence = "This file is long. It can be made in the background."


class EnoughOrdered(Refusal):
    code = "conflict"
    sentence = "Several files of yours are being made already. Please wait for one of them, or cancel it."


class RoleChanged(Refusal):
    """Who ordered the file is no longer what they were then."""

    sentence = "This file was ordered for another role than you have now, so it was not made."


class Abandoned(Refusal):
    """The file that is being made was cancelled, or another worker has it."""

    code = "conflict"
    sentence = "This file is not wanted any more."
