"""What every page may show: the practice, the links at its head, and whether this is the demo.

Asks the database at most once a request, and only when a template reads the practice.
"""

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from practice.models import Practice

Link = dict[str, object]


def practice(request: HttpRequest) -> dict[str, object]:
    return {
        "practice": SimpleLazyObject(Practice.objects.current),
        "demo": settings.MODE == "demo",
        "nav": SimpleLazyObject(lambda: nav(request)),
    }


def nav(request: HttpRequest) -> list[Link]:
    """The links at the head of the page for this visitor, the one they are on marked."""
    links = [("Sessions", "/sessions/"), ("Book", "/book/"), *personal_links(request)]
    return [{"label": label, "url": url, "is_here": request.path.startswith(url)} for label, url in links]


def personal_links(request: HttpRequest) -> list[tuple[str, str]]:
    user = getattr(request, "user", None)  # an error page can come before anybody was recognised
    if user is None or not user.is_authenticated:
        return [("Sign in", "/accounts/login/")]
    if user.is_staff:
        return [("Practice", "/admin/")]
    return [("My bookings", "/my/")]
