"""How many text messages a text is paid and sent as: the alphabet of GSM 03.38, else two bytes a letter. Nothing is ever cut."""

from __future__ import annotations

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("\f^{}\\[~]|€")
"""These take two places."""


def count(text: str) -> int:
    """0 for an empty text."""
    if set(text) <= BASIC | EXTENDED:
        return _parts(len(text) + sum(character in EXTENDED for character in text), alone=160, joined=153)
    return _parts(len(text.encode("utf-16-be")) // 2, alone=70, joined=67)


def _parts(places: int, *, alone: int, joined: int) -> int:
    return min(places, 1) if places <= alone else -(-places // joined)
