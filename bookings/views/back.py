"""Where somebody came from, by what ?back= says: a change that was chosen there leads back there, and nowhere else."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

CALENDAR = "calendar"
PAGES = {"today": "admin:today", CALENDAR: "admin:calendar"}


def came_from(request: HttpRequest) -> str:
    """The page's name; empty where none was said that is one of ours."""
    name = request.GET.get("back", "")
    return name if name in PAGES else ""


def kept(request: HttpRequest) -> str:
    """The end of an address that still says it."""
    return f"?back={name}" if (name := came_from(request)) else ""


def address(request: HttpRequest) -> str:
    return reverse(PAGES[name]) if (name := came_from(request)) else ""


def or_else(request: HttpRequest, otherwise: HttpResponse, *, on: dt.date | None = None) -> HttpResponse:
    """In the calendar, to that day."""
    day = f"?from={on.isoformat()}" if on and came_from(request) == CALENDAR else ""
    return redirect(f"{way}{day}") if (way := address(request)) else otherwise
