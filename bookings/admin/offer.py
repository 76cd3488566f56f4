"""What can be booked and where, as the owner edits it: rooms, session types with lengths, prices and what they ask for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from bookings.models import Length, Offer, OfferPrice, Prerequisite, Room, SessionType, SessionTypeRoom
from clients import documents
from clients.models import Document
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


NOT_PUBLISHED = "This text has not been published, so nobody is asked for it."
NOT_YET = "This text does not apply yet, so nobody is asked for it today."
NO_SUCH_TEXT = "There is no text “%(value)s”, so nobody can be asked for it. Please choose among those that there are."


def consents_in_words(slugs: list[str]) -> list[tuple[str, str]]:
    """Each text that there is, with a word about those of `slugs` of which nobody is asked for anything."""
    asked = set(documents.in_force(timezone.localdate()).values_list("document__slug", flat=True))
    published = set(Document.objects.exclude(versions__published_at=None).values_list("slug", flat=True))
    return [
        (
            each.slug,
            str(each) if each.slug in asked or each.slug not in slugs else f"{each}. {_unasked(each, published)}",
        )
        for each in Document.objects.all()
    ]


def _unasked(document: Document, published: set[str]) -> str:
    return NOT_YET if document.slug in published else NOT_PUBLISHED


class SessionTypeForm(forms.ModelForm):
    requires_consents = forms.MultipleChoiceField(
        label="Texts to be signed",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="The boundaries come with every tantric session by themselves.",
        error_messages={"invalid_choice": NO_SUCH_TEXT},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "requires_consents" in self.fields:
            self.fields["requires_consents"].choices = self._choices(self.instance.requires_consents)

    @staticmethod
    def _choices(named: list[str]) -> list[tuple[str, str]]:
        """A name that leads to no text is shown, so that it can be taken off; the form refuses it."""
        there = consents_in_words(named)
        return there + [(slug, f"“{slug}”: there is no such text.") for slug in named if slug not in dict(there)]

    def clean_requires_consents(self) -> list[str]:
        named = self.cleaned_data["requires_consents"]
        known = set(Document.objects.values_list("slug", flat=True))
        for slug in named:
            if slug not in known:
                raise forms.ValidationError(NO_SUCH_TEXT, params={"value": slug})
        return named


@admin.register(SessionType)
class SessionTypeAdmin(OfficeAdmin):
    list_display = ["name", "kind", "approval", "order", "active"]
    list_filter = ["kind", "active"]
    search_fields = ["name"]
    prepopulated_fields = {"slug": ["name"]}
    inlines = [LengthInline, RoomInline, PrerequisiteInline]
    form = SessionTypeForm
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
        (
            "Before it can be booked",
            {"fields": ["approval", "requires_stage", "requires_consultation", "requires_consents"]},
        ),
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

    @admin.display(description="texts to be signed")
    def texts(self, session_type: SessionType) -> str:
        named = dict(consents_in_words(session_type.requires_consents))
        return " ".join(named.get(slug, slug) for slug in session_type.requires_consents) or "none"

    def get_fieldsets(self, request: HttpRequest, obj: SessionType | None = None) -> Any:
        """For those who only look, the texts by their titles."""
        found = super().get_fieldsets(request, obj)
        if self.has_change_permission(request, obj):
            return found
        shown = {"requires_consents": "texts"}
        return [(name, {**part, "fields": [shown.get(each, each) for each in part["fields"]]}) for name, part in found]


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
