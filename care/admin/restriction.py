"""Warnings, approvals and blocks with their reasons, and the look-alikes that wait for a look."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from care import restricting
from care.admin.page import CareAdmin, concerned, typed
from care.forms import LiftForm, RestrictionForm
from clients import restrictions
from clients.models import LookAlike, Restriction
from practice.admin_site import clock


@admin.register(Restriction)
class RestrictionAdmin(CareAdmin):
    reads = "restriction"
    author = "by"
    template = "restriction"
    list_display = ["client", "kind", "since_when", "stands"]
    list_select_related = ["client"]
    list_filter = ["kind"]
    search_fields = ["client__name"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.may(request, "add")

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        self.demand(request, "add")
        now = timezone.now()
        clients = concerned(request.user, now)
        form = RestrictionForm(typed(request), clients=clients, initial=request.GET.dict())
        if request.method == "POST" and form.is_valid():
            said, by = form.cleaned_data, request.user
            if self.attempt(
                request,
                form,
                lambda: restricting.restrict(said["client"], said["kind"], why=said["why"], by=by, now=now),
                "It stands from now on.",
            ):
                return redirect("admin:clients_restriction_changelist")
        return self.page(request, title="Warn, ask approval or block", form=form, button="Go ahead")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        restriction = self.opened(request, object_id)
        may_lift = restriction.until is None and self.may(request, "change")
        form = LiftForm(typed(request)) if may_lift else None
        if form and request.method == "POST" and form.is_valid():
            why, now = form.cleaned_data["why"], timezone.now()
            if self.attempt(
                request,
                form,
                lambda: restrictions.lift(restriction, why=why, by=request.user, now=now),
                "It has ended.",
            ):
                return self.to_row(restriction)
        title = f"{restriction.client}: {restriction.get_kind_display()}"
        return self.page(request, title=title, form=form, restriction=restriction, button="End it")

    @admin.display(description="since", ordering="since")
    def since_when(self, restriction: Restriction) -> str:
        return clock(restriction.since)

    @admin.display(description="stands", boolean=True)
    def stands(self, restriction: Restriction) -> bool:
        return restriction.until is None


@admin.register(LookAlike)
class LookAlikeAdmin(CareAdmin):
    """Names and addresses alone, so every therapist may look; the answer is theirs, never a guess of ours."""

    template = "look_alike"
    list_display = ["client", "resembles", "by", "noticed", "answer"]
    list_select_related = ["client", "resembles"]
    ordering = ["answered_at", "-noticed_at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[LookAlike]:
        return LookAlike.objects.select_related("client", "resembles", "answered_by")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        look_alike = self.found(request, object_id)
        may_answer = look_alike.answered_at is None and self.may(request, "change")
        if request.method == "POST" and {"same", "different"} & set(request.POST):
            self.demand(request, "change")
            is_same, now = "same" in request.POST, timezone.now()
            self.attempt(
                request,
                None,
                lambda: restricting.answer_look_alike(look_alike, is_same=is_same, by=request.user, now=now),
                "Answered.",
            )
            return redirect("admin:clients_lookalike_changelist")
        return self.page(request, title="The same person?", look_alike=look_alike, may_answer=may_answer)

    @admin.display(description="noticed", ordering="noticed_at")
    def noticed(self, look_alike: LookAlike) -> str:
        return clock(look_alike.noticed_at)

    @admin.display(description="answer")
    def answer(self, look_alike: LookAlike) -> str:
        return {None: "waits for a look", True: "the same person", False: "another person"}[look_alike.is_same]
