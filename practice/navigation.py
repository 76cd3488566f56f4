"""Where things stand on the practice's side: the bar at the head of each page by what people do, and the lists behind
“Settings” by what they are about. Which of them somebody sees is decided by their role.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.http import HttpRequest
from django.urls import reverse


class Entry(NamedTuple):
    label: str
    name: str
    """Of the address."""
    needs: str = ""
    """The permission without which it is not shown."""


BAR = (
    Entry("Calendar", "admin:calendar", "bookings.view_booking"),
    Entry("Today", "admin:today"),
    Entry("Bookings", "admin:bookings_booking_changelist", "bookings.view_booking"),
    Entry("Clients", "admin:clients_client_changelist", "clients.view_client"),
    Entry("Conversations", "admin:care_conversation_changelist", "care.view_conversation"),
    Entry("Notes", "admin:care_sessionnote_changelist", "care.view_sessionnote"),
    Entry("Takings", "admin:cash_up", "bookings.add_cashup"),
    Entry("Reports", "reports"),
    Entry("Messages", "admin:outbox_message_changelist", "outbox.view_message"),
    Entry("Settings", "admin:settings"),
)
"""In the order of a day."""

GROUPS = {
    "Every day": "bookings.booking clients.client care.conversation bookings.moneyentry outbox.message",
    "Clients and what they told us": "clients.submission clients.flag clients.lookalike clients.restriction clients.breakglass",
    "In the room": "care.plan care.sessionnote care.reflection care.phrase care.boundarysheet care.incident care.refusal "
    "care.cover care.namedperson",
    "What we offer": "bookings.sessiontype bookings.room bookings.offer",
    "When we are there": "bookings.therapist bookings.timeoff bookings.closure",
    "What we ask and agree": "clients.questionnaire clients.questionnaireversion clients.section clients.question "
    "clients.document clients.documentversion clients.stage",
    "What we say": "outbox.wording care.cannedreply care.watchedword practice.pagetext",
    "The practice": "practice.practice accounts.user accounts.apitoken",
}
"""Each list by the name of its model; one that is named nowhere stands with the rest of its app."""
ELSEWHERE = {"care": "In the room", "clients": "Clients and what they told us", "bookings": "Every day"}
REST = "The practice"


def bar(request: HttpRequest) -> list[dict[str, object]]:
    """The entries for this member of staff, the one they are at marked: of several that would fit the closest."""
    if not getattr(request.user, "is_staff", False):
        return []
    shown = [(each.label, reverse(each.name)) for each in BAR if not each.needs or request.user.has_perm(each.needs)]
    here = max((url for _, url in shown if request.path.startswith(url)), key=len, default="")
    return [{"label": label, "url": url, "is_here": url == here} for label, url in shown]


def grouped(apps: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Django's list of the apps and their models that this user may see, put together anew by what they are about."""
    place = {name: (group, at) for group, names in GROUPS.items() for at, name in enumerate(names.split())}
    found: dict[str, list[tuple[int, dict[str, Any]]]] = {group: [] for group in GROUPS}
    for app in apps:
        for model in app["models"]:
            name = f"{app['app_label']}.{model['object_name'].lower()}"
            group, at = place.get(name, (ELSEWHERE.get(app["app_label"], REST), len(place)))
            found[group].append((at, model))
    return [
        {"name": group, "models": [model for _, model in sorted(models, key=lambda each: each[0])]}
        for group, models in found.items()
        if models
    ]
