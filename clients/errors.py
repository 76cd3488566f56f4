"""What can stand in the way around a client's record: one family, whole sentences without blame, each a stable code."""

from __future__ import annotations


class Declined(Exception):
    """Base of the family. The edges catch this and nothing wider."""

    code = "invalid"
    sentence = "This cannot be done."

    def __init__(self, sentence: str = "") -> None:
        super().__init__(sentence or self.sentence)


class RecordClosed(Declined):
    """Asked by somebody who does not treat this client."""

    code = "not_found"
    sentence = "This record is open to those who treat the client. In need you can open it with a reason."


class WhyNeeded(Declined):
    sentence = "Please give a reason; it is kept."
