"""A client's record as those who treat them open it: the journey with the therapist's decisions, and opening it in need.

Each page of it leaves a line before it shows anything; the front desk finds none of them.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone

from clients import decisions, permissions, reading
from clients.errors import Declined
from clients.models import BreakGlass, Client, Stage
from outbox import log
from practice.admin_site import OfficeAdmin, ReadOnlyAdmin, clock
from practice.forms import NATIVE

MOVED, NOT_YET = "moved", "not_yet"


class DecisionForm(forms.Form):
    """What the therapist decides, dated, with a note for those who treat the client."""

    what = forms.ChoiceField(
        label="Decision",
        choices=[(MOVED, "The client is at this stage"), (NOT_YET, "Not yet: the present stage goes on")],
        widget=forms.RadioSelect,
        help_text="“Not yet” is told to the client in neutral words.",
    )
    stage = forms.ModelChoiceField(Stage.objects.all(), empty_label=None)
    decided_on = forms.DateField(label="Date", widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    note = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 4}),
        required=False,
        max_length=5000,
        help_text="Sealed, and read by those who treat the client. The client sees the decision, never the note.",
    )
    seen = forms.CharField(required=False, max_length=36, widget=forms.HiddenInput)


class WhyForm(forms.Form):
    why = forms.CharField(
        label="Why you need to open it",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=1000,
        help_text="Kept and sealed. The owner is told by mail, and the client sees that you opened the record.",
        error_messages={"required": "Please give a reason; it is kept."},
    )


def paths(site: admin.AdminSite) -> list[Any]:
    """For the client's own admin, before its other addresses."""
    return [
        path("<int:pk>/journey/", site.admin_view(journey), name="clients_client_journey"),
        path("<int:pk>/open/", site.admin_view(open_in_need), name="clients_client_open"),
    ]


def shown_beside(request: HttpRequest, client: Client) -> dict[str, object]:
    """Which ways into the record the client's page offers this member of staff, and whether messages reach the client."""
    now, user = timezone.now(), request.user
    return {
        "may_read": permissions.may_read(user, client, now),
        "may_open": permissions.may_break_glass(user, client, now),
        "trouble": log.trouble(f"client:{client.pk}", (client.email, client.texts_number or "")),
    }


def opened(request: HttpRequest, pk: int, what: str) -> Client | HttpResponse:
    """The client, with the line that says `what` was opened; for a therapist who does not treat them the way to open the
    record in need. For any staff page of the record: `if not isinstance(client, Client): return client`."""
    if request.user.role not in permissions.CLINICAL_ROLES:
        raise PermissionDenied
    client = get_object_or_404(Client.objects.for_user(request.user), pk=pk)
    try:
        reading.note_reading(request.user, client, what, timezone.now())
    except Declined as declined:
        messages.warning(request, str(declined))
        return redirect(f"{reverse('admin:clients_client_open', args=[pk])}")
    return client


def journey(request: HttpRequest, pk: int) -> HttpResponse:
    """Where the client stands and what was decided; the form decides."""
    client = opened(request, pk, "journey")
    if not isinstance(client, Client):
        return client
    today = timezone.localdate()
    initial = {"decided_on": today, "seen": decisions.latest(client)}
    form = DecisionForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        decide = decisions.move_to_stage if said.pop("what") == MOVED else decisions.not_yet
        try:
            decide(client, by=request.user, now=timezone.now(), **said)
        except Declined as declined:
            form.add_error(None, str(declined))
            form.data = form.data.copy()
            form.data["seen"] = decisions.latest(client)  # the page shows it now
        else:
            messages.success(request, "The decision is kept.")
            return redirect("admin:clients_client_journey", pk)
    made = client.stage_decisions.select_related("stage", "by")
    return _page(request, "journey", {"client": client, "form": form, "decisions": made, "title": f"Journey: {client}"})


def open_in_need(request: HttpRequest, pk: int) -> HttpResponse:
    """Break-glass: for a therapist who does not treat this client."""
    if request.user.role not in permissions.CLINICAL_ROLES:
        raise PermissionDenied
    client, now = get_object_or_404(Client.objects.for_user(request.user), pk=pk), timezone.now()
    if permissions.may_read(request.user, client, now):
        return redirect("admin:clients_client_journey", pk)
    form = WhyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            reading.break_glass(request.user, client, why=form.cleaned_data["why"], now=now)
        except Declined as declined:
            form.add_error(None, str(declined))
        else:
            messages.success(request, "The record is open to you for a day. The owner is told.")
            return redirect("admin:clients_client_change", pk)
    return _page(request, "open", {"client": client, "form": form, "title": f"Open the record of {client}"})


def _page(request: HttpRequest, template: str, shown: dict[str, Any]) -> HttpResponse:
    context = {**admin.site.each_context(request), "opts": Client._meta, "media": shown["form"].media, **shown}
    return render(request, f"admin/clients/client/{template}.html", context)


@admin.register(Stage)
class StageAdmin(OfficeAdmin):
    """Names and texts are the practice's; which stages there are, and their order, is not changed."""

    list_display = ["name", "text"]
    fields = ["name", "text"]
    formfield_overrides = NATIVE

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Stage | None = None) -> bool:
        return False


@admin.register(BreakGlass)
class BreakGlassAdmin(ReadOnlyAdmin):
    """Records that were opened in need, for the owner."""

    list_display = ["when", "user", "client", "until"]
    list_select_related = ["user", "client"]
    fields = ["client", "user", "when", "until", "reason"]
    readonly_fields = fields
    show_full_result_count = False

    @admin.display(description="opened", ordering="opened_at")
    def when(self, opened: BreakGlass) -> str:
        return clock(opened.opened_at)

    @admin.display(description="open until")
    def until(self, opened: BreakGlass) -> str:
        return clock(opened.open_until_at)

    @admin.display(description="reason")
    def reason(self, opened: BreakGlass) -> str:
        return opened.why

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        found = self.get_object(request, object_id)
        if found is not None and self.has_view_permission(request, found):
            reading.note_reading(request.user, found.client, "opening", timezone.now())
        return super().change_view(request, object_id, *args, **kwargs)
