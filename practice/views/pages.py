"""The practice's own words on public pages: boundaries, privacy, terms, contact. The first page is bookings'."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from practice import pages


@login_not_required
@require_safe
def text(request: HttpRequest, slug: str) -> HttpResponse:
    return render(request, [f"practice/{slug}.html", "practice/text.html"], {"text": pages.text(slug)})
