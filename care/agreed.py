"""How the areas of a sheet are stored: one bit for each, by its place in `clients.areas`. Values in, values out."""

from __future__ import annotations

from collections.abc import Iterable

from clients.areas import AREAS

PLACES = {key: place for place, key in enumerate(AREAS)}
ALL = (1 << len(AREAS)) - 1


def bits(keys: Iterable[str]) -> int:
    """Raises KeyError for an area that does not exist."""
    return sum(1 << PLACES[key] for key in set(keys))


def keys(bits: int) -> list[str]:
    return [key for key, place in PLACES.items() if bits >> place & 1]


def words(bits: int) -> str:
    """“Neck, Left shoulder”; an empty text for none."""
    return ", ".join(AREAS[key] for key in keys(bits))
