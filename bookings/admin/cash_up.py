"""The end of a day: what came in and went out by each way of paying, and what was counted. Closed once, to be printed."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import AdminSite
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_http_methods

from bookings import money, takings
from bookings.errors import DifferenceUnexplained, Refusal
from bookings.models import PaidBy
from bookings.money import Count
from bookings.takings import Way
from practice.forms import FIRST_YEAR
from practice.models import Practice

HINTS = {
    PaidBy.CASH: "What lies in the drawer, without the float.",
    PaidBy.CARD: "The total on the terminal's slip.",
    PaidBy.TRANSFER: "What you saw come in.",
}


def pages(site: AdminSite) -> list[Any]:
    return [path("cash-up/", site.admin_view(cash_up), name="cash_up")]


class CountForm(forms.Form):
    """What was counted one way."""

    counted = forms.DecimalField(
        label="Counted", max_digits=9, decimal_places=2, widget=forms.NumberInput(attrs={"step": "0.01"})
    )
    why = forms.CharField(label="If it differs, why", required=False, max_length=300)

    def __init__(self, *args: Any, way: Way, **kwargs: Any) -> None:
        super().__init__(*args, prefix=way.paid_by, **kwargs)
        self.way = way
        self.fields["counted"].help_text = HINTS[way.paid_by]

    def count(self) -> Count:
        return Count(self.cleaned_data["counted"], self.cleaned_data["why"])


@require_http_methods(["GET", "HEAD", "POST"])
def cash_up(request: HttpRequest) -> HttpResponse:
    if not request.user.has_perm("bookings.add_cashup"):
        raise Http404
    now, practice = timezone.now(), Practice.objects.current()
    on = _asked_day(request, timezone.localdate(now))
    entries = takings.entries_of(on)
    ways = takings.of_day(on, practice.currency, entries)
    sent = request.POST if request.method == "POST" else None
    counts = [CountForm(sent, way=way) for way in ways]
    refused = _close(request, on, counts, now) if sent is not None else ""
    if refused is None:
        messages.success(request, "The day is closed. What is taken from now on is counted with the next day.")
        return redirect(f"{reverse('admin:cash_up')}?on={on.isoformat()}")
    shown = {"on": on, "ways": ways, "counts": counts, "entries": entries, "refused": refused}
    return _page(request, practice, now, **shown)


def _close(request: HttpRequest, on: dt.date, counts: list[CountForm], now: dt.datetime) -> str | None:
    """What stands in the way, where no field of the forms says it; None once the day is closed."""
    are_whole = [form.is_valid() for form in counts]
    if not all(are_whole):
        return ""
    try:
        money.close_day(on, {form.way.paid_by: form.count() for form in counts}, by=request.user, now=now)
    except DifferenceUnexplained as differs:
        next(form for form in counts if form.way.paid_by == differs.paid_by).add_error("why", str(differs))
        return ""
    except Refusal as refusal:
        return str(refusal)
    return None


def _asked_day(request: HttpRequest, today: dt.date) -> dt.date:
    """The day that ?on= names, today where it names none. A day to come has nothing to count."""
    text = request.GET.get("on", "")
    try:
        on = parse_date(text) if text else today
    except ValueError:
        on = None
    if on is None or on.year < FIRST_YEAR or on > today + dt.timedelta(days=1):
        raise Http404
    return on


def _page(request: HttpRequest, practice: Practice, now: dt.datetime, **shown: Any) -> HttpResponse:
    ways, on, today = shown["ways"], shown["on"], timezone.localdate(now)
    context = {
        **admin.site.each_context(request),
        "title": "Takings",
        "currency": practice.currency,
        "expected": sum(way.expected for way in ways),
        "closed": next((way.closed for way in ways if way.closed), None),
        "may_close": on <= today,
        "is_today": on == today,
        "before": on - dt.timedelta(days=1),
        "after": on + dt.timedelta(days=1) if on <= today else None,
        "not_closed": [day for day in takings.not_closed(today) if day != on],
        **shown,
    }
    return render(request, "admin/bookings/cash_up.html", context)
