"""The pages of the reports: what is asked stands in the address, so that each can be kept as a bookmark. Only read."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from practice.errors import Refusal
from practice.models import Practice
from reports import catalogue, figures, period, question, showing
from reports.asking import Asked
from reports.catalogue import Entry
from reports.errors import NoSuchReport, NotAPeriod, TooLong
from reports.figures import Figures
from reports.question import Question


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The first of them, with what was asked."""
    for first in catalogue.visible_to(request.user):
        return redirect(_address(first, question.read(request.GET)))
    raise Http404


@require_safe
def report(request: HttpRequest, slug: str) -> HttpResponse:
    try:
        entry = catalogue.found(slug, request.user)
    except NoSuchReport as refusal:
        raise Http404 from refusal
    now, practice, wanted = timezone.now(), Practice.objects.current(), question.read(request.GET)
    shown: dict[str, Any] = {}
    status = 200
    try:
        asked = question.asked(wanted, by=request.user, practice=practice, now=now)
        shown = _made(entry, asked)
    except Refusal as refusal:
        shown |= {"refused": str(refusal), "is_period_wrong": isinstance(refusal, NotAPeriod)}
        status = 503 if isinstance(refusal, TooLong) else 422
    context = {**admin.site.each_context(request), **_asking(request, entry, wanted, now), **shown}
    return render(request, "reports/report.html", context | {"practice": practice, "now": now}, status=status)


def _made(entry: Entry, asked: Asked) -> dict[str, Any]:
    made, in_words = entry.made(asked), Figures(asked.currency, asked.zone)
    return {
        "about": asked,
        "days": [figures.days(each) for each in asked.period.compared()],
        "made": made,
        "sections": showing.sections(made, in_words),
        "meanings": showing.meanings(made),
    }


def _asking(request: HttpRequest, entry: Entry, wanted: Question, now: Any) -> dict[str, Any]:
    """What the form and the links above a report need."""
    today = timezone.localdate(now)
    word = wanted.word or ("" if wanted.first or wanted.last else period.USUAL)
    return {
        "title": entry.title,
        "entry": entry,
        "tabs": [(each, _address(each, wanted), each is entry) for each in catalogue.visible_to(request.user)],
        "named": [
            (label, _address(entry, wanted.of(name)), name == word and not (wanted.first or wanted.last))
            for name, (label, _) in period.named(today).items()
        ],
        "wanted": wanted,
        "choices": question.choices(request.user, wanted),
        "query": wanted.query,
    }


def _address(entry: Entry, wanted: Question) -> str:
    query = wanted.query
    return reverse("report", args=[entry.slug]) + (f"?{query}" if query else "")
