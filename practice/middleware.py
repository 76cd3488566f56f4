"""Headers that every answer carries: what a browser may use, keep and index; and the page for what was refused.

Static files do not pass here.
"""

import re
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from practice.errors import Refusal

OFF = ["accelerometer", "autoplay", "camera", "display-capture", "fullscreen", "geolocation", "gyroscope"]
OFF += ["magnetometer", "microphone", "midi", "payment", "picture-in-picture", "screen-wake-lock", "usb"]
PASSKEYS = ["publickey-credentials-create", "publickey-credentials-get"]
PERMISSIONS = ", ".join([f"{name}=()" for name in OFF] + [f"{name}=(self)" for name in PASSKEYS])
PUBLIC = re.compile(r"/(sessions/([\w-]+/)?|boundaries/|privacy/|terms/|contact/)?")


def headers(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Public pages may be indexed, and kept where nobody is signed in; everything else may not."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers["Permissions-Policy"] = PERMISSIONS
        is_public = bool(PUBLIC.fullmatch(request.path_info))
        if not is_public:
            response.headers["X-Robots-Tag"] = "noindex"
        is_feed = request.path_info.startswith("/feeds/") and response.has_header("ETag")  # kept, and asked about again
        if not is_feed and (not is_public or settings.SESSION_COOKIE_NAME in request.COOKIES):
            response.headers["Cache-Control"] = "no-store"
        if request.method == "POST" and request.path_info == reverse("account_logout"):
            response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response

    return answer


class Refused:
    """Where a page has no better place for what stands in the way, a page of its own says it."""

    STATUS = {"not_found": 404, "not_available": 403, "invalid": 422}

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, Refusal):
            return None
        status = self.STATUS.get(exception.code, 409)
        return render(request, "refused.html", {"sentence": str(exception)}, status=status)
