"""The client's messages: with whom they can write, and one thread. What stands there is nobody else's to read."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from bookings.models import Therapist
from care import conversations
from care.forms import LineForm
from care.models import Conversation
from clients.errors import Declined
from clients.models import Client
from practice import words
from practice.models import Practice


def own_client(request: HttpRequest) -> Client:
    """Whoever is signed in as a client; staff have their own side."""
    client = getattr(request.user, "client", None)
    if request.user.is_staff or client is None:
        raise Http404
    return client


@require_safe
def threads(request: HttpRequest) -> HttpResponse:
    client = own_client(request)
    begun = {each.therapist_id: each for each in Conversation.objects.filter(client=client)}
    people = Therapist.objects.filter(active=True, user__isnull=False) | Therapist.objects.filter(pk__in=begun)
    rows = [{"therapist": each, "conversation": begun.get(each.pk)} for each in people.distinct()]
    return render(request, "care/messages.html", {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
def thread(request: HttpRequest, therapist: str) -> HttpResponse:
    client = own_client(request)
    found = get_object_or_404(Therapist.objects.filter(user__isnull=False), slug=therapist)
    conversation = Conversation.objects.filter(client=client, therapist=found).first()
    if conversation is None and not found.active:
        raise Http404
    form = LineForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            conversations.write(client, found, form.cleaned_data["words"], by=request.user, now=timezone.now())
        except Declined as declined:
            form.add_error(None, str(declined))
        else:
            messages.success(request, "Your message is on its way.")
            return redirect("my_messages_with", found.slug)
    shown = {"therapist": found, "conversation": conversation, "form": form, "lines": _lines(conversation)}
    return render(request, "care/thread.html", shown)


def _lines(conversation: Conversation | None) -> list[dict[str, Any]]:
    if conversation is None:
        return []
    zone = Practice.objects.current().zone
    found = conversation.lines.select_related("conversation")
    return [{"line": each, "when": words.moment(each.at, zone)} for each in found]
