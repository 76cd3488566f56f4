"""The forms that the calendar opens over itself; each is a page of its own where there is no script."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from bookings import desk, undoing
from bookings.admin import acts, why_not
from bookings.admin.booking import mark_incomplete, typed
from bookings.admin.calendar import drops, shown
from bookings.admin.calendar.forms import BookForm, ways_of
from bookings.diary import Ask
from bookings.errors import Refusal
from clients import finding
from clients.models import Client
from practice import walltime
from practice.admin_site import clock
from practice.models import Practice

OFFERED = 8
"""Clients who are named while somebody types."""


def page(request: HttpRequest, name: str, shown: dict[str, Any]) -> HttpResponse:
    """The form as a page; for the script, only what stands in it."""
    if drops.is_script(request):
        return render(request, f"admin/calendar/_{name}.html", shown)
    context = {**admin.site.each_context(request), **shown, "part": f"admin/calendar/_{name}.html"}
    return render(request, "admin/calendar/page.html", context)


def done(request: HttpRequest, answer: dict[str, Any], at: dt.datetime | None = None) -> HttpResponse:
    if drops.is_script(request):
        return JsonResponse(answer)
    messages.success(request, " ".join(answer["said"]))
    return redirect(as_list(at))


def as_list(at: dt.datetime | None = None) -> str:
    """Where somebody without a script reads what was done: the calendar itself would lead on, and the words be gone."""
    values = {"view": "list"}
    if at:
        values["from"] = walltime.local_date(at, Practice.objects.current().zone).isoformat()
    return f"{reverse('admin:calendar')}?{urlencode(values)}"


# A booking


def book(request: HttpRequest) -> HttpResponse:
    """For a client who is found, or written down on the spot."""
    if not request.user.has_perm("bookings.add_booking"):
        raise PermissionDenied
    form = BookForm(typed(request), user=request.user, initial=request.GET.dict())
    if request.method == "POST" and form.is_valid():
        said, now = form.cleaned_data, timezone.now()
        place = desk.Place(said["length"], said["starts_at"], said["therapist"], said["room"])
        try:
            booking = desk.book(form.who(), place, by=request.user, now=now, override=said["override"], why=said["why"])
        except Refusal as refusal:
            _explain(form, refusal, place, now)
        else:
            return done(request, drops.told(booking, undo=True), booking.starts_at)
    shown = {"form": form, "title": "Book a session", "may_block": bool(ways_of(request.user))}
    return page(request, "book", shown)


def _explain(form: forms.Form, refusal: Refusal, place: desk.Place, now: dt.datetime) -> None:
    rooms = [place.room] if place.room else None
    ask = Ask(Practice.objects.current(), place.length.session_type, place.length.minutes, now, rooms)
    why = why_not.of(refusal, ask, place.therapist, place.starts_at)
    form.add_error(None, why.sentences)
    if why.may_override:
        form.add_error(None, "You can book it all the same, with a reason.")
    if why.near:
        form.add_error(None, "Free near it: " + "; ".join(clock(start) for start in why.near) + ".")


@require_safe
def clients(request: HttpRequest) -> HttpResponse:
    """Who may be meant, while somebody types a name, a number or an address."""
    found = finding.find(Client.objects.for_user(request.user), request.GET.get("q", "")[:254], OFFERED)
    return JsonResponse(
        {"found": [{"value": finding.named(each), "label": each.email or each.phone} for each in found]}
    )


# One booking


@require_safe
def booking(request: HttpRequest, pk: int) -> HttpResponse:
    """One booking at a glance, and all that may be done with it now."""
    found, now = drops.own(request, pk), timezone.now()
    mark_incomplete([found])
    context = {
        "title": f"{found.client}, {clock(found.starts_at)}",
        "booking": found,
        "hours": shown.hours(found, Practice.objects.current().zone),
        "word": shown.word(found) or found.get_status_display(),
        "is_complete": found.pk not in found.incomplete,  # type: ignore[attr-defined]
        "acts": acts.open_to(found, request.user, now),
        "may_undo": undoing.may_undo(found, request.user, now),
    }
    return page(request, "booking", context)
