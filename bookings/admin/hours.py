"""When therapists are there and when the practice is shut. Everything here is written through `absences`.

A therapist sees and keeps their own hours, the owner everybody's; the front desk looks.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join

from accounts.models import Role, User
from bookings import absences, treating
from bookings.admin import feeds
from bookings.admin.offer import IN_LISTS
from bookings.errors import Refusal
from bookings.models import Booking, Closure, DateHours, Offer, Therapist, TimeOff, WeeklyHours
from practice.admin_site import OfficeAdmin, OfficeInline, clock
from practice.forms import WallClockForm
from practice.words import counted

LISTED = 20


def tell(request: HttpRequest, in_the_way: Sequence[Booking]) -> None:
    """Lists the bookings that stand in the way, each a link; they are still there."""
    if not in_the_way:
        return
    links = format_html_join(
        "; ",
        '<a href="{}">{}, {} with {}</a>',
        (
            (
                reverse("admin:bookings_booking_change", args=[each.pk]),
                clock(each.starts_at),
                each.client,
                each.therapist,
            )
            for each in in_the_way[:LISTED]
        ),
    )
    more = f" and {len(in_the_way) - LISTED} more" if len(in_the_way) > LISTED else ""
    stand = "stands" if len(in_the_way) == 1 else "stand"
    messages.warning(
        request,
        format_html(
            "Saved. {} {} in the way and will still take place until you move or cancel: {}{}.",
            counted(len(in_the_way), "booking"), stand, links, more,
        ),
    )  # fmt: skip


class HoursAdmin(OfficeAdmin):
    """Saves and removes its rows through `absences`, and says what stands in their way."""

    form = WallClockForm

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect(request.get_full_path())

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        tell(request, absences.change(save=[obj], now=timezone.now()))

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        tell(request, absences.change(remove=[obj], now=timezone.now()))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        tell(request, absences.change(remove=list(queryset), now=timezone.now()))


class OfferInline(OfficeInline):
    model = Offer
    fields = ["session_type"]
    verbose_name = "session"
    show_change_link = True
    verbose_name_plural = "Sessions given (own prices: “Change” beside each)"


class WeeklyHoursInline(OfficeInline):
    model = WeeklyHours
    verbose_name = "row of hours"
    labels = {"valid_from": "From date", "valid_until": "Until date, included"}
    fields = ["weekday", "opens", "closes", "valid_from", "valid_until"]
    verbose_name_plural = (
        "Weekly hours (times like 09:30; two rows for a day with a break; dates only where they are not for ever)"
    )


class DateHoursInline(OfficeInline):
    model = DateHours
    verbose_name = "date"
    fields = ["on", "opens", "closes"]
    verbose_name_plural = "Hours on one date (they replace that date's weekly hours; no times: a day off)"


class TimeOffInline(OfficeInline):
    model = TimeOff
    form = WallClockForm
    fields = ["starts_at", "ends_at"]
    verbose_name_plural = "Time off"


@admin.register(Therapist)
class TherapistAdmin(HoursAdmin):
    list_display = ["name", "user", "order", "active"]
    list_select_related = ["user"]
    search_fields = ["name"]
    labels = IN_LISTS | {
        "user": "Account",
        "bio": "About you, for clients",
        "max_minutes_per_day": "Hands-on minutes a day, at most",
        "max_sessions_per_day": "Sessions a day, at most",
        "evening_list": "Tomorrow's sessions by mail",
        "evening_names": "With names",
    }
    inlines = [WeeklyHoursInline, DateHoursInline, TimeOffInline, OfferInline]

    def get_urls(self) -> list[Any]:
        return [*feeds.paths(self.admin_site), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Therapist]:
        return own(request, super().get_queryset(request), "user")

    def get_fields(self, request: HttpRequest, obj: Therapist | None = None) -> list[str]:
        decided = ["slug", "user", "active", "order"] if request.user.is_owner else []
        return ["name", *decided, "bio", "max_minutes_per_day", "max_sessions_per_day", "evening_list", "evening_names"]

    def get_readonly_fields(self, request: HttpRequest, obj: Therapist | None = None) -> list[str]:
        return [] if request.user.is_owner else ["name"]

    def get_prepopulated_fields(self, request: HttpRequest, obj: Therapist | None = None) -> dict[str, list[str]]:
        return {"slug": ["name"]} if request.user.is_owner and obj is None else {}

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs["queryset"] = User.objects.filter(role__in=(Role.THERAPIST, Role.OWNER)).order_by("email")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Therapist, form: Any, change: bool) -> None:
        obj.save()
        if "user" in form.changed_data:
            treating.settle(timezone.now())

    def delete_model(self, request: HttpRequest, obj: Therapist) -> None:
        obj.delete()

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Therapist]) -> None:
        queryset.delete()

    def save_related(self, request: HttpRequest, form: Any, formsets: Sequence[Any], change: bool) -> None:
        """All hours of the form in one change, so that a row given back in another stands in nobody's way."""
        hours = [formset for formset in formsets if formset.model is not Offer]
        super().save_related(request, form, [formset for formset in formsets if formset.model is Offer], change)
        save = [row for formset in hours for row in formset.save(commit=False)]
        remove = [row for formset in hours for row in formset.deleted_objects]
        if save or remove:
            tell(request, absences.change(save=save, remove=remove, now=timezone.now()))


@admin.register(TimeOff)
class TimeOffAdmin(HoursAdmin):
    list_display = ["therapist", "begins", "finishes"]
    list_select_related = ["therapist"]
    list_filter = [("therapist", admin.RelatedOnlyFieldListFilter)]
    ordering = ["-starts_at"]
    fields = ["therapist", "starts_at", "ends_at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[TimeOff]:
        return own(request, super().get_queryset(request), "therapist__user")

    def get_readonly_fields(self, request: HttpRequest, obj: TimeOff | None = None) -> list[str]:
        return ["therapist"] if obj else []

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs["queryset"] = own(request, Therapist.objects.all(), "user")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @admin.display(description="from", ordering="starts_at")
    def begins(self, row: TimeOff) -> str:
        return clock(row.starts_at)

    @admin.display(description="to", ordering="ends_at")
    def finishes(self, row: TimeOff) -> str:
        return clock(row.ends_at)


@admin.register(Closure)
class ClosureAdmin(HoursAdmin):
    list_display = ["where", "begins", "finishes"]
    list_select_related = ["room"]
    ordering = ["-starts_at"]
    fields = ["room", "starts_at", "ends_at"]

    @admin.display(description="what is closed", ordering="room")
    def where(self, row: Closure) -> str:
        return str(row.room or "The whole practice")

    @admin.display(description="from", ordering="starts_at")
    def begins(self, row: Closure) -> str:
        return clock(row.starts_at)

    @admin.display(description="to", ordering="ends_at")
    def finishes(self, row: Closure) -> str:
        return clock(row.ends_at)


def own(request: HttpRequest, rows: QuerySet[Any], path: str) -> QuerySet[Any]:
    """A therapist's own rows; the owner's and the front desk's are everybody's."""
    return rows.filter(**{path: request.user}) if request.user.role == Role.THERAPIST else rows
