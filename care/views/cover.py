"""The pages that the messages about working alone open. Opening one never acts; the button on it does.

The address is the secret: it says who answers, whoever is signed in here, so the forms need no cookie.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from bookings.errors import LinkOver, NoSuchLink
from bookings.views import knocking
from care import cover, links, named
from care.naming import WordForm
from practice import words
from practice.errors import Refusal
from practice.models import Practice

A_MINUTE = 20
ANSWERS = {"well": cover.say_well, "longer": cover.say_longer}


@csrf_exempt
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def reached(request: HttpRequest, token: str) -> HttpResponse:
    """For the named person: the test came."""
    return _opened(request, lambda now: _reached(request, token, now))


@csrf_exempt
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def well(request: HttpRequest, token: str) -> HttpResponse:
    """For the therapist: is all well?"""
    return _opened(request, lambda now: _asked(request, token, now))


def _opened(request: HttpRequest, page: Callable[[dt.datetime], HttpResponse]) -> HttpResponse:
    now = timezone.now()
    if refused := knocking.too_often(request, "links", A_MINUTE, now):
        return refused
    try:
        answer = page(now)
    except NoSuchLink:
        raise Http404 from None
    except LinkOver as over:
        shown = {"practice": Practice.objects.current(), "sentence": str(over)}
        answer = render(request, "care/link_over.html", shown, status=410)
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


def _reached(request: HttpRequest, token: str, now: dt.datetime) -> HttpResponse:
    person = links.who_was_reached(token, now)
    if request.method == "POST":
        named.reached_by_mail(person, now=now)
        return redirect(request.path)
    return render(request, "care/link_reached.html", {"practice": Practice.objects.current(), "person": person})


def _asked(request: HttpRequest, token: str, now: dt.datetime) -> HttpResponse:
    asked, practice = links.what_is_asked(token, now), Practice.objects.current()
    form = WordForm(request.POST if request.method == "POST" else None, needs_word=cover.needs_word(asked))
    if request.method == "POST" and form.is_valid():
        answer = ANSWERS.get(request.POST.get("answer", "well"), cover.say_well)
        try:
            answer(asked, word=form.word, now=now)
        except Refusal as refusal:
            form.add_error("word", str(refusal))
        else:
            return redirect(request.path)
    shown = {
        "practice": practice,
        "cover": asked,
        "form": form,
        "until": words.moment(asked.expected_at, practice.zone),
        "ask": words.time(asked.ask_at, practice.zone),
        "tell": words.time(asked.tell_at, practice.zone),
        "is_asked": now >= asked.ask_at,
    }
    return render(request, "care/link_well.html", shown)
