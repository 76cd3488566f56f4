"""The seven chakras, the states one can be seen in, and how a chart of them is drawn. Values in, values out; no score."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

CHAKRAS = {
    "crown": "crown",
    "third-eye": "third eye",
    "throat": "throat",
    "heart": "heart",
    "solar-plexus": "solar plexus",
    "sacral": "sacral",
    "root": "root",
}
"""From the top of the column to its foot."""

NOT_LOOKED = "not looked at"
STATES = ("blocked", "underactive", "balanced", "overactive")
LONGEST_NOTE = 1000
STEP, MIDDLE = 32, 16
"""Of the drawing, in its own units: from one mark to the next, and to the middle of a mark."""


@dataclass(frozen=True, slots=True)
class Point:
    """What was seen of one chakra; an empty state is one that was not looked at."""

    state: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark of the drawn column."""

    key: str
    name: str
    state: str
    note: str
    y: int

    @property
    def word(self) -> str:
        return self.state or NOT_LOOKED


Points = Mapping[str, Point]


def looked_at(points: Points) -> dict[str, Point]:
    """The points that say something, in the column's order. Raises ValueError for a chakra or state that does not exist."""
    if unknown := set(points) - set(CHAKRAS):
        raise ValueError(f"No such chakra: {sorted(unknown)}")
    if unknown := {each.state for each in points.values()} - {"", *STATES}:
        raise ValueError(f"No such state: {sorted(unknown)}")
    return {key: points[key] for key in CHAKRAS if key in points and (points[key].state or points[key].note.strip())}


def kept(points: Points) -> dict[str, list[str]]:
    """As it is stored."""
    return {key: [each.state, each.note.strip()] for key, each in looked_at(points).items()}


def read(stored: object) -> dict[str, Point]:
    """From how it is stored; what cannot be read is an empty chart."""
    return {key: Point(*each) for key, each in stored.items()} if isinstance(stored, dict) else {}


def marks(points: Points, *, with_notes: bool = True) -> list[Mark]:
    found = [points.get(key, Point()) for key in CHAKRAS]
    return [
        Mark(key, CHAKRAS[key], each.state, each.note if with_notes else "", MIDDLE + place * STEP)
        for place, (key, each) in enumerate(zip(CHAKRAS, found, strict=True))
    ]


def in_words(points: Points) -> str:
    """“Crown balanced, third eye not looked at, …”: what the drawing says to those who do not see it."""
    said = ", ".join(f"{each.name} {each.word}" for each in marks(points))
    return f"{said[:1].upper()}{said[1:]}"
