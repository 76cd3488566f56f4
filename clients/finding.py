"""Which clients somebody means who types a part of a name, a phone number, an e-mail address or a ref. Only reads."""

from __future__ import annotations

import re

from django.db.models import Q, QuerySet

from clients.models import Client

FEWEST_DIGITS = 4
"""With fewer, a number would be half the practice's."""


def find(known: QuerySet[Client], text: str, at_most: int) -> list[Client]:
    """Of those who are known to whoever asks, by name. What names one of them fully gives that one alone: the ref, also behind the name
    as in “Kim Marsh, c-1”, or the e-mail address."""
    text = " ".join(text.replace("\0", "").split())
    if not text:
        return []
    ref = text.rpartition(", ")[2]
    if exact := list(known.filter(Q(ref=ref) | Q(email__iexact=text))[:at_most]):
        return exact
    wanted = Q(name__icontains=text) | Q(email__icontains=text)
    if number := _number(text):
        wanted |= Q(phone__regex=number)
    return list(known.filter(wanted)[:at_most])


def _number(text: str) -> str:
    """The same digits in this order, however they are written apart and whatever stands before them."""
    digits = re.sub(r"\D", "", text).lstrip("0")
    is_number = re.fullmatch(r"[\d\s()+./-]+", text) is not None and len(digits) >= FEWEST_DIGITS
    return r"[^0-9]*".join(digits) if is_number else ""


def named(client: Client) -> str:
    """As it is offered and taken again: the name, and the ref that makes it one person's."""
    return f"{client.name}, {client.ref}"
