"""Calendar feeds: what a calendar program fetches, and the pages on which people make, renew and remove their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.views.decorators.http import require_http_methods, require_safe

from bookings import feeds, subscribed
from bookings.errors import NoSuchFeed
from bookings.forms import FeedForm
from bookings.models import CalendarFeed, Shows
from bookings.views import knocking
from clients.models import Client
from practice import words
from practice.models import Practice

A_MINUTE = 60


@login_not_required
@require_safe
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """The same way for every secret up to the answer, so that guessing learns nothing and is slow. Only what a fetch
    leaves behind is written here: that it was, and since when the calendar is as it is."""
    now = timezone.now()
    if refused := knocking.too_often(request, "feeds", A_MINUTE, now):
        return refused
    try:
        found = feeds.recognise(secret)
    except NoSuchFeed:
        raise Http404 from None
    content = subscribed.content(found, Practice.objects.current(), now)
    found = feeds.note_fetch(found, content, now)
    changed = int(found.changed_at.timestamp()) if found.changed_at else None
    etag = f'"{found.content_digest}"'
    headers = {
        "Cache-Control": "private, no-cache",
        "Content-Disposition": 'inline; filename="sessions.ics"',
        "ETag": etag,
        "Last-Modified": http_date(changed),
    }
    answer = HttpResponse(content, content_type="text/calendar; charset=utf-8", headers=headers)
    return get_conditional_response(request, etag, changed, answer)


@require_http_methods(["GET", "HEAD", "POST"])
def mine(request: HttpRequest) -> HttpResponse:
    get_object_or_404(Client, user=request.user, user__is_staff=False)
    return manage(request, "bookings/my_calendar.html", [Shows.OWN], {})


def manage(request: HttpRequest, template: str, offered: Sequence[Shows], more: dict[str, Any]) -> HttpResponse:
    """One's own feed. The address is on the page that a press of the button brings, and nowhere after that."""
    found = CalendarFeed.objects.filter(user=request.user).first()
    form = FeedForm(request.POST or None, offered=offered, shown=found.shows if found else None)
    address, status = "", 200
    if request.method == "POST":
        if not form.is_valid():
            status = 422
        elif form.cleaned_data["do"] == "make":
            secret = feeds.make(request.user, shows=form.cleaned_data["shows"], now=timezone.now())
            address = settings.SITE_URL + reverse("feed", args=[secret])
        else:
            _do(request, form)
            return redirect(request.path)
    return render(request, template, more | {"form": form} | _shown(request.user, address), status=status)


def _shown(user: Any, address: str) -> dict[str, Any]:
    practice, found = Practice.objects.current(), CalendarFeed.objects.filter(user=user).first()
    return {
        "practice": practice,
        "feed": found,
        "made": words.moment(found.made_at, practice.zone) if found else "",
        "fetched": words.moment(found.fetched_at, practice.zone) if found and found.fetched_at else "",
        "address": address,
        "to_open": "webcal" + address.removeprefix("https").removeprefix("http"),
    }


def _do(request: HttpRequest, form: FeedForm) -> None:
    if form.cleaned_data["do"] == "remove":
        feeds.remove(request.user)
        messages.success(request, "The address is removed. Calendars that had it find nothing there any more.")
    else:
        feeds.show(request.user, form.cleaned_data["shows"])
        messages.success(request, "Saved. Calendars show it when they next ask, mostly within hours.")
