"""One search for the practice's side: clients by what staff know of them, and bookings by their ref or their client."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin import AdminSite
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_safe

from bookings.models import Booking
from clients import finding
from clients.models import Client

AT_MOST = 20
LONGEST = 100


def pages(site: AdminSite) -> list[Any]:
    return [path("search/", site.admin_view(search), name="search")]


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    asked = " ".join(request.GET.get("q", "").replace("\0", "").split())[:LONGEST]
    found = finding.find(Client.objects.for_user(request.user), asked, AT_MOST)
    shown = {"title": "Search", "asked": asked, "clients": found, "bookings": _bookings(request, asked, found)}
    return render(request, "admin/search.html", {**admin.site.each_context(request), **shown})


def _bookings(request: HttpRequest, asked: str, clients: list[Client]) -> QuerySet[Booking]:
    """The one with that ref; else what these clients have ahead of them, for a therapist with themselves."""
    known = Booking.objects.for_user(request.user).select_related("client", "session_type", "therapist")
    by_ref = known.filter(ref__iexact=asked)
    if not asked or by_ref.exists():
        return by_ref
    coming = known.worked_by(request.user).filter(client__in=clients, session_on__gte=timezone.localdate())
    return coming.order_by("starts_at", "pk")[:AT_MOST]


admin.site.add_pages(pages)
