"""The addresses below /api/v1/. Every one of them answers in JSON, also where there is nothing."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import path, re_path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from bookings.api import problems, routers
from bookings.api.document import DocsPage, Interface
from bookings.api.reading import JsonParser

View = Callable[..., HttpResponse]

api = Interface(
    title="Booking API",
    version="1",
    description="What can be booked, when, and one's bookings. Times carry an offset; money is a text like 70.00.",
    docs=DocsPage(),
    parser=JsonParser(),
    urls_namespace="api",
)
routers.install(api)
problems.install(api)


def open_door(view: View) -> View:
    """Neither a session nor a form is looked at here: `door` asks for the token. A wrong method is told as a problem."""

    @functools.wraps(view, assigned=())
    def answer(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        response = view(request, **kwargs)
        if response.status_code == 405:
            allowed = ", ".join(sorted(response["Allow"].split(", ")))
            return problems.problem("method_not_allowed", f"Use {allowed} here.", {"Allow": allowed})
        return response

    return csrf_exempt(login_not_required(answer))


def nothing_here(request: HttpRequest) -> HttpResponse:
    return problems.not_found()


def _patterns() -> list[Any]:
    """Ninja's own, without its root, which only raises Http404 outside of its reach."""
    found, _, _ = api.urls
    for pattern in found:
        safe = require_safe if pattern.name in ("openapi-json", "openapi-view") else lambda view: view
        pattern.callback = open_door(safe(pattern.callback))
    return [path("", open_door(nothing_here)), *found, re_path("", open_door(nothing_here))]


app_name = "api"
urlpatterns = _patterns()
