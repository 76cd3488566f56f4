"""All that was taken, given back and waived, to be searched and looked at; the pages of money join the practice's side."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from bookings.admin import cash_up, checkout
from bookings.models import MoneyEntry
from practice.admin_site import ReadOnlyAdmin, clock
from practice.words import money

admin.site.add_pages(checkout.pages)  # type: ignore[attr-defined]
admin.site.add_pages(cash_up.pages)  # type: ignore[attr-defined]


@admin.register(MoneyEntry)
class MoneyEntryAdmin(ReadOnlyAdmin):
    list_display = ["receipt_number", "when", "client", "kind", "how_much", "paid_by", "who"]
    list_display_links = ["when"]
    list_select_related = ["booking__client", "by", "corrects"]
    list_filter = ["kind", "paid_by", "on"]
    search_fields = ["number", "booking__ref__iexact", "booking__client__name"]
    ordering = ["-pk"]
    show_full_result_count = False
    fields = [
        ("kind", "how_much"), ("paid_by", "receipt_number"), "client", "of_booking", ("when", "on"), "who", "why",
        "takes_back",
    ]  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[MoneyEntry]:
        return MoneyEntry.objects.for_user(request.user).select_related(*self.list_select_related)

    @admin.display(description="receipt", ordering="number")
    def receipt_number(self, entry: MoneyEntry) -> Any:
        if entry.number is None:
            return "–"
        return format_html(
            '<a href="{}">{}</a>', reverse("admin:bookings_moneyentry_receipt", args=[entry.pk]), entry.number
        )

    @admin.display(description="when", ordering="at")
    def when(self, entry: MoneyEntry) -> str:
        return clock(entry.at)

    @admin.display(description="client")
    def client(self, entry: MoneyEntry) -> str:
        return str(entry.booking.client)

    @admin.display(description="booking")
    def of_booking(self, entry: MoneyEntry) -> Any:
        url = reverse("admin:bookings_booking_change", args=[entry.booking_id])
        return format_html('<a href="{}">{}</a>', url, entry.booking.ref)

    @admin.display(description="amount", ordering="amount")
    def how_much(self, entry: MoneyEntry) -> str:
        said = money(entry.amount, entry.currency)
        return f"{said}, taken back" if entry.corrects_id else said

    @admin.display(description="who")
    def who(self, entry: MoneyEntry) -> str:
        return str(entry.by) if entry.by else "by itself"

    @admin.display(description="takes back")
    def takes_back(self, entry: MoneyEntry) -> str:
        return f"receipt {entry.corrects.number or 'none'}" if entry.corrects else "–"
