"""The practice's side of care: sheets, conversations, incidents, refusals, restrictions and look-alikes."""

from care.admin import conversation, incident, refusal, restriction, sheet, today, walk_in

__all__ = ["conversation", "incident", "refusal", "restriction", "sheet", "today", "walk_in"]
