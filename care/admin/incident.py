"""Incidents: recorded by the therapist, read by who treats the client, looked at again."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from care import incidents
from care.admin.page import CareAdmin, concerned, typed
from care.forms import IncidentForm, WordsForm
from care.models import Incident
from practice.admin_site import clock


@admin.register(Incident)
class IncidentAdmin(CareAdmin):
    reads = "incident"
    author = "recorded_by"
    template = "incident"
    list_display = ["when", "client", "severity", "follow_up_on", "is_followed_up"]
    list_select_related = ["client"]
    list_filter = ["severity"]
    search_fields = ["client__name"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.may(request, "add")

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        self.demand(request, "add")
        now = timezone.now()
        clients = concerned(request.user, now)
        form = IncidentForm(typed(request), clients=clients, initial={"happened_at": now, **request.GET.dict()})
        if request.method == "POST" and form.is_valid():
            said = form.cleaned_data
            extra = {"booking": said["booking"], "consequence": said["consequence"]}
            if self.attempt(
                request,
                form,
                lambda: incidents.record(said["client"], form.happened(), by=request.user, now=now, **extra),
                "The incident is recorded.",
            ):
                return redirect("admin:care_incident_changelist")
        return self.page(request, title="Record an incident", form=form, button="Record it")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        incident = self.opened(request, object_id)
        form = WordsForm(typed(request)) if self.may(request, "change") else None
        if form and request.method == "POST" and form.is_valid():
            words, now = form.cleaned_data["words"], timezone.now()
            if self.attempt(
                request, form, lambda: incidents.follow_up(incident, words, by=request.user, now=now), "Added."
            ):
                return self.to_row(incident)
        title = f"Incident: {incident.client}, {clock(incident.happened_at)}"
        return self.page(request, title=title, form=form, incident=incident, button="Add")

    @admin.display(description="when", ordering="happened_at")
    def when(self, incident: Incident) -> str:
        return clock(incident.happened_at)

    @admin.display(description="looked at again", boolean=True)
    def is_followed_up(self, incident: Incident) -> bool:
        return incident.followed_up_at is not None
