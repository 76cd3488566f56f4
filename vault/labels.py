"""What a field holds: who it concerns, how long it is kept, whether its person gets it in an export.

Each app has such a table of its own, `labels.py`; a test walks all fields and asks for each one's label. The practice's
own table stands in `practice_labels`, since that app lies below this one.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    PUBLIC = "public"  # anybody may read it on the site
    INTERNAL = "internal"  # the practice's own running, about nobody in particular
    PERSONAL = "personal"  # about a person: names, addresses, times, money
    CLINICAL = "clinical"  # about body, health, consent, limits or journey: sealed, and each reading leaves a line


KEPT = {
    "practice": "as long as the practice wants it",
    "working": "until it has done its work: minutes, or days",
    "account": "until the account is closed",
    "client": "as long as the client's record; an erasure takes it",
    "booking": "a session that took place like its invoice; a request refused, left or released 12 months",
    "invoice": "10 years, as tax law asks",
    "clinical": "10 years after the last session",
    "unfollowed": "90 days: an intake that no session followed",
    "message_text": "90 days",
    "message_fact": "24 months",
    "ledger": "as long as the longest record that it speaks of",
}
"""How long, in words of norms and of the law; the owner sets other periods. A label names one of these."""


@dataclass(frozen=True)
class Label:
    level: Level
    kept: str
    exported: bool = False

    def __post_init__(self) -> None:
        if self.kept not in KEPT:
            raise ValueError(f"“{self.kept}” is no retention period.")


def public(kept: str = "practice") -> Label:
    return Label(Level.PUBLIC, kept)


def internal(kept: str) -> Label:
    return Label(Level.INTERNAL, kept)


def personal(kept: str, *, exported: bool = True) -> Label:
    return Label(Level.PERSONAL, kept, exported)


def clinical(kept: str = "clinical", *, exported: bool = True) -> Label:
    return Label(Level.CLINICAL, kept, exported)


def labelled(**models: dict[Label, str]) -> dict[str, Label]:
    """From `Model={label: "field field"}` to {"Model.field": label}; a field named twice is a mistake."""
    table: dict[str, Label] = {}
    for model, groups in models.items():
        for label, names in groups.items():
            for name in names.split():
                if f"{model}.{name}" in table:
                    raise ValueError(f"{model}.{name} has two labels.")
                table[f"{model}.{name}"] = label
    return table


LABELS = labelled(
    # The subject is a client's number and the secret opens only with the key ring: both go with the erasure, the
    # date of which stays.
    DataKey={internal("clinical"): "id subject wrapped wrapped_by destroyed_at"},
    # About a person only through a pseudonym, which an erasure makes a name of nobody. What a client may see of it
    # (who opened their record) is told in words, not as rows.
    Entry={
        internal("ledger"): "seq at kind object body prev hash",
        personal("ledger", exported=False): "actor_id subject",
    },
    Head={internal("ledger"): "id seq hash"},
    Anchor={internal("ledger"): "id at seq hash count"},
)
