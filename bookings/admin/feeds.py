"""A therapist's own calendar address; nobody else finds the page, the owner included."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path

from bookings.models import Shows, Therapist
from bookings.views import feeds

OFFERED = [Shows.BUSY, Shows.INITIALS, Shows.NAMES]


def paths(site: admin.AdminSite) -> list[Any]:
    """For the therapist's own admin, before its other addresses."""
    return [path("<int:pk>/calendar/", site.admin_view(calendar), name="bookings_therapist_calendar")]


def calendar(request: HttpRequest, pk: int) -> HttpResponse:
    therapist = get_object_or_404(Therapist, pk=pk, user=request.user)
    more = admin.site.each_context(request) | {"therapist": therapist, "title": "My calendar address"}
    return feeds.manage(request, "admin/bookings/therapist/calendar.html", OFFERED, more)
