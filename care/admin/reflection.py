"""Private reflections: each author finds their own, the owner too; nobody else learns that there are any."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from bookings.models import Booking
from care import reflections
from care.admin.page import CareAdmin, concerned, typed
from care.models import Reflection
from care.noteforms import ReflectionForm
from practice.admin_site import clock


@admin.register(Reflection)
class ReflectionAdmin(CareAdmin):
    author = "author"
    reads = "reflection"
    template = "reflection"
    list_display = ["when", "client"]
    list_select_related = ["client"]
    search_fields = ["client__name"]
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Reflection]:
        return Reflection.objects.for_user(request.user).select_related("client", "booking")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.may(request, "add") and "client" in request.GET

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """About ?client=, and ?booking= where it is about one session."""
        self.demand(request, "add")
        now = timezone.now()
        client = get_object_or_404(concerned(request.user, now), pk=_number(request, "client"))
        booking = Booking.objects.filter(client=client, pk=_number(request, "booking")).first()
        form = ReflectionForm(typed(request))
        if request.method == "POST" and form.is_valid():
            words = form.cleaned_data["words"]
            if self.attempt(
                request,
                form,
                lambda: reflections.write(client, words, by=request.user, now=now, booking=booking),
                "Kept for you alone.",
            ):
                return redirect("admin:care_reflection_changelist")
        return self.page(request, title=f"Reflection: {client}", form=form, button="Keep it")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        reflection = self.opened(request, object_id)
        if request.method == "POST" and "remove" in request.POST:
            self.attempt(request, None, lambda: reflections.remove(reflection), "Removed for good.")
            return redirect("admin:care_reflection_changelist")
        form = ReflectionForm(typed(request), initial={"words": reflection.words})
        if request.method == "POST" and form.is_valid():
            words, now = form.cleaned_data["words"], timezone.now()
            if self.attempt(request, form, lambda: reflections.change(reflection, words, now=now), "Kept."):
                return self.to_row(reflection)
        title = f"Reflection: {reflection.client}, {clock(reflection.written_at)}"
        return self.page(request, title=title, form=form, reflection=reflection, button="Keep it")

    @admin.display(description="written", ordering="written_at")
    def when(self, reflection: Reflection) -> str:
        return clock(reflection.written_at)


def _number(request: HttpRequest, name: str) -> int:
    given = request.GET.get(name, "")
    return int(given) if given.isdecimal() and len(given) < 10 else 0
