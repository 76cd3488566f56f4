"""The calendar's page, the list that needs no script, and what the script draws, asked for again every few seconds."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from itertools import groupby
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from bookings import planner
from bookings.admin.calendar import shown
from bookings.admin.calendar.forms import ways_of
from bookings.models import Room, Therapist
from bookings.planner import Plan
from practice import walltime, words
from practice.forms import FIRST_YEAR, LAST_YEAR
from practice.models import Practice

VIEWS = {"day": 1, "week": 7, "month": 31, "list": 7}
"""And how many days “earlier” and “later” go."""
ONE_DAY = dt.timedelta(days=1)
LOOKS_AGAIN = 6
"""Seconds. Two people at two screens see each other's changes within ten."""


@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """The day, the week or the month, drawn by a script; as a list where that is asked for, or where there is none."""
    now, practice = timezone.now(), Practice.objects.current()
    view = request.GET.get("view", "")
    view = view if view in VIEWS else "day"
    on = read_date(request.GET.get("from", "")) or walltime.local_date(now, practice.zone)
    context = {
        **admin.site.each_context(request),
        "title": "Calendar",
        "view": view,
        "tabs": [(name, name.capitalize(), _address(view=name, on=on)) for name in VIEWS],
        "on": on,
        "today": walltime.local_date(now, practice.zone),
        "zone": words.zone(practice.timezone),
        "offset": shown.offset(now, practice.zone),
        "step": practice.slot_step_minutes,
        "looks_again": LOOKS_AGAIN,
        "therapists": Therapist.objects.filter(active=True),
        "rooms": Room.objects.all(),
        "aside": _aside(),
        "may_block": bool(ways_of(request.user)),
        "may_book": request.user.has_perm("bookings.add_booking"),
        "list_url": _address(view="list", on=on),
    }
    if view == "list":
        context |= _list(request, on, now, practice)
    return render(request, f"admin/calendar/{'list' if view == 'list' else 'calendar'}.html", context)


def _address(*, view: str, on: dt.date) -> str:
    return f"{reverse('admin:calendar')}?{urlencode({'view': view, 'from': on.isoformat()})}"


def _aside() -> str:
    """What needs attention today, from the app that knows; empty where it is not installed."""
    try:
        return reverse("admin:today_aside")
    except NoReverseMatch:
        return ""


def read_date(text: str) -> dt.date | None:
    try:
        on = dt.date.fromisoformat(text)
    except ValueError:
        return None
    return on if FIRST_YEAR < on.year < LAST_YEAR else None


# The list


def _list(request: HttpRequest, on: dt.date, now: dt.datetime, practice: Practice) -> dict[str, Any]:
    last = on + (VIEWS["list"] - 1) * ONE_DAY
    plan = planner.of(request.user, on, last, now)
    return {
        "days": [_day(each, plan, practice) for each in walltime.dates(on, last)],
        "earlier": _address(view="list", on=on - VIEWS["list"] * ONE_DAY),
        "later": _address(view="list", on=on + VIEWS["list"] * ONE_DAY),
        "now_url": _address(view="list", on=walltime.local_date(now, practice.zone)),
        "last": last,
    }


def _day(on: dt.date, plan: Plan, practice: Practice) -> dict[str, Any]:
    zone = practice.zone
    return {
        "on": on,
        "name": words.day(on),
        "start": f"{on}T09:00",
        "sessions": [
            {
                "hours": shown.hours(each.booking, zone),
                "word": shown.word(each.booking) or each.booking.get_status_display(),
                "each": each,
                "booking": each.booking,
            }
            for each in plan.sessions
            if each.booking.session_on == on
        ],
        "there": _there(on, plan, practice),
        "shut": _shut(on, plan, practice),
    }


def _there(on: dt.date, plan: Plan, practice: Practice) -> list[str]:
    """“Mara 10:00 to 18:00”, for each who works that day."""
    names = {each.pk: each.name for each in plan.therapists}
    hours = [each for each in plan.stretches if each.kind == "hours" and _is_on(each.starts_at, on, practice)]
    return [
        f"{names[pk or 0]} " + words.listed([_span(each.starts_at, each.ends_at, practice) for each in own])
        for pk, own in groupby(hours, key=lambda each: each.therapist)
    ]


def _shut(on: dt.date, plan: Plan, practice: Practice) -> list[str]:
    """Who is away, and what is closed, at any moment of that day."""
    ranges = [
        (walltime.from_epoch(start), walltime.from_epoch(end)) for start, end in walltime.day_ranges(on, practice.zone)
    ]
    people = {each.pk: each.name for each in plan.therapists}
    rooms = {each.pk: each.name for each in plan.rooms}
    return [
        f"{_who(each, people, rooms)}: {_span(max(each.starts_at, opens), min(each.ends_at, closes), practice)}"
        for each in plan.stretches
        if each.kind != "hours"
        for opens, closes in ranges
        if each.starts_at < closes and each.ends_at > opens
    ]


def _who(each: planner.Stretch, people: dict[int, str], rooms: dict[int, str]) -> str:
    if each.kind == "away":
        return f"{people.get(each.therapist or 0, 'The therapist')} is away"
    return f"{rooms[each.room]} is closed" if each.room else "The practice is closed"


def _is_on(at: dt.datetime, on: dt.date, practice: Practice) -> bool:
    return walltime.local_date(at, practice.zone) == on


def _span(starts_at: dt.datetime, ends_at: dt.datetime, practice: Practice) -> str:
    closes = words.time(ends_at, practice.zone)
    return f"{words.time(starts_at, practice.zone)} to {'24:00' if closes == '00:00' else closes}"


# What the script draws


@require_safe
def events(request: HttpRequest) -> HttpResponse:
    """All of a range, or 304 where it stands as the screen has it."""
    first, last = read_date(request.GET.get("from", "")), read_date(request.GET.get("to", ""))
    if first is None or last is None or not 0 <= (last - first).days < planner.LONGEST:
        said = f"Please ask for dates like 2027-02-20, at most {planner.LONGEST} days at once."
        return JsonResponse({"said": [said]}, status=422)
    now = timezone.now()
    body = json.dumps(shown.plan(planner.of(request.user, first, last, now), now), ensure_ascii=False)
    tag = f'"{hashlib.sha256(body.encode()).hexdigest()[:32]}"'
    has_it = request.headers.get("If-None-Match", "").removeprefix("W/") == tag
    response = HttpResponse(status=304) if has_it else HttpResponse(body, content_type="application/json")
    response.headers["ETag"] = tag
    return response
