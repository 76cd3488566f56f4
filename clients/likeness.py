"""When two addresses or two phone numbers are probably the same person's. Values in, an answer out; it decides nothing."""

from __future__ import annotations

import re

SHORTEST = 7
"""Fewer digits than this are an extension or a slip, not somebody's number."""
COMPARED = 9
"""With or without a country's code and its leading zeros, the last nine digits are the same."""
ONE_MAILBOX = {"googlemail.com": "gmail.com"}


def same_mailbox(one: str, other: str) -> bool:
    return bool(one and other) and mailbox(one) == mailbox(other)


def mailbox(email: str) -> str:
    """The address without what many mail servers ignore: capitals, dots, and a tag after a plus."""
    name, _, domain = email.strip().casefold().rpartition("@")
    return f"{name.partition('+')[0].replace('.', '')}@{ONE_MAILBOX.get(domain, domain)}"


def same_phone(one: str, other: str) -> bool:
    first, second = digits(one), digits(other)
    return min(len(first), len(second)) >= SHORTEST and first[-COMPARED:] == second[-COMPARED:]


def digits(phone: str) -> str:
    return re.sub(r"\D", "", phone).lstrip("0")
