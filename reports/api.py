"""The reports over the API, for staff tokens: the same that the pages show, with plain values.

Parses, asks the report, answers; rights, small counts and names are decided where they are for the pages.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from ninja import Query, Router

from bookings.api.door import StaffBearer
from bookings.api.reading import known_only
from bookings.errors import NotGiven
from bookings.schemas import Problem
from practice.models import Practice
from reports import catalogue, cells, question, suppressing
from reports.asking import Asked
from reports.errors import NotAPeriod, TooLong, UnknownFilter
from reports.meanings import MEANINGS
from reports.period import Period
from reports.question import Question
from reports.schemas import Reports, ReportShown, Wanted
from reports.shape import Report, Table

router = Router(auth=StaffBearer(), tags=["Reports"])
PROBLEMS = {401: Problem, 404: Problem, 422: Problem, 429: Problem}


@router.get("/reports", response={200: Reports} | PROBLEMS, summary="Reports")
def list_reports(request: HttpRequest) -> HttpResponse:
    """For staff: the reports that this token may see."""
    found = [
        {"slug": each.slug, "title": each.title, "answers": each.answers}
        for each in catalogue.visible_to(request.auth.user)
    ]
    return JsonResponse({"reports": found})


@router.get("/reports/{slug}", response={200: ReportShown} | PROBLEMS, by_alias=True, summary="One report")
def get_report(request: HttpRequest, slug: str, wanted: Query[Wanted]) -> HttpResponse:
    """For staff: the numbers of a period, of last month where none is named. A therapist's are of their own sessions."""
    entry = catalogue.found(slug, request.auth.user)
    known_only(request, Wanted)
    asked = _asked(wanted, request.auth.user)
    try:
        return JsonResponse(_shown(entry.made(asked), asked))
    except TooLong as too_long:
        raise NotGiven("to", str(too_long)) from too_long


def _asked(wanted: Wanted, user: Any) -> Asked:
    """Raises NotGiven."""
    if wanted.word and (wanted.first or wanted.last):
        raise NotGiven("period", "Name a period or its days, not both.")
    said = Question(
        str(wanted.first or ""),
        str(wanted.last or ""),
        str(wanted.word or ""),
        tuple(wanted.therapist),
        tuple(wanted.session_type),
        tuple(wanted.room),
    )
    try:
        return question.asked(said, by=user, practice=Practice.objects.current(), now=timezone.now())
    except NotAPeriod as fault:
        raise NotGiven("to" if wanted.first else "from", str(fault)) from fault
    except UnknownFilter as fault:
        raise NotGiven("filters", str(fault)) from fault


def _shown(report: Report, asked: Asked) -> dict[str, Any]:
    this, before, year_before = (_days(each) for each in asked.period.compared())
    sections = [{"sentences": list(each.sentences), "table": _table(each.table, asked)} for each in report.sections]
    return {
        "slug": report.slug,
        "title": report.title,
        "period": this,
        "before": before,
        "year_before": year_before,
        "currency": asked.currency,
        "sentences": list(report.sentences),
        "sections": sections,
    }


def _days(period: Period) -> dict[str, str]:
    return {"from": str(period.first), "to": str(period.last)}


def _table(table: Table, asked: Asked) -> dict[str, Any]:
    return {
        "key": table.key,
        "title": table.title,
        "columns": [
            {"key": each.key, "label": each.label, "unit": each.unit, "meaning": MEANINGS.get(each.means, "")}
            for each in table.columns
        ],
        "rows": [_row(table, at, row, asked) for at, row in enumerate(table.rows)],
        "total": _row(table, None, table.total, asked) if table.total else None,
        "units": list(table.units) or None,
        "meanings": [MEANINGS.get(each, "") for each in table.means] or None,
        "suppressed": table.is_suppressed,
    }


def _row(table: Table, at: int | None, row: tuple[Any, ...], asked: Asked) -> list[Any]:
    units = suppressing.units_of(table, at)
    return [cells.json_value(value, unit, asked.zone) for value, unit in zip(row, units, strict=True)]
