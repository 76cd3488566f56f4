"""The boundary sheet on the therapist's tablet: filled in together, read, and narrowed while the session runs."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from bookings.models import Status
from bookings.views import back
from care import sheets
from care.admin.page import CareAdmin, typed
from care.forms import NarrowForm, SheetForm
from care.models import BoundarySheet
from practice.admin_site import clock


@admin.register(BoundarySheet)
class BoundarySheetAdmin(CareAdmin):
    to_client = "booking__client"
    reads = "sheet"
    template = "sheet"
    list_display = ["when", "who", "session", "filled_by", "is_locked"]
    list_select_related = ["booking__client", "booking__session_type"]
    ordering = ["-booking__starts_at"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.may(request, "add") and "booking" in request.GET

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """A new sheet for ?booking=; where there is one already, that one."""
        self.demand(request, "add")
        booking = self.booking(request)
        self.note(request, booking.client)
        kept = BoundarySheet.objects.filter(booking=booking).first()
        if kept:
            return redirect(f"{reverse('admin:care_boundarysheet_change', args=[kept.pk])}{back.kept(request)}")
        return self._fill(request, booking, None)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        sheet = self.opened(request, object_id)
        booking = sheet.booking
        may = self.may(request, "change")
        if may and sheet.locked_at is None and sheets.may_be_filled(booking):
            return self._fill(request, booking, sheet)
        if may and sheet.locked_at and booking.status == Status.CONFIRMED and booking.ended_at is None:
            return self._narrow(request, sheet)
        return self._shown(request, booking, sheet)

    def _fill(self, request: HttpRequest, booking: Any, sheet: BoundarySheet | None) -> HttpResponse:
        form = SheetForm(typed(request), sheet=sheet)
        if request.method == "POST" and form.is_valid():
            now = timezone.now()
            if self.attempt(
                request,
                form,
                lambda: sheets.save(booking, form.agreed(), by=request.user, now=now),
                "The sheet is saved.",
            ):
                return back.or_else(request, self.to_row(BoundarySheet.objects.get(booking=booking)))
        return self._shown(request, booking, sheet, form=form, button="Save the sheet")

    def _narrow(self, request: HttpRequest, sheet: BoundarySheet) -> HttpResponse:
        form = NarrowForm(typed(request), sheet=sheet)
        if request.method == "POST" and form.is_valid():
            now, values = timezone.now(), form.values()
            if self.attempt(
                request,
                form,
                lambda: sheets.narrow(sheet, **values, by=request.user, now=now),
                "The sheet is narrowed.",
            ):
                return back.or_else(request, self.to_row(sheet))
        return self._shown(request, sheet.booking, sheet, form=form, button="Narrow it")

    def _shown(self, request: HttpRequest, booking: Any, sheet: BoundarySheet | None, **shown: Any) -> HttpResponse:
        narrowings = sheet.narrowings.select_related("by") if sheet else []
        title = f"Boundary sheet: {booking.client}, {clock(booking.starts_at)}"
        return self.page(request, title=title, booking=booking, sheet=sheet, narrowings=narrowings, **shown)

    @admin.display(description="start", ordering="booking__starts_at")
    def when(self, sheet: BoundarySheet) -> str:
        return clock(sheet.booking.starts_at)

    @admin.display(description="client")
    def who(self, sheet: BoundarySheet) -> str:
        return str(sheet.booking.client)

    @admin.display(description="session")
    def session(self, sheet: BoundarySheet) -> str:
        return str(sheet.booking.session_type)

    @admin.display(description="locked", boolean=True)
    def is_locked(self, sheet: BoundarySheet) -> bool:
        return sheet.locked_at is not None
