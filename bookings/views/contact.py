"""How the client is reached: what they get and how, and that they want no contact at all."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from bookings import ahead
from bookings.views.agreements import client_of
from clients import reaching
from clients.choosing import ReachForm
from practice import words
from practice.models import Practice


@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: HttpRequest) -> HttpResponse:
    client, now, practice = client_of(request), timezone.now(), Practice.objects.current()
    form = ReachForm(request.POST if request.method == "POST" else None, client=client)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        with transaction.atomic():
            reaching.choose(
                client, form.wishes(), texts=said.get("texts", False), phone=said.get("phone"), by=request.user, now=now
            )
            ahead.follow_choices(client, practice=practice, now=now)
        messages.success(request, "Thank you. We keep to that from now on.")
        return redirect("my_contact")
    refused_at, agreed_at = client.contact_refused_at, client.texts_agreed_at
    shown = {
        "client": client,
        "form": form,
        "refused": words.day(refused_at.astimezone(practice.zone).date()) if refused_at else "",
        "agreed": words.day(agreed_at.astimezone(practice.zone).date()) if agreed_at else "",
    }
    return render(request, "bookings/contact.html", shown, status=422 if form.errors else 200)


@require_POST
def refuse(request: HttpRequest) -> HttpResponse:
    client, now = client_of(request), timezone.now()
    with transaction.atomic():
        reaching.refuse_contact(client, by=request.user, now=now)
        ahead.follow_choices(client, practice=Practice.objects.current(), now=now)
    messages.success(request, "We do not write to you any more. What you book stands here, under My bookings.")
    return redirect("my_contact")


@require_POST
def allow(request: HttpRequest) -> HttpResponse:
    client, now = client_of(request), timezone.now()
    with transaction.atomic():
        reaching.allow_contact(client, by=request.user, now=now)
        ahead.follow_choices(client, practice=Practice.objects.current(), now=now)
    messages.success(request, "Thank you. We write to you again, as you choose below.")
    return redirect("my_contact")
