"""Refusals: a request declined, a booking cancelled or a running session ended, with its ground and what the client was told."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from care import refusals
from care.admin.page import CareAdmin, typed
from care.forms import RefusalForm
from care.models import Refusal
from practice.admin_site import clock


@admin.register(Refusal)
class RefusalAdmin(CareAdmin):
    to_client = "booking__client"
    reads = "refusal"
    author = "by"
    template = "refusal"
    list_display = ["when", "who", "ending", "has_fee"]
    list_select_related = ["booking__client"]
    list_filter = ["ending"]
    search_fields = ["booking__client__name"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.may(request, "add") and "booking" in request.GET

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Refuses ?booking=, which is the therapist's or the owner's to do."""
        self.demand(request, "add")
        booking, form = self.booking(request), RefusalForm(typed(request))
        if request.method == "POST" and form.is_valid():
            now = timezone.now()
            if self.attempt(
                request, form, lambda: refusals.refuse(booking, form.refused(), by=request.user, now=now), "Refused."
            ):
                return redirect("admin:bookings_booking_change", booking.pk)
        title = f"Refuse: {booking.client}, {clock(booking.starts_at)}"
        return self.page(request, title=title, form=form, booking=booking, button="Refuse")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        refusal = self.opened(request, object_id)
        title = f"Refusal: {refusal.booking.client}, {clock(refusal.at)}"
        return self.page(request, title=title, refusal=refusal, booking=refusal.booking)

    @admin.display(description="when", ordering="at")
    def when(self, refusal: Refusal) -> str:
        return clock(refusal.at)

    @admin.display(description="client")
    def who(self, refusal: Refusal) -> str:
        return str(refusal.booking.client)
