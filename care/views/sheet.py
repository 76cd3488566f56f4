"""The boundary sheet of one session, filled in ahead of time by the client."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from bookings import particulars
from bookings.views.review import own
from care import sheets
from care.forms import SheetForm
from care.models import BoundarySheet, FilledBy
from clients.errors import Declined
from practice.models import Practice


@require_http_methods(["GET", "HEAD", "POST"])
def sheet(request: HttpRequest, ref: str) -> HttpResponse:
    booking, now = own(request, ref), timezone.now()
    kept = BoundarySheet.objects.filter(booking=booking).select_related("booking").first()
    if kept is None and not sheets.may_be_filled(booking):
        raise Http404
    form = SheetForm(request.POST if request.method == "POST" else None, sheet=kept)
    if request.method == "POST" and form.is_valid():
        try:
            sheets.save(booking, form.agreed(), by=request.user, now=now)
        except Declined as declined:
            messages.error(request, str(declined))
            return redirect("my_sheet", ref)
        messages.success(request, "Your sheet is saved. You go through it together before the session starts.")
        return redirect("my_booking", ref)
    is_open = sheets.may_be_filled(booking) and not (kept and kept.filled_by == FilledBy.TOGETHER)
    shown = {
        "booking": booking,
        "facts": particulars.of_booking(booking, Practice.objects.current(), now),
        "sheet": kept,
        "narrowings": kept.narrowings.all() if kept else [],
        "form": form,
        "is_open": is_open,
    }
    return render(request, "care/sheet.html", shown)
