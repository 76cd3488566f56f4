"""“What we sent you”: the client's own page of the messages that left for them."""

from __future__ import annotations

from django.core.paginator import InvalidPage, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from clients.models import Client
from outbox import log, registry
from practice import words
from practice.models import Practice

PAGE = 20


@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    client = get_object_or_404(Client, user=request.user)
    practice = Practice.objects.current()
    try:
        page = Paginator(log.to_client(request.user, client.pk), PAGE).page(request.GET.get("page", "1"))
    except InvalidPage:
        raise Http404 from None
    lines = [
        {
            "message": message,
            "title": registry.title_of(message.kind),
            "when": words.moment(message.sent_at or message.due_at, practice.zone),
            "came_back": message.state == "bounced",
        }
        for message in page.object_list
    ]
    return render(request, "clients/sent.html", {"practice": practice, "lines": lines, "page": page})
