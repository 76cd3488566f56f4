"""The figures of one run and the bounds they are held to: printed as a table, kept as a file. Measures nothing."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    part: str
    what: str
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Bound:
    what: str
    value: float
    limit: float
    at_least: bool = False

    @property
    def holds(self) -> bool:
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    def __str__(self) -> str:
        return f"{'ok' if self.holds else 'MISSED':>6}  {self.what}: {self.value:g} ({'at least' if self.at_least else 'at most'} {self.limit:g})"


@dataclass
class Report:
    small: bool = False
    figures: list[Figure] = field(default_factory=list)
    bounds: list[Bound] = field(default_factory=list)

    def add(self, part: str, what: str, **values: Any) -> None:
        rounded = {name: round(value, 2) if isinstance(value, float) else value for name, value in values.items()}
        self.figures.append(Figure(part, what, rounded))
        print(f"  {part:<12} {what:<52} " + "  ".join(f"{name} {value}" for name, value in rounded.items()), flush=True)

    def hold_pace(self, what: str, value: float, **limit: float) -> None:
        """A bound on time: a small run is too short, and shares its machine with other tests, to be held to it."""
        if not self.small:
            self.hold(what, value, **limit)

    def hold(self, what: str, value: float, *, at_most: float | None = None, at_least: float | None = None) -> None:
        limit = at_most if at_most is not None else at_least
        assert limit is not None
        bound = Bound(what, round(value, 3), limit, at_least=at_least is not None)
        self.bounds.append(bound)
        print(f"  {bound}", flush=True)

    @property
    def missed(self) -> list[Bound]:
        return [bound for bound in self.bounds if not bound.holds]

    def write(self, path: Path) -> None:
        kept = asdict(self)
        kept["bounds"] = [asdict(bound) | {"holds": bound.holds} for bound in self.bounds]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n")
