"""What is known about a client that a booking may ask: one query, no words of theirs, no decision.

Which consequences follow is for `bookings/readiness.py`. Sealed words are never opened here. In SQL, since each booking
asks it and putting so many tables together anew would cost more than all the rest of it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import Case, Exists, Q, Value, When

from clients.models import Client, Consent, DocumentKind, Submission, Understanding
from practice.models import ConsentSigners, Practice
from practice.statements import ask

FIRST_STAGE = "preparation"


Row = tuple[str, str, str, int | None, dt.date | None]
"""What it is, its name, what more there is to say, a number, a date."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """A document as it stands on a date: the number of the version that is asked for, and whether this client has it."""

    slug: str
    kind: str
    number: int
    is_given: bool
    is_withdrawn: bool
    lacks_therapist: bool = False
    """Given, where both sign, and the therapist has not signed yet."""


@dataclass(frozen=True, slots=True)
class Form:
    """A questionnaire that is asked once: whether a signed, unexpired answer is there on a date."""

    slug: str
    for_kind: str
    is_valid: bool


@dataclass(slots=True)
class Facts:
    """About one client on one date. `stops` and `reviews` hold what each open flag is about: "" or a visit."""

    on: dt.date
    stage: str = FIRST_STAGE
    stops: set[str] = field(default_factory=set)
    reviews: set[str] = field(default_factory=set)
    restrictions: set[str] = field(default_factory=set)
    agreements: dict[str, Agreement] = field(default_factory=dict)
    forms: dict[str, Form] = field(default_factory=dict)
    more: dict[str, list[Row]] = field(default_factory=dict)
    """What the caller asked along, by its first column."""


# Sent in front of the question, in one message: what is asked after it is as it is once the row is ours.
LOCK = "SELECT 1 FROM clients_client WHERE id = %(client)s FOR NO KEY UPDATE"

# Each row: what it is, its name, what more there is to say, a number, a date.
ABOUT_CLIENT = """
SELECT * FROM (SELECT 'stage', s.slug, '', CAST(NULL AS integer), CAST(NULL AS date) FROM clients_stagedecision d
  JOIN clients_stage s ON s.id = d.stage_id WHERE d.client_id = %(client)s AND d.is_reached
  ORDER BY d.decided_at DESC, s."order" DESC LIMIT 1) AS latest
UNION ALL SELECT 'flag', action, about, NULL, NULL FROM clients_flag WHERE client_id = %(client)s AND cleared_at IS NULL
UNION ALL SELECT 'restriction', kind, '', NULL, NULL FROM clients_restriction
  WHERE client_id = %(client)s AND until IS NULL
UNION ALL SELECT 'restriction', 'approval', 'look-alike', NULL, NULL FROM clients_lookalike
  WHERE client_id = %(client)s AND answered_at IS NULL
UNION ALL SELECT 'form', q.slug, q.for_kind, NULL, NULL FROM clients_questionnaireversion v
  JOIN clients_questionnaire q ON q.id = v.questionnaire_id WHERE v.state = 'published' AND q.asked = 'intake'
UNION ALL SELECT 'signed', q.slug, '', NULL, f.expires_on FROM clients_submission f
  JOIN clients_questionnaireversion v ON v.id = f.version_id JOIN clients_questionnaire q ON q.id = v.questionnaire_id
  WHERE f.client_id = %(client)s AND f.signed_at IS NOT NULL AND f.about = ''
"""

AGREEMENTS = """
UNION ALL SELECT 'document', d.slug, d.kind, v.number, v.applies_from FROM clients_documentversion v
  JOIN clients_document d ON d.id = v.document_id WHERE v.state <> 'draft'
UNION ALL SELECT CASE WHEN w.id IS NULL THEN 'given' ELSE 'withdrawn' END, d.slug,
  CASE WHEN c.countersigned_at IS NULL AND d.kind = 'consent'
    AND EXISTS (SELECT 1 FROM practice_practice WHERE consent_signers = 'both') THEN 'alone' ELSE '' END,
  v.number, c.expires_on
  FROM clients_consent c JOIN clients_documentversion v ON v.id = c.version_id JOIN clients_document d ON d.id = v.document_id
  LEFT JOIN clients_withdrawal w ON w.consent_id = c.id WHERE c.client_id = %(client)s
UNION ALL SELECT 'given', d.slug, '', v.number, NULL FROM clients_understanding u
  JOIN clients_documentversion v ON v.id = u.version_id JOIN clients_document d ON d.id = v.document_id
  WHERE u.client_id = %(client)s AND u.is_understood
"""


def of(
    client: Client,
    on: dt.date,
    more: str = "",
    values: Mapping[str, Any] | None = None,
    *,
    agreements: bool = True,
    to_act: bool = False,
) -> Facts:
    """The facts as they stand on the practice's date `on`: one query, however much there is. `more` is SQL that goes on
    with “UNION ALL SELECT …” of the same five columns; it may name %(client)s and the `values`. `agreements` False leaves
    documents out, for what rests on none: that part takes PostgreSQL as long as all the rest. `to_act` is for who
    writes what rests on them: the client is locked first, so that they stay as they are until the transaction ends."""
    lock = LOCK if to_act and connection.features.has_select_for_update else ""
    asked = ABOUT_CLIENT + (AGREEMENTS if agreements else "") + more
    rows = ask(asked, {"client": client.pk, **(values or {})}, after=lock)
    return _put_together(on, ((*row[:4], _date(row[4])) for row in rows))


ASKED = """
SELECT 'document', d.slug, d.kind, v.number, v.applies_from FROM clients_documentversion v
  JOIN clients_document d ON d.id = v.document_id WHERE v.state <> 'draft'
UNION ALL SELECT 'form', q.slug, q.for_kind, NULL, NULL FROM clients_questionnaireversion v
  JOIN clients_questionnaire q ON q.id = v.questionnaire_id WHERE v.state = 'published' AND q.asked = 'intake'
"""


def forms_of_each(clients: Collection[int], on: dt.date) -> dict[int, Facts]:
    """The forms and agreements of each of these clients and nothing else about them, in four queries."""
    with connection.cursor() as cursor:
        cursor.execute(ASKED)
        asked: list[Row] = [(*row[:4], _date(row[4])) for row in cursor.fetchall()]
    rows: dict[int, list[Row]] = {pk: list(asked) for pk in clients}
    for pk, row in _done_by_each(clients):
        rows[pk].append(row)
    return {pk: _put_together(on, each) for pk, each in rows.items()}


def _done_by_each(clients: Collection[int]) -> Iterator[tuple[int, Row]]:
    about = {"client_id__in": clients}
    version, number = "version__document__slug", "version__number"
    both = Exists(Practice.objects.filter(consent_signers=ConsentSigners.BOTH))
    alone = Q(countersigned_at=None, version__document__kind=DocumentKind.CONSENT) & Q(both)
    consents = Consent.objects.filter(**about).annotate(how=Case(When(alone, then=Value("alone")), default=Value("")))
    found = consents.order_by().values_list("client_id", version, "how", number, "expires_on", "withdrawal")
    for pk, slug, how, which, until, withdrawal in found:
        yield pk, ("given" if withdrawal is None else "withdrawn", slug, how, which, until)
    understood = Understanding.objects.filter(**about, is_understood=True).values_list("client_id", version, number)
    for pk, slug, which in understood.order_by():
        yield pk, ("given", slug, "", which, None)
    signed = Submission.objects.filter(**about, about="", signed_at__isnull=False)
    for pk, slug, until in signed.values_list("client_id", "version__questionnaire__slug", "expires_on").order_by():
        yield pk, ("signed", slug, "", None, until)


def _date(value: Any) -> dt.date | None:
    """SQLite keeps dates as text."""
    return dt.date.fromisoformat(value) if isinstance(value, str) else value


def _put_together(on: dt.date, rows: Iterable[Row]) -> Facts:
    by = _sorted_out(rows)
    facts = Facts(on, more=by)
    for _, slug, *_ in by.get("stage", ()):
        facts.stage = slug
    for _, action, about, *_ in by.get("flag", ()):
        {"stop": facts.stops, "review": facts.reviews}.get(action, set()).add(about)
    facts.restrictions = {kind for _, kind, *_ in by.get("restriction", ())}
    facts.agreements = _agreements(on, by)
    valid = {slug for _, slug, _, _, until in by.get("signed", ()) if until is None or on <= until}
    facts.forms = {slug: Form(slug, for_kind, slug in valid) for _, slug, for_kind, *_ in by.get("form", ())}
    return facts


def _sorted_out(rows: Iterable[Row]) -> dict[str, list[Row]]:
    by: dict[str, list[Row]] = {}
    for row in rows:
        by.setdefault(row[0], []).append(row)
    return by


def _agreements(on: dt.date, by: dict[str, list[Row]]) -> dict[str, Agreement]:
    """Of each document, the version that applies on the date is the one asked for."""
    asked: dict[str, tuple[int, str]] = {}
    for _, slug, kind, number, applies_from in by.get("document", ()):
        if number is not None and applies_from is not None and applies_from <= on:
            asked[slug] = max(asked.get(slug, (0, kind)), (number, kind))
    given = [row for row in by.get("given", ()) if row[4] is None or on <= row[4]]
    has, whole = {_version(row) for row in given}, {_version(row) for row in given if row[2] != "alone"}
    return {
        slug: Agreement(
            slug, kind, number, (slug, number) in has, _is_withdrawn(slug, by), (slug, number) in has - whole
        )
        for slug, (number, kind) in asked.items()
    }


def _version(row: Row) -> tuple[str, int]:
    return row[1], row[3] or 0


def _is_withdrawn(slug: str, by: dict[str, list[Row]]) -> bool:
    """Taken back and not given again since, in this version or a later one; also where what was given has run out."""
    taken = max((number for name, number in map(_version, by.get("withdrawn", ())) if name == slug), default=0)
    return taken > max((number for name, number in map(_version, by.get("given", ())) if name == slug), default=0)
