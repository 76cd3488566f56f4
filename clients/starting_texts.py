"""The documents that ship with the site, in clients/texts/: what a new practice starts from.

Writes only what is missing; a document that the practice has made its own is never touched.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction

from clients import agreements
from clients.models import Document, DocumentVersion

TEXTS = Path(__file__).parent / "texts"
ORDER = ["privacy", "treatment", "boundaries", "tantric-session"]
OF_VERSION = ("clauses", "questions")


@transaction.atomic
def ensure_documents(now: dt.datetime, *, published: bool) -> list[Document]:
    """Each shipped document that is not there yet, as a draft for the owner to check, or published at once (the demo).
    Gives those it made. A draft asks nothing of anybody."""
    here = set(Document.objects.values_list("slug", flat=True))
    made = [_make(slug, order) for order, slug in enumerate(ORDER) if slug not in here]
    for version in made if published else ():
        agreements.publish(version, by=None, now=now)
    return [version.document for version in made]


def _make(slug: str, order: int) -> DocumentVersion:
    fields, text = shipped(slug)
    of_version = {name: fields.pop(name, []) for name in OF_VERSION}
    document = Document.objects.create(slug=slug, order=order, **fields)
    return DocumentVersion.objects.create(document=document, number=1, text=text, **of_version)


def shipped(slug: str) -> tuple[dict[str, Any], str]:
    """The fields of a shipped document, and its text: what stands above and below the line of three dashes."""
    head, _, text = (TEXTS / f"{slug}.md").read_text("utf-8").partition("\n---\n")
    return yaml.safe_load(head), text.strip() + "\n"
