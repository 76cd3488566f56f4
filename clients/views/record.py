"""“Who opened my record”: the client's own page of it."""

from __future__ import annotations

from django.core.paginator import InvalidPage, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from clients import opened
from clients.models import Client
from practice.models import Practice

PAGE = 20


@require_safe
def record(request: HttpRequest) -> HttpResponse:
    client = get_object_or_404(Client, user=request.user)
    practice = Practice.objects.current()
    try:
        page = Paginator(opened.readings(client), PAGE).page(request.GET.get("page", "1"))
    except InvalidPage:
        raise Http404 from None
    shown = {"practice": practice, "lines": opened.told(page.object_list, practice), "page": page}
    return render(request, "clients/record.html", shown)
