"""The one family of what can stand in the way: a whole sentence without blame, and a stable code. Each app adds its own."""

from __future__ import annotations


class Refusal(Exception):
    """Base of the family. The edges catch this and nothing wider; the code tells programs and pages which it is."""

    code = "not_available"
    sentence = "This cannot be done."

    def __init__(self, sentence: str = "") -> None:
        super().__init__(sentence or self.sentence)
