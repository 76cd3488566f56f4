"""When two addresses or two phone numbers are probably the same person's. Values in, a spelling to compare by; it decides nothing."""

from __future__ import annotations

import re

SHORTEST = 7
"""Fewer digits than this are an extension or a slip, not somebody's number."""
COMPARED = 9
"""With or without a country's code and its leading zeros, the last nine digits are the same."""
ONE_MAILBOX = {"googlemail.com": "gmail.com"}


def mailbox(email: str) -> str:
    """The address without what many mail servers ignore: capitals, dots, and a tag after a plus. Empty for no address."""
    name, _, domain = email.strip().casefold().rpartition("@")
    name = name.partition("+")[0].replace(".", "")
    return f"{name}@{ONE_MAILBOX.get(domain, domain)}" if name and domain else ""


def number(phone: str) -> str:
    """The digits by which a number is the same however it is written. Empty for none, or for too few."""
    digits = re.sub(r"\D", "", phone).lstrip("0")
    return digits[-COMPARED:] if len(digits) >= SHORTEST else ""
