"""Arithmetic of half-open ranges of whole numbers: joining them and what lies between.

Knows nothing of sessions, rooms or time.
"""

from collections.abc import Iterable, Iterator

from practice.walltime import Range


def merge(ranges: Iterable[Range]) -> list[Range]:
    """The same numbers in order, each once; ranges that touch are one, empty ones are dropped."""
    merged: list[Range] = []
    for start, until in sorted(ranges):
        if until <= start:
            continue
        if merged and start <= merged[-1][1]:
            if until > merged[-1][1]:
                merged[-1] = (merged[-1][0], until)
        else:
            merged.append((start, until))
    return merged


def gaps(merged: Iterable[Range], span: Range) -> Iterator[Range]:
    """What `merged` (in order, none overlapping) leaves of `span`."""
    opens, closes = span
    for start, until in merged:
        if start >= closes:
            break
        if start > opens:
            yield opens, start
        opens = max(opens, until)
    if opens < closes:
        yield opens, closes


def common(many: Iterable[Iterable[Range]], span: Range) -> list[Range]:
    """What every one of `many` covers of `span`; all of it where there is none to ask."""
    uncovered = (gap for ranges in many for gap in gaps(merge(ranges), span))
    return list(gaps(merge(uncovered), span))


def holds(ranges: Iterable[Range], number: int) -> bool:
    return any(start <= number < until for start, until in ranges)
