"""How a client is reached, as staff see it; and that they want no contact, recorded on the client's word."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone

from clients import asking, reach, reaching
from clients.choosing import LABELS, WAYS
from clients.models import Client
from practice.admin_site import clock

REFUSE, ALLOW = "refuse", "allow"
FORM_SAYS = (reaching.SAFE_CONTACT, "safe-hours")
"""The questions of the form about safe ways and times: for calls, which people make."""


class ReachFilter(admin.SimpleListFilter):
    title = "reached"
    parameter_name = "reached"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("nowhere", "No e-mail address"), ("refused", "Wants no contact")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Client]) -> QuerySet[Client]:
        of = {"nowhere": Q(email=""), "refused": Q(contact_refused_at__isnull=False)}
        return queryset.filter(of[self.value()]) if self.value() in of else queryset


def paths(site: admin.AdminSite) -> list[Any]:
    """For the client's own admin, before its other addresses."""
    return [path("<int:pk>/contact/", site.admin_view(contact), name="clients_client_contact")]


def in_a_word(client: Client) -> str:
    """For the client's page: whether messages reach them."""
    if client.contact_refused_at is not None:
        return f"Wants no contact since {clock(client.contact_refused_at)}: nothing is sent."
    if reach.is_unreachable(client):
        return "Nothing can be sent: there is no e-mail address."
    return "By e-mail and text message" if client.email and reach.takes_texts(client) else "By e-mail"


def contact(request: HttpRequest, pk: int) -> HttpResponse:
    """What they chose, and the one button that says they want no contact, or want it again."""
    if not request.user.has_perm("clients.change_client"):
        raise PermissionDenied
    client = get_object_or_404(Client.objects.for_user(request.user), pk=pk)
    verb = {REFUSE: reaching.refuse_contact, ALLOW: reaching.allow_contact}.get(request.POST.get("what", ""))
    if request.method == "POST" and verb is not None:
        verb(client, by=request.user, now=timezone.now())
        messages.success(request, "It is kept. What is planned already follows within ten minutes.")
        return redirect("admin:clients_client_contact", pk)
    shown = {
        "client": client,
        "in_a_word": in_a_word(client),
        "rows": [(LABELS[group][0], _ways(client, group)) for group in reach.GROUPS],
        "hours": " to ".join(reach.hours(client)),
        "told": asking.told_desk(client, FORM_SAYS),
        "agreed": client.texts_agreed_at and f"{client.texts_number}, since {clock(client.texts_agreed_at)}",
        "title": f"How {client} is reached",
    }
    context = {**admin.site.each_context(request), "opts": Client._meta, **shown}
    return render(request, "admin/clients/client/contact.html", context)


def _ways(client: Client, group: str) -> str:
    return ", ".join(words for way, words in WAYS.items() if way in reach.chosen(client, group)) or "Not at all"
