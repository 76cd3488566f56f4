"""Clients for tests."""

from __future__ import annotations

import datetime as dt
from itertools import count
from typing import Any

from accounts.tests.factories import make_user
from clients import agreements
from clients.agreements import Signing
from clients.models import Client, Consent, Document, DocumentKind, DocumentVersion

_number = count(1)


def make_client(**overrides: Any) -> Client:
    """An adult without an account; `user=` joins one, whose name and address are then the client's."""
    number = next(_number)
    user = overrides.get("user")
    fields: dict[str, Any] = {
        "ref": f"c-test{number}",
        "name": user.name if user else f"Sam Field {number}",
        "email": user.email if user else f"client{number}@example.com",
        "date_of_birth": dt.date(1980, 5, 1),
        "created_at": dt.datetime(2026, 1, 5, 9, tzinfo=dt.UTC),
    }
    return Client.objects.create(**(fields | overrides))


def make_client_with_account(**overrides: Any) -> Client:
    return make_client(**({"user": make_user()} | overrides))


def make_document(**overrides: Any) -> Document:
    number = next(_number)
    return Document.objects.create(**({"slug": f"document-{number}", "title": f"Document {number}"} | overrides))


def make_version(document: Document | None = None, **overrides: Any) -> DocumentVersion:
    """A draft with two clauses, or for the boundaries with two questions, of which the second option is right."""
    document = document or make_document()
    fields: dict[str, Any] = {"number": document.versions.count() + 1, "text": "We agree on what happens here."}
    if document.kind == DocumentKind.BOUNDARIES:
        fields["questions"] = [
            {"ask": f"Question {number}?", "options": ["No", "Yes"], "right": 1, "explain": "It is so."}
            for number in (1, 2)
        ]
    else:
        fields["clauses"] = ["I am here by choice.", "I may stop at any moment."]
    return DocumentVersion.objects.create(document=document, **(fields | overrides))


def make_published(now: dt.datetime, document: Document | None = None, **overrides: Any) -> DocumentVersion:
    applies_from = overrides.pop("applies_from", None)
    return agreements.publish(make_version(document, **overrides), by=None, now=now, applies_from=applies_from)


def make_consent(client: Client, version: DocumentVersion, now: dt.datetime, **overrides: Any) -> Consent:
    """Signed as the client would sign it."""
    signing = {
        "shown_sha256": version.sha256,
        "ticked": frozenset(range(len(version.clauses))),
        "typed_name": client.name,
    } | {name: overrides.pop(name) for name in ("shown_sha256", "ticked", "typed_name", "drawing") if name in overrides}
    return agreements.sign(
        client,
        version,
        Signing(**signing),
        by=overrides.pop("by", None) or client.user or make_user(),
        now=now,
        **overrides,
    )
