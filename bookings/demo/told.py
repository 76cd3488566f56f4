"""What the demo's regular client has told and signed: their forms, in plain invented answers, through the verbs of every client."""

from __future__ import annotations

import datetime as dt
from typing import Any

from bookings import telling
from clients import agreements, asking, intake
from clients.agreements import Signing
from clients.models import Client, DocumentVersion

ANSWERS: dict[str, Any] = {
    "legal-name": "Robin Vale",
    "preferred-name": "Robin",
    "safe-contact": ["email", "text"],
    "emergency-contact": "Kit Vale, 020 7946 0991",
    "reasons": "Stiff shoulders from drawing all day, and an hour in which nobody asks anything of me.",
    "bodywork-before": "yes",
    "pressure": "medium",
    "areas": {"focus": ["neck", "shoulder-left", "shoulder-right"]},
    "circulation": ["none"],
    "conditions": ["headaches"],
    "surgery": "no",
    "pregnancy": "no",
    "places": ["none"],
    "blood-thinners": "no",
    "pain-killers": "no",
    "allergic": "yes",
    "allergies": "Hazelnuts; please no nut oils.",
    "hopes": "To arrive, and to breathe out.",
    "not-wanted": "My feet are ticklish. Please leave them out.",
    "stop-words": "“Pause”, or a raised hand.",
}


def sign_forms(client: Client, now: dt.datetime) -> None:
    """Fills in and signs off each form that is asked once."""
    for version in asking.published():
        form = intake.open_submission(client, version.questionnaire, now=now)
        for page in asking.pages(form.version):
            said = {key: ANSWERS[key] for key in page.rows if key in ANSWERS}
            intake.save_page(form, page.number, said, now=now)
        telling.sign_off(form, by=client.user, now=now)


def sign_agreements(client: Client, now: dt.datetime) -> None:
    """The notice and the consent to a treatment; what a tantric session asks besides is left to be seen in the demo."""
    for slug in ("privacy", "treatment"):
        version = DocumentVersion.objects.get(document__slug=slug)
        signing = Signing(version.sha256, frozenset(range(len(version.clauses))), client.name)
        agreements.sign(client, version, signing, by=client.user, now=now)
