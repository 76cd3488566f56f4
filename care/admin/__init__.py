"""The practice's side of care: the day, sheets, notes, records, conversations, incidents, refusals, restrictions and look-alikes."""

from care.admin import (
    conversation,
    cover,
    incident,
    note,
    plan,
    record,
    reflection,
    refusal,
    restriction,
    search,
    sheet,
    today,
    walk_in,
)

__all__ = [
    "conversation",
    "cover",
    "incident",
    "note",
    "plan",
    "record",
    "reflection",
    "refusal",
    "restriction",
    "search",
    "sheet",
    "today",
    "walk_in",
]
