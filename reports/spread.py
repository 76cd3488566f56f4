"""How numbers are spread, from how often each came up: the middle one, and how many lie in each band. Values in, values out."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from decimal import Decimal


def median(often: Mapping[int, int]) -> Decimal | None:
    """Of numbers that came up so often each; between two in the middle, half-way. None of nothing."""
    total = sum(often.values())
    if not total:
        return None
    return Decimal(_at(often, (total - 1) // 2) + _at(often, total // 2)) / 2


def in_bands(often: Mapping[int, int], up_to: Sequence[int]) -> tuple[int, ...]:
    """How many are at most the first of these numbers, how many above that and at most the second, and so on; the last band
    is what is above them all."""
    edges = [-math.inf, *up_to, math.inf]
    return tuple(
        sum(times for number, times in often.items() if above < number <= most)
        for above, most in itertools.pairwise(edges)
    )


def _at(often: Mapping[int, int], place: int) -> int:
    """The number at this place, from none, where they stand in order."""
    for number in sorted(often):
        place -= often[number]
        if place < 0:
            return number
    raise IndexError
