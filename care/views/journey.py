"""The client's path: where they are, what was shared of their sessions, what comes next, and what each session still asks."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from bookings import journey
from bookings.views import needed
from care import shared
from clients.models import Client
from practice import walltime
from practice.models import Practice


@require_safe
def path(request: HttpRequest) -> HttpResponse:
    client = get_object_or_404(Client, user=request.user)
    practice, now = Practice.objects.current(), timezone.now()
    found = journey.of(client, walltime.local_date(now, practice.zone))
    names = needed.titles()
    sessions = [(each, needed.of(each.missing, request.path, names)) for each in found.sessions]
    shown = {"practice": practice, "journey": found, "sessions": sessions, "shared": shared.of(client, practice, now)}
    return render(request, "care/journey.html", shown)
