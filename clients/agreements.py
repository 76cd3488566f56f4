"""What a client agrees to: publishing a text, signing it, countersigning, taking it back, showing that it was understood.

The writer of documents' versions, consents, withdrawals and understandings. Each act leaves a line in the ledger, without
any words of the client's. A withdrawal has consequences for bookings: pages call `bookings.withdrawal`, never `withdraw` alone.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from PIL import Image

from accounts.models import User
from clients import clauses, documents
from clients.errors import (
    ClausesMissing,
    NameDiffers,
    NotASignature,
    NotPublishable,
    NotToSign,
    NotToWithdraw,
    TextChanged,
)
from clients.models import (
    Client,
    Consent,
    Document,
    DocumentKind,
    DocumentVersion,
    GivenBy,
    Understanding,
    VersionState,
    Withdrawal,
)
from practice import walltime
from practice.models import Practice
from vault import ledger

PUBLISHED = "document.published"
GIVEN = "consent.given"
COUNTERSIGNED = "consent.countersigned"
WITHDRAWN = "consent.withdrawn"
UNDERSTOOD = "boundaries.understood"
NOT_YET = "boundaries.answered"

LARGEST = 4000
"""Pixels to a side of a drawn signature."""

# The practice's texts


@transaction.atomic
def new_draft(document: Document) -> DocumentVersion:
    """The document's draft: the one that is there, or a copy of its newest version under the next number."""
    _lock(Document, document.pk)
    newest = document.versions.order_by("-number").first()
    if newest and newest.state == VersionState.DRAFT:
        return newest
    return DocumentVersion.objects.create(
        document=document,
        number=newest.number + 1 if newest else 1,
        text=newest.text if newest else "",
        clauses=newest.clauses if newest else [],
        questions=newest.questions if newest else [],
    )


@transaction.atomic
def publish(
    version: DocumentVersion, *, by: User | None, now: dt.datetime, applies_from: dt.date | None = None
) -> DocumentVersion:
    """From now on its words stay as they are; from `applies_from` on (today if left out) it is asked for in the place of
    the one before. Raises NotPublishable."""
    _lock(Document, version.document_id)
    version.refresh_from_db()
    today = _today(now)
    applies_from = max(applies_from or version.applies_from or today, today)
    if fault := fault_in(version):
        raise NotPublishable(fault)
    version.document.versions.filter(state=VersionState.PUBLISHED).update(state=VersionState.SUPERSEDED)
    version.state, version.sha256 = VersionState.PUBLISHED, documents.digest(version)
    version.applies_from, version.published_at = applies_from, now
    version.save(update_fields=["state", "sha256", "applies_from", "published_at"])
    _note(PUBLISHED, version, by, "", {"text": version.sha256, "version": version.number}, now)
    return version


def fault_in(version: DocumentVersion) -> str:
    """What keeps it from being published, as a sentence; empty where nothing does."""
    if version.state != VersionState.DRAFT:
        return "This version was published already. Make a new draft to change the text."
    if not version.text.strip():
        return "There is no text yet."
    if version.document.kind == DocumentKind.BOUNDARIES:
        return clauses.fault_in_questions(version.questions)
    return clauses.fault_in_clauses(version.clauses)


# Signing


@dataclass(frozen=True, slots=True)
class Signing:
    """What came with a signature: the digest of the text that was shown, which clauses were ticked (by their place,
    counted from 0), the name as typed, and the drawing, if there is one (a PNG as a data address)."""

    shown_sha256: str
    ticked: frozenset[int]
    typed_name: str
    drawing: str = ""


@transaction.atomic
def sign(
    client: Client,
    version: DocumentVersion,
    signing: Signing,
    *,
    by: User,
    now: dt.datetime,
    given_by: str = GivenBy.ONLINE,
) -> Consent:
    """The client's consent to exactly the text that was shown. A second signing of the same version gives the first one,
    unless that runs out soon. Raises NotToSign, TextChanged, ClausesMissing, NameDiffers, NotASignature."""
    _lock(Client, client.pk)
    version = DocumentVersion.objects.select_related("document").get(pk=version.pk)
    today = _today(now)
    _check_signing(client, version, signing, today)
    for earlier in documents.standing(client, version.document).filter(version=version):
        if not documents.runs_out_soon(earlier, today) or _today(earlier.signed_at) == today:
            return earlier
    months = version.document.valid_for_months
    consent = Consent.objects.create(
        client=client,
        version=version,
        text_sha256=version.sha256,
        clauses=version.clauses,
        typed_name=clauses.tidy(signing.typed_name),
        signature=signing.drawing or None,
        given_by=given_by,
        signed_at=now,
        signed_by=by,
        expires_on=documents.months_after(today, months) if months else None,
    )
    _note(GIVEN, consent, by, client.vault_subject(), _proof(consent), now)
    return consent


def _check_signing(client: Client, version: DocumentVersion, signing: Signing, today: dt.date) -> None:
    if version.document.kind == DocumentKind.BOUNDARIES or version.state == VersionState.DRAFT:
        raise NotToSign
    asked = documents.current(version.document.slug, today)
    if asked is None or asked.pk != version.pk or signing.shown_sha256 != version.sha256:
        raise TextChanged
    if missing := sorted(set(range(len(version.clauses))) - signing.ticked):
        raise ClausesMissing(missing)
    if not clauses.is_name_of(signing.typed_name, client.name):
        raise NameDiffers
    if signing.drawing and not _is_picture(signing.drawing):
        raise NotASignature


def _is_picture(drawing: str) -> bool:
    """Whether it opens, whole, as a picture of a size that a signature has."""
    if not clauses.is_drawing(drawing):
        return False
    try:
        with Image.open(io.BytesIO(clauses.drawing_bytes(drawing)), formats=["PNG"]) as picture:
            if max(picture.size) > LARGEST:
                return False
            picture.load()
    except (OSError, SyntaxError, ValueError):
        return False
    return True


def _proof(consent: Consent) -> dict[str, Any]:
    """What the ledger remembers of a consent: digests, numbers and names of fields."""
    version = consent.version
    return {
        "document": version.document.slug,
        "version": version.number,
        "text": consent.text_sha256,
        "record": documents.record_digest(consent, is_drawn=consent.signature is not None),
        "way": str(consent.given_by),
    }


@transaction.atomic
def countersign(consent: Consent, *, by: User, now: dt.datetime) -> Consent:
    """The therapist signs too. Done once; what was withdrawn is not signed any more. Raises NotToSign."""
    _lock(Consent, consent.pk)
    consent.refresh_from_db()
    if consent.countersigned_at is not None:
        return consent
    if Withdrawal.objects.filter(consent=consent).exists():
        raise NotToSign("This consent was withdrawn.")
    consent.countersigned_at, consent.countersigned_by = now, by
    consent.save(update_fields=["countersigned_at", "countersigned_by"])
    _note(COUNTERSIGNED, consent, by, consent.vault_subject(), {}, now)
    return consent


def withdraw(consents: Iterable[Consent], *, by: User, now: dt.datetime, on_clients_word: bool = False) -> None:
    """Takes these back, in the caller's transaction and last in it. Raises NotToWithdraw for a notice."""
    taken = list(consents)
    if any(each.version.document.kind != DocumentKind.CONSENT for each in taken):
        raise NotToWithdraw
    for consent in taken:
        Withdrawal.objects.create(consent=consent, at=now, by=by, on_clients_word=on_clients_word)
    for consent in taken:
        _note(WITHDRAWN, consent, by, consent.vault_subject(), {"on_clients_word": on_clients_word}, now)


# The boundaries


@transaction.atomic
def record_understanding(
    client: Client,
    version: DocumentVersion,
    answers: Sequence[int | None],
    shown_sha256: str,
    *,
    by: User,
    now: dt.datetime,
) -> Understanding:
    """Keeps the answers (the place of the option chosen for each question) with the version that was shown; understood
    where each is right. Raises TextChanged, NotToSign, ClausesMissing for questions without an answer."""
    _lock(Client, client.pk)
    version = DocumentVersion.objects.select_related("document").get(pk=version.pk)
    if version.document.kind != DocumentKind.BOUNDARIES:
        raise NotToSign
    asked = documents.current(version.document.slug, _today(now))
    if asked is None or asked.pk != version.pk or shown_sha256 != version.sha256:
        raise TextChanged
    given = dict(enumerate(answers[: len(version.questions)]))
    if missing := [place for place in range(len(version.questions)) if given.get(place) is None]:
        raise ClausesMissing(missing, "Please answer each question.")
    passed = not clauses.wrong_answers(version.questions, given)
    made = Understanding.objects.create(
        client=client, version=version, answers=list(given.values()), is_understood=passed, at=now
    )
    details = {"document": version.document.slug, "version": version.number, "text": version.sha256}
    _note(UNDERSTOOD if passed else NOT_YET, made, by, client.vault_subject(), details, now)
    return made


# What they share


def _lock(model: Any, pk: Any) -> None:
    """Two acts on the same row wait for each other; on SQLite a write transaction is alone anyway."""
    if connection.features.has_select_for_update:
        model.objects.select_for_update(no_key=True).values_list("pk").get(pk=pk)


def _today(now: dt.datetime) -> dt.date:
    return walltime.local_date(now, Practice.objects.current().zone)


def _note(kind: str, row: Any, by: User | None, subject: str, details: dict[str, Any], now: dt.datetime) -> None:
    name = f"{row._meta.label_lower}:{row.pk}"
    ledger.append(kind, actor_id=by.pk if by else None, subject=subject, object=name, details=details, now=now)
