"""What an import did, counted, and what somebody should know about it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Report:
    """By kind: how many were created, changed and left unchanged."""

    counts: dict[str, list[int]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def count(self, kind: str, *, created: int = 0, changed: int = 0, unchanged: int = 0) -> None:
        row = self.counts.setdefault(kind, [0, 0, 0])
        for index, number in enumerate((created, changed, unchanged)):
            row[index] += number

    def settle(self, kind: str, *, is_new: bool, is_changed: bool) -> None:
        self.count(kind, created=is_new, changed=is_changed and not is_new, unchanged=not is_new and not is_changed)

    @property
    def changed_nothing(self) -> bool:
        return not any(created or changed for created, changed, _ in self.counts.values())
