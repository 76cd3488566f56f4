"""A walk-in: who is here is found or written down, and booked for now, in one step."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone

from bookings import walkin
from bookings.admin.forms import WalkInForm
from care.admin.page import typed
from practice.errors import Refusal
from practice.models import Practice


def pages(site: AdminSite) -> list[Any]:
    return [path("today/walk-in/", site.admin_view(walk_in), name="today_walk_in")]


def walk_in(request: HttpRequest) -> HttpResponse:
    if not request.user.has_perm("bookings.add_booking"):
        raise PermissionDenied
    now = timezone.now()
    form = WalkInForm(typed(request), user=request.user, starts=walkin.starts(Practice.objects.current(), now))
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        how = {name: said[name] for name in ("therapist", "override", "why")}
        try:
            booking = walkin.walk_in(form.who(), said["length"], said["starts_at"], by=request.user, now=now, **how)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"{booking.client} is booked for now. Please check them in.")
            return redirect("admin:today")
    shown = {"form": form, "media": form.media, "title": "Walk-in"}
    return render(request, "admin/today/walk_in.html", {**admin.site.each_context(request), **shown})


admin.site.add_pages(pages)
