"""Two records with one address, of which one has an account and the other none: staff look whether they are one person."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone

from clients import records
from clients.errors import Declined
from clients.models import Client

SEVERAL = "There are more than two. Please correct or take away the address where it does not belong."


class DoubleFilter(admin.SimpleListFilter):
    title = "to look at"
    parameter_name = "double"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "One address, two records")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Client]) -> QuerySet[Client]:
        return queryset.filter(pk__in=records.double().values("pk")) if self.value() == "yes" else queryset


def paths(site: admin.AdminSite) -> list[Any]:
    """For the client's own admin, before its other addresses."""
    return [path("<int:pk>/double/", site.admin_view(double), name="clients_client_double")]


def double(request: HttpRequest, pk: int) -> HttpResponse:
    """The two beside each other; the one button says that they are one person."""
    if not request.user.has_perm("clients.change_client"):
        raise PermissionDenied
    client = get_object_or_404(Client.objects.for_user(request.user).select_related("user"), pk=pk)
    others = list(records.doubles(client).select_related("user"))
    if not others:
        raise Http404
    own, kept = (client, others[0]) if client.user_id else (others[0], client)
    obstacle = records.obstacle(kept, own) if len(others) == 1 else SEVERAL
    if request.method == "POST" and not obstacle:
        try:
            joined = records.join_by_word(kept, own, by=request.user, now=timezone.now())
        except Declined as declined:
            obstacle = str(declined)
        else:
            messages.success(request, "They are one record now, with the account.")
            return redirect("admin:clients_client_change", joined.pk)
    shown = {"client": client, "rows": [client, *others], "obstacle": obstacle, "title": "One address, two records"}
    context = {**admin.site.each_context(request), "opts": Client._meta, **shown}
    return render(request, "admin/clients/client/double.html", context)
