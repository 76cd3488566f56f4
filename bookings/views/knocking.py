"""How often somebody may come to an address that needs no sign-in, counted by where they come from."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts import throttle
from accounts.errors import Throttled
from practice.visitor import neighbourhood


def too_often(request: HttpRequest, door: str, rate_per_minute: float, now: dt.datetime) -> HttpResponse | None:
    """The answer for somebody who comes too often; None for everybody else. A minute's worth may be taken at once."""
    try:
        throttle.take(f"{door} {neighbourhood(request)}", rate_per_minute, rate_per_minute, now)
    except Throttled as error:
        answer = render(request, "429.html", status=429)
        answer.headers["Retry-After"] = str(error.retry_after)
        return answer
    return None
