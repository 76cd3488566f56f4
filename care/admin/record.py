"""A client's record on one page in time order, to be filtered, printed, and taken away as a PDF. Each reading leaves a line."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_safe

from care import copies, record
from clients.admin.record import opened
from clients.models import Client
from practice.models import Practice

PAGE = 40


def paths(site: admin.AdminSite) -> list[Any]:
    return [
        path("care/record/<int:client>/", site.admin_view(whole), name="care_record"),
        path("care/record/<int:client>/pdf/", site.admin_view(copy), name="care_record_pdf"),
    ]


@require_safe
def whole(request: HttpRequest, client: int) -> HttpResponse:
    """All of it, or the kinds that were chosen; the newest first."""
    found = opened(request, client, "record")
    if not isinstance(found, Client):
        return found
    chosen = [kind for kind in record.KINDS if kind in request.GET.getlist("kind")]
    pages = Paginator(record.of(found, timezone.now(), kinds=chosen), PAGE)
    context = {
        **admin.site.each_context(request),
        "opts": Client._meta,
        "title": f"Record: {found}",
        "client": found,
        "kinds": [(kind, label, kind in chosen) for kind, label in record.KINDS.items()],
        "chosen": "".join(f"&kind={kind}" for kind in chosen),
        "page": pages.get_page(request.GET.get("page", "1")),
        "charts": record.charts_of(found)[:12][::-1] if not chosen or "chart" in chosen else [],
        "media": "",
    }
    return render(request, "admin/care/record.html", context)


@require_safe
def copy(request: HttpRequest, client: int) -> HttpResponse:
    found = opened(request, client, "copy")
    if not isinstance(found, Client):
        return found
    content = copies.pdf(found, Practice.objects.current(), timezone.now())
    named = {"Content-Disposition": f'attachment; filename="record-{found.ref}.pdf"'}
    return HttpResponse(content, content_type="application/pdf", headers=named)


admin.site.add_pages(paths)
