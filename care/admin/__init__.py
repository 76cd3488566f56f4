"""The practice's side of care: sheets, conversations, incidents, refusals, restrictions and look-alikes."""

from care.admin import conversation, cover, incident, refusal, restriction, sheet, today, walk_in

__all__ = ["conversation", "cover", "incident", "refusal", "restriction", "sheet", "today", "walk_in"]
