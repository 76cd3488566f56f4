"""What clients of the demo have told and signed: forms in plain invented answers, through the verbs of every client."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from bookings import telling
from clients import agreements, asking, intake
from clients.agreements import Signing
from clients.models import Client, DocumentVersion, Submission, VersionState

ANSWERS: dict[str, Any] = {
    "safe-contact": ["email", "text"],
    "emergency-contact": "Kit Ember, 020 7946 0991",
    "reasons": "Stiff shoulders from drawing all day, and an hour in which nobody asks anything of me.",
    "bodywork-before": "yes",
    "pressure": "medium",
    "areas": {"focus": ["neck", "shoulder-left", "shoulder-right"]},
    "circulation": ["none"],
    "conditions": ["none"],
    "surgery": "no",
    "pregnancy": "no",
    "places": ["none"],
    "blood-thinners": "no",
    "pain-killers": "no",
    "allergic": "no",
    "hopes": "To arrive, and to breathe out.",
    "not-wanted": "My feet are ticklish. Please leave them out.",
    "stop-words": "“Pause”, or a raised hand.",
}
ROBINS = {"conditions": ["headaches"], "allergic": "yes", "allergies": "Hazelnuts; please no nut oils."}
"""What Robin answers in their own way."""


def sign_forms(client: Client, now: dt.datetime, said: Mapping[str, Any] | None = None) -> None:
    """Fills in and signs off each form that is asked once; `said` is what this client answers in their own way."""
    for version in asking.published():
        form = intake.open_submission(client, version.questionnaire, now=now)
        _fill(form, asking.pages(form.version), now, said or {})
        telling.sign_off(form, by=client.user, now=now)


def begin_forms(client: Client, now: dt.datetime, *, pages: int) -> None:
    """Fills in the first pages of the first form, and leaves it there."""
    form = intake.open_submission(client, asking.published()[0].questionnaire, now=now)
    _fill(form, asking.pages(form.version)[:pages], now, {})


def _fill(form: Submission, pages: Sequence[asking.Page], now: dt.datetime, said: Mapping[str, Any]) -> None:
    name = form.client.name
    own = ANSWERS | {"legal-name": name, "preferred-name": name.split()[0]} | said
    for page in pages:
        intake.save_page(form, page.number, {key: own[key] for key in page.rows if key in own}, now=now)


def sign_agreements(client: Client, now: dt.datetime, *slugs: str) -> None:
    """The client's consent to each of these, as it reads now."""
    for slug in slugs:
        version = _asked(slug)
        signing = Signing(version.sha256, frozenset(range(len(version.clauses))), client.name)
        agreements.sign(client, version, signing, by=client.user, now=now)


def understand_boundaries(client: Client, now: dt.datetime) -> None:
    version = _asked("boundaries")
    right = [question["right"] for question in version.questions]
    agreements.record_understanding(client, version, right, version.sha256, by=client.user, now=now)


def _asked(slug: str) -> DocumentVersion:
    return DocumentVersion.objects.get(document__slug=slug, state=VersionState.PUBLISHED)
