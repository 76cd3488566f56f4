"""The open pages of the offer: the first page, all sessions, one session. Anybody may read them."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from bookings import brochure
from bookings.models import Kind
from practice import pages
from practice.models import Practice


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    practice = Practice.objects.current()
    shown = {"practice": practice, "offerings": brochure.offerings(practice), "text": pages.text("home")}
    return render(request, "bookings/home.html", shown)


@login_not_required
@require_safe
def sessions(request: HttpRequest) -> HttpResponse:
    practice = Practice.objects.current()
    shown = {"practice": practice, "offerings": brochure.offerings(practice), **pages.texts("tantric-massage")}
    return render(request, "bookings/sessions.html", shown)


@login_not_required
@require_safe
def session(request: HttpRequest, slug: str) -> HttpResponse:
    practice = Practice.objects.current()
    offering = brochure.describe(get_object_or_404(brochure.sessions(), slug=slug), practice)
    shown = {
        "practice": practice,
        "offering": offering,
        "is_tantric": offering.session_type.kind == Kind.TANTRIC,
        **pages.texts("tantric-massage", "preparation"),
    }
    return render(request, "bookings/session.html", shown)
