"""The practice's own settings and texts, as its owner edits them."""

from __future__ import annotations

import zoneinfo
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from practice.admin_site import OfficeAdmin
from practice.models import PageText, Practice


class PracticeForm(forms.ModelForm):
    timezone = forms.ChoiceField(
        label="Time zone",
        choices=lambda: [(name, name) for name in sorted(zoneinfo.available_timezones())],
        help_text="Where the practice is. Working hours follow it; bookings keep their moment if it is changed.",
    )


@admin.register(Practice)
class PracticeAdmin(OfficeAdmin):
    """One row; the list goes straight to it."""

    form = PracticeForm
    labels = {
        "slot_step_minutes": "Minutes from one start to the next",
        "min_notice": "Shortest notice for booking",
        "horizon_days": "Days that can be booked ahead",
        "cancellation_notice": "Notice for cancelling",
        "reschedule_notice": "Notice for moving",
        "late_fee_percent": "Fee for a late change, in %",
        "no_show_fee_percent": "Fee for not coming, in %",
        "request_expires_after": "Requests are answered within",
        "reminders": "Reminders before a session",
        "email": "E-mail",
        "consent_signers": "Who signs a consent",
        "bring": "What to bring",
    }
    fieldsets = [
        (None, {"fields": ["name", "strapline"]}),
        ("Where and when", {"fields": ["timezone", "currency", "slot_step_minutes", "min_notice", "horizon_days"]}),
        (
            "Changes and fees",
            {
                "fields": [
                    "cancellation_notice",
                    "reschedule_notice",
                    "late_fee_percent",
                    "no_show_fee_percent",
                    "request_expires_after",
                    "reminders",
                ],
                "description": "Spans of time are written 90m, 12h or 2d. Bookings that exist keep the terms they were made with.",
            },
        ),
        ("Consent", {"fields": ["consent_signers"]}),
        ("How to reach you", {"fields": ["email", "phone", "address", "directions", "bring"]}),
    ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not Practice.objects.exists()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if Practice.objects.exists():
            return redirect("admin:practice_practice_change", 1)
        return redirect("admin:practice_practice_add")


@admin.register(PageText)
class PageTextAdmin(OfficeAdmin):
    list_display = ["title", "slug"]
    search_fields = ["title", "body"]
    fields = ["title", "body", "slug"]

    def get_readonly_fields(self, request: HttpRequest, obj: PageText | None = None) -> list[str]:
        """The page looks its text up by this name, so it stays."""
        return ["slug"] if obj else []

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
