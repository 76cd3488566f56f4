"""The pages that the links in messages open. Opening one never acts, also not by a mail scanner that looks ahead; the
button on it does.

The address is the secret: it says who acts, whoever is signed in here, so the forms need no cookie.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from bookings import links, story, visits
from bookings.errors import LinkOver, LinkUsed, NoSuchLink, Refusal
from bookings.links import Purpose
from bookings.models import Status
from bookings.views import change, errands, knocking
from bookings.views.errands import Errand
from practice import words
from practice.models import Practice

A_MINUTE = 60
Page = Callable[[HttpRequest, Errand, dt.datetime], HttpResponse]


@csrf_exempt
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def coming(request: HttpRequest, token: str) -> HttpResponse:
    return _opened(request, Purpose.COMING, token, _coming)


@csrf_exempt
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, token: str) -> HttpResponse:
    return _opened(request, Purpose.CANCEL, token, change.cancelling)


@login_not_required
@require_safe
def move(request: HttpRequest, token: str) -> HttpResponse:
    return _opened(request, Purpose.MOVE, token, change.choosing)


@csrf_exempt
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_move(request: HttpRequest, token: str) -> HttpResponse:
    return _opened(request, Purpose.MOVE, token, change.moving)


@login_not_required
@require_safe
def done(request: HttpRequest, token: str) -> HttpResponse:
    return _opened(request, Purpose.DONE, token, _done)


def _opened(request: HttpRequest, purpose: Purpose, token: str, page: Page) -> HttpResponse:
    now = timezone.now()
    if refused := knocking.too_often(request, "links", A_MINUTE, now):
        return refused
    try:
        answer = page(request, errands.by_link(links.follow(purpose, token, now)), now)
    except NoSuchLink:
        raise Http404 from None
    except LinkUsed as used:
        answer = redirect(links.path(used.booking, Purpose.DONE, now + links.SHOWN_FOR))
    except LinkOver as over:
        answer = errands.show_over(request, over)
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


def _coming(request: HttpRequest, errand: Errand, now: dt.datetime) -> HttpResponse:
    booking = errand.booking
    if booking.status != Status.CONFIRMED or booking.starts_at <= now:
        return errand.over(request, change.OVER)
    if request.method == "POST" and booking.coming_said_at is None:
        try:
            visits.say_coming(booking, by=errand.by, now=now, via=errand.via)
        except Refusal as refusal:
            return errand.refused(request, refusal)
        return errand.done(request, "", now)
    if request.method == "POST":
        return redirect(request.path)
    return render(request, "bookings/link_coming.html", _shown(errand, now))


def _done(request: HttpRequest, errand: Errand, now: dt.datetime) -> HttpResponse:
    return render(request, "bookings/link_done.html", _shown(errand, now))


def _shown(errand: Errand, now: dt.datetime) -> dict[str, object]:
    booking, practice = errand.booking, Practice.objects.current()
    return {
        "practice": practice,
        "booking": booking,
        "errand": errand,
        "facts": errand.facts(booking, practice, now),
        "asked_for": story.asked_for(booking, practice),
        "said": words.moment(booking.coming_said_at, practice.zone) if booking.coming_said_at else "",
        "late_fee": words.money(booking.late_fee, booking.currency),
    }
