"""Today: the day of the practice on one page, what waits for a decision beside it, and the sheet of the day on paper."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import admin
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_safe

from bookings.admin import acts
from bookings.models import Status
from care import standing
from care import today as day
from care.standing import Standing
from care.today import Visit

NEXT = ("approve", "approve-move", "check-in", "start", "end", "no-show")
"""What a visit on the page leads to next; all else is a tap away, on the booking."""
AT_ONCE = frozenset({"start"})
"""Acts that ask nothing, so that their button does it."""
DAYS = 31
"""So far from today a sheet can be asked for."""


def pages(site: AdminSite) -> list[Any]:
    return [
        path("today/", site.admin_view(today), name="today"),
        path("today/aside/", site.admin_view(aside), name="today_aside"),
        path("today/sheet/", site.admin_view(sheet), name="today_sheet"),
    ]


@require_safe
def today(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    visits = day.visits(request.user, now)
    covers = _covers(visits, request, now)
    shown = [
        {"visit": each, "acts": _acts(each, request, now), "cover": covers.get(each.booking.pk)} for each in visits
    ]
    return _page(request, "today", title="Today", visits=shown, **_beside(request, now))


@require_safe
def aside(request: HttpRequest) -> HttpResponse:
    """What needs attention, as a piece of a page, for the calendar."""
    return render(request, "admin/today/_attention.html", _beside(request, timezone.now()))


@require_safe
def sheet(request: HttpRequest) -> HttpResponse:
    """The day on paper, safe to leave on a desk: times, rooms, initials and the session's neutral name."""
    now = timezone.now()
    on = _asked_day(request, timezone.localdate(now))
    rows = day.day_of(request.user, on).exclude(status=Status.REQUESTED).order_by("starts_at", "pk")
    return _page(request, "sheet", title="Day sheet", on=on, tomorrow=on + dt.timedelta(days=1), rows=rows)


def _asked_day(request: HttpRequest, today: dt.date) -> dt.date:
    """?on=2026-06-04, within a month; today where that is no such date."""
    try:
        on = parse_date(request.GET.get("on", "")) or today
    except ValueError:
        on = today
    return on if abs((on - today).days) <= DAYS else today


def _beside(request: HttpRequest, now: dt.datetime) -> dict[str, Any]:
    user = request.user
    return {"decisions": day.decisions(user, now), "going": day.going_out(user, now), "now": now}


def _acts(visit: Visit, request: HttpRequest, now: dt.datetime) -> list[dict[str, Any]]:
    open_now = {act.name: act for act in acts.open_to(visit.booking, request.user, now)}
    return [
        {"name": name, "label": open_now[name].label, "is_button": name in AT_ONCE} for name in NEXT if name in open_now
    ]


def _covers(visits: list[Visit], request: HttpRequest, now: dt.datetime) -> dict[int, Standing]:
    """How the sessions are covered whose clients are here, to their therapist and the owner."""
    here = [each.booking for each in visits if each.booking.checked_in_at and not each.booking.ended_at]
    return standing.states_of([each for each in here if standing.may_see(each, request.user)], now)


def _page(request: HttpRequest, template: str, **shown: Any) -> HttpResponse:
    return render(request, f"admin/today/{template}.html", {**admin.site.each_context(request), **shown})


admin.site.add_pages(pages)
