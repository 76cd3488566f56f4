"""What can go wrong with what is kept secret or provable, of the family of `practice.errors`; never a word of the content."""

from __future__ import annotations

from practice.errors import Refusal


class Unreadable(Refusal):
    """A sealed value does not open where it stands: it was altered, moved, or its key is not here."""

    sentence = "This text cannot be read at the moment. It has been kept as it is."


class Erased(Unreadable):
    """The subject's key was destroyed, so nothing of theirs opens and nothing can be added."""

    sentence = "This record has been erased. It cannot be read or added to."


class KeyMissing(Unreadable):
    """The key ring lacks the key that wraps a subject's key; `for_operators` says which, to nobody else."""

    def __init__(self, key_id: str) -> None:
        super().__init__()
        self.for_operators = f"FIELD_ENCRYPTION_KEYS lacks the key {key_id}, which is needed to read this."
        self.add_note(self.for_operators)


class NotText(Refusal):
    code = "invalid"
    sentence = "This text holds a character that cannot be stored. Please type it anew."


class NotAWord(ValueError):
    """A fault of ours and of nobody's who uses the site: a sentence might hold what the ledger must not."""

    def __init__(self, where: str) -> None:
        super().__init__(f"The ledger keeps short names, numbers and digests only; {where} is something else.")
