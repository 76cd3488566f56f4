"""The rows that the ledger vouches for: each app registers its own, in its AppConfig.ready, since they are known further up.

A line of such a kind keeps the digest of its row under “record”; `verifier` compares it with the row as it stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

Recorded = Callable[[], Iterator[tuple[str, str]]]
"""Gives each row by the name the ledger has for it, with its digest now."""

vouched: dict[str, Recorded] = {}
"""By the kind of the line that was written with the row."""


def register(kind: str, recorded: Recorded) -> None:
    vouched[kind] = recorded
