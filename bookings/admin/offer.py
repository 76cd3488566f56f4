"""What can be booked and where, as the owner edits it: rooms, session types with lengths, prices and what they ask for."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from bookings.models import Length, Offer, OfferPrice, Prerequisite, Room, SessionType, SessionTypeRoom
from practice.admin_site import OfficeAdmin, OfficeInline

IN_LISTS = {"slug": "Name in addresses and files", "order": "Place in lists"}


@admin.register(Room)
class RoomAdmin(OfficeAdmin):
    list_display = ["name", "slug", "order"]
    search_fields = ["name"]
    prepopulated_fields = {"slug": ["name"]}
    labels = IN_LISTS


class LengthInline(OfficeInline):
    model = Length
    min_num = 1
    verbose_name_plural = "Lengths and prices"


class RoomInline(OfficeInline):
    model = SessionTypeRoom
    fields = ["room", "order"]
    verbose_name = "room"
    verbose_name_plural = "Rooms it may use, tried in this order; none for a session that needs no room"


class PrerequisiteInline(OfficeInline):
    model = Prerequisite
    fk_name = "session_type"
    fields = ["completed", "count"]
    labels = {"completed": "Session", "count": "How many, at least"}
    verbose_name = "session"
    verbose_name_plural = "Sessions a client has had before"


@admin.register(SessionType)
class SessionTypeAdmin(OfficeAdmin):
    list_display = ["name", "kind", "approval", "order", "active"]
    list_filter = ["kind", "active"]
    search_fields = ["name"]
    prepopulated_fields = {"slug": ["name"]}
    inlines = [LengthInline, RoomInline, PrerequisiteInline]
    labels = IN_LISTS | {
        "neutral_name": "Neutral name",
        "buffer_before_minutes": "Minutes before",
        "buffer_after_minutes": "Minutes after",
        "requires_stage": "From stage",
        "requires_consultation": "A consultation first",
        "cancellation_notice": "Notice for cancelling",
        "reschedule_notice": "Notice for moving",
        "preparation": "Before a session",
        "aftercare": "After a session",
    }
    fieldsets = [
        (None, {"fields": ["name", "slug", "kind", "active", "order"]}),
        ("In your words", {"fields": ["summary", "description", "neutral_name"]}),
        ("Around the session", {"fields": ["buffer_before_minutes", "buffer_after_minutes"]}),
        ("Before it can be booked", {"fields": ["approval", "requires_stage", "requires_consultation"]}),
        (
            "Notice, where it differs from the practice's",
            {
                "fields": ["cancellation_notice", "reschedule_notice"],
                "description": "Written 90m, 12h or 2d; empty for the practice's own.",
            },
        ),
        (
            "What clients are sent",
            {
                "fields": ["reminders", "preparation", "aftercare"],
                "description": "Reminders are written like 48h, 3h, or none; empty for the practice's own. The texts go out the day "
                "before a session and after one that took place; a text that is empty is not sent.",
            },
        ),
    ]


class OfferPriceInline(OfficeInline):
    model = OfferPrice
    verbose_name = "price"
    verbose_name_plural = "Own prices, where they differ"

    def get_formset(self, request: HttpRequest, obj: Offer | None = None, **kwargs: Any) -> Any:
        formset = super().get_formset(request, obj, **kwargs)
        formset.form.base_fields["length"].queryset = Length.objects.filter(
            session_type=obj.session_type_id if obj else None
        )
        return formset


@admin.register(Offer)
class OfferAdmin(OfficeAdmin):
    """One therapist's own prices for one session type; reached from the therapist."""

    fields = readonly_fields = ["therapist", "session_type"]
    inlines = [OfferPriceInline]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> Any:
        offers = super().get_queryset(request).select_related("therapist", "session_type")
        return offers if request.user.is_owner else offers.filter(therapist__user=request.user)
