"""The open pages of the offer: the first page, all sessions, one session. Anybody may read them."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from bookings import brochure, journey
from bookings.models import Kind, SessionType
from bookings.views import needed
from bookings.views.needed import Needed
from practice import pages, walltime
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
        "needed": still_needed(request, offering.session_type, practice),
        "is_tantric": offering.session_type.kind == Kind.TANTRIC,
        **pages.texts("tantric-massage", "preparation"),
    }
    return render(request, "bookings/session.html", shown)


def still_needed(request: HttpRequest, session_type: SessionType, practice: Practice) -> list[Needed] | None:
    """What this session still asks of the client who is signed in; None for anybody else, who reads what it asks in all."""
    client = getattr(request.user, "client", None)
    if client is None:
        return None
    today = walltime.local_date(timezone.now(), practice.zone)
    return needed.of(journey.still_needed(client, session_type, today), request.path)
