"""Draws energy charts: one as a column of marks, several side by side with a table of the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import template

from care.energy import CHAKRAS

register = template.Library()


@register.inclusion_tag("care/_charts.html")
def energy_charts(charts: Sequence[Any]) -> dict[str, Any]:
    """Of stored charts, or of those that a client is shown: both have marks and words, and belong to a booking."""
    columns = [{"day": _booking(each).session_on, "marks": each.marks, "in_words": each.in_words} for each in charts]
    marks = [column["marks"] for column in columns]
    rows = [{"name": name, "marks": [each[place] for each in marks]} for place, name in enumerate(CHAKRAS.values())]
    has_notes = any(mark.note for each in marks for mark in each)
    return {"columns": columns, "table": rows, "has_notes": has_notes}


def _booking(chart: Any) -> Any:
    return chart.booking if hasattr(chart, "booking") else chart.note.booking
