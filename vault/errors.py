"""What can go wrong with what is kept secret or provable: whole sentences without blame, and never a word of the content."""

from __future__ import annotations


class VaultError(Exception):
    """Base of the family. The edges catch this and nothing wider."""

    code = "unreadable"
    sentence = "This could not be done with what is kept secret."

    def __init__(self, sentence: str = "") -> None:
        super().__init__(sentence or self.sentence)


class Unreadable(VaultError):
    """A sealed value does not open where it stands: it was altered, moved, or its key is not here."""

    sentence = "This text cannot be read at the moment. It has been kept as it is."


class Erased(Unreadable):
    """The subject's key was destroyed, so nothing of theirs opens and nothing can be added."""

    sentence = "This record has been erased. It cannot be read or added to."


class KeyMissing(Unreadable):
    """The key ring lacks the key that wraps a subject's key."""

    def __init__(self, key_id: str) -> None:
        super().__init__(f"FIELD_ENCRYPTION_KEYS lacks the key {key_id}, which is needed to read this.")


class NotText(VaultError):
    code = "invalid"
    sentence = "This text holds a character that cannot be stored. Please type it anew."


class NotAWord(VaultError):
    """The ledger takes names, numbers and digests; a sentence might hold what it must not."""

    code = "invalid"

    def __init__(self, where: str) -> None:
        super().__init__(f"The ledger keeps short names, numbers and digests only; {where} is something else.")
