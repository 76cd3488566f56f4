"""The practice's documents as they stand: which version is asked for on a date, its digest, and what a client has of each.

Only reads. What is signed and withdrawn is written by `agreements`.
"""

from __future__ import annotations

import calendar
import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from clients.models import Client, Consent, Document, DocumentKind, DocumentVersion, Understanding, VersionState
from practice.models import ConsentSigners, Practice

RENEWED_BEFORE = dt.timedelta(days=31)
"""From so long before it runs out a consent can be given anew."""


def digest(version: DocumentVersion) -> str:
    """SHA-256 of the text exactly as it stands, then each clause and each question on a line of its own as JSON."""
    parts = [version.text, *map(_line, version.clauses), *map(_line, version.questions)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def record_digest(consent: Consent, *, is_drawn: bool) -> str:
    """SHA-256 of a consent's row: what the ledger remembers of it, so that a later change of the row shows. Of a drawn
    signature only that there is one: sealed words are not opened for this, and their seal shows a change by itself."""
    said = [
        consent.client_id,
        consent.version_id,
        consent.text_sha256,
        consent.clauses,
        consent.typed_name,
        is_drawn,
        consent.given_by,
        consent.signed_at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
        consent.signed_by_id,
        consent.expires_on.isoformat() if consent.expires_on else "",
    ]
    return hashlib.sha256(_line(said).encode()).hexdigest()


def recorded() -> Iterator[tuple[str, str]]:
    """Each consent there is, as the ledger names it, with the digest of its row as it stands."""
    rows = Consent.objects.defer("signature").annotate(drawn=Q(signature__isnull=False)).order_by("pk")
    for consent in rows.iterator(chunk_size=2000):
        yield f"{consent._meta.label_lower}:{consent.pk}", record_digest(consent, is_drawn=bool(consent.drawn))


def in_force(on: dt.date) -> QuerySet[DocumentVersion]:
    """Of each document the version that is asked for on that date: the newest published one that applies by then."""
    applying = DocumentVersion.objects.exclude(state=VersionState.DRAFT).filter(applies_from__lte=on)
    newest: dict[int, int] = {}
    for pk, document in applying.order_by("number").values_list("pk", "document_id"):
        newest[document] = pk
    return (
        DocumentVersion.objects.filter(pk__in=newest.values())
        .select_related("document")
        .order_by("document__order", "document__pk")
    )


def current(slug: str, on: dt.date) -> DocumentVersion | None:
    return in_force(on).filter(document__slug=slug).first()


def standing(client: Client, document: Document) -> QuerySet[Consent]:
    """The consents to it, of whatever version, that were not withdrawn."""
    return Consent.objects.filter(client=client, version__document=document, withdrawal=None).select_related("version")


def newest(client: Client, slug: str) -> Consent | None:
    """What the client signed last under that name, withdrawn or not, with all that a copy of it says."""
    signed = Consent.objects.filter(client=client, version__document__slug=slug)
    return signed.select_related("client", "version__document", "countersigned_by").order_by("-signed_at").first()


def lacking_therapist(on: dt.date) -> QuerySet[Consent]:
    """The consents that hold on that date and wait for the therapist's signature, where the practice has both sign. Of what a
    client signed twice, the newer one; of what was countersigned once, none."""
    signed = Q(withdrawal=None, version__document__kind=DocumentKind.CONSENT) & (
        Q(expires_on=None) | Q(expires_on__gte=on)
    )
    same = Consent.objects.filter(signed, client=OuterRef("client"), version=OuterRef("version"))
    better = same.filter(Q(countersigned_at__isnull=False) | Q(signed_at__gt=OuterRef("signed_at")))
    both = Practice.objects.filter(consent_signers=ConsentSigners.BOTH)
    found = Consent.objects.filter(signed, Exists(both), ~Exists(better), countersigned_at=None)
    return found.filter(version__in=in_force(on).values("pk"))


def months_after(on: dt.date, months: int) -> dt.date:
    """The same day so many months on; the month's last day where it has no such day."""
    year, month = divmod(on.year * 12 + on.month - 1 + months, 12)
    return dt.date(year, month + 1, min(on.day, calendar.monthrange(year, month + 1)[1]))


@dataclass(frozen=True, slots=True)
class Standing:
    """One document as one client has it on a date."""

    version: DocumentVersion
    consent: Consent | None
    """The newest consent to any version, withdrawn or not."""
    understood: Understanding | None
    is_given: bool
    is_withdrawn: bool
    can_withdraw: bool
    may_renew: bool
    """It runs out soon, and can be given anew before it does."""

    @property
    def document(self) -> Document:
        return self.version.document

    @property
    def state(self) -> str:
        if self.is_given:
            return "given"
        if self.is_withdrawn:
            return "withdrawn"
        return "anew" if self.consent or self.understood else "open"


def of_client(client: Client, on: dt.date) -> list[Standing]:
    """Each document that is asked for on that date, in the practice's order, in three queries."""
    consents = list(
        Consent.objects.filter(client=client)
        .select_related("version", "withdrawal")
        .order_by("-signed_at", "-version__number")
    )
    understood = list(Understanding.objects.filter(client=client, is_understood=True).select_related("version"))
    return [_standing(version, consents, understood, on) for version in in_force(on)]


def _standing(
    version: DocumentVersion, consents: Iterable[Consent], understood: Iterable[Understanding], on: dt.date
) -> Standing:
    signed = [each for each in consents if each.version.document_id == version.document_id]
    shown = [each for each in understood if each.version.document_id == version.document_id]
    live = [each for each in signed if not hasattr(each, "withdrawal")]
    valid = [each for each in live if each.version_id == version.pk and not is_expired(each, on)]
    newest = next(iter(valid or live or signed), None)
    return Standing(
        version=version,
        consent=newest,
        understood=shown[0] if shown else None,
        is_given=bool(valid) or any(each.version_id == version.pk for each in shown),
        is_withdrawn=bool(signed) and not live,
        can_withdraw=bool(live) and version.document.kind == DocumentKind.CONSENT,
        may_renew=bool(valid) and all(runs_out_soon(each, on) for each in valid),
    )


def runs_out_soon(consent: Consent, on: dt.date) -> bool:
    return is_expired(consent, on + RENEWED_BEFORE)


def is_expired(consent: Consent, on: dt.date) -> bool:
    return consent.expires_on is not None and consent.expires_on < on
