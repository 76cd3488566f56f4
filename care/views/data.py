"""“Your data”: what the practice keeps about a client, how long, and a file of it to take along."""

from __future__ import annotations

from allauth.account.decorators import reauthentication_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from care import taking
from clients.models import Client
from practice.models import Practice


@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required(allow_get=True)
def data(request: HttpRequest) -> HttpResponse:
    """The file holds what was told about health, so it is given only to who has just shown again who they are."""
    client = get_object_or_404(Client, user=request.user)
    if request.method != "POST":
        return render(request, "care/data.html", {"practice": Practice.objects.current()})
    held = taking.take(client, by=request.user, now=timezone.now())
    name = f'attachment; filename="my-data-{client.ref}.json"'
    return HttpResponse(held, content_type="application/json", headers={"Content-Disposition": name})
