"""The client's agreements: what is asked for, reading and signing it, the copy, taking it back; and the boundaries.

Two clicks from any page to withdraw: the link at the foot of the page, and the button.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bookings import telling, withdrawal
from bookings.views.needed import way_on
from clients import agreements, clauses, copies, documents
from clients.errors import ClausesMissing, Declined, NameDiffers, TextChanged
from clients.models import Client, Document, DocumentKind, DocumentVersion, Understanding
from clients.signing import SigningForm, UnderstandingForm
from practice import walltime, words
from practice.models import Practice


def client_of(request: HttpRequest) -> Client:
    """The client who is signed in; for everybody else there is nothing here."""
    if request.user.is_staff:
        raise Http404
    return get_object_or_404(Client.objects.for_user(request.user))


def today_of(now: dt.datetime) -> dt.date:
    return walltime.local_date(now, Practice.objects.current().zone)


@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    client, now = client_of(request), timezone.now()
    zone = Practice.objects.current().zone
    rows = documents.of_client(client, walltime.local_date(now, zone))
    return render(request, "clients/agreements.html", {"told": [_told(each, zone) for each in rows]})


def _told(row: documents.Standing, zone: dt.tzinfo) -> dict[str, Any]:
    """One row with what is said about it."""
    consent = row.consent
    since = consent.signed_at if consent else row.understood.at if row.understood else None
    withdrawn = getattr(consent, "withdrawal", None)
    return {
        "row": row,
        "when": words.day(walltime.local_date(since, zone)) if since else "",
        "withdrawn": words.day(walltime.local_date(withdrawn.at, zone)) if withdrawn else "",
        "until": words.day(consent.expires_on) if consent and consent.expires_on else "",
        "signed_anew": bool(consent) and consent.version_id != row.version.pk,
        "url": reverse("my_boundaries")
        if row.document.kind == DocumentKind.BOUNDARIES
        else reverse("my_agreement", args=[row.document.slug]),
    }


@require_http_methods(["GET", "HEAD", "POST"])
def agreement(request: HttpRequest, slug: str) -> HttpResponse:
    """One document as it reads now, with a tick for each point and the name to sign it."""
    client, now = client_of(request), timezone.now()
    version = documents.current(slug, today_of(now))
    if version is None or version.document.kind == DocumentKind.BOUNDARIES:
        raise Http404
    if request.method == "POST":
        return _sign(request, client, version, now)
    return _sign_page(request, client, version, SigningForm(version=version), now)


def _sign(request: HttpRequest, client: Client, version: DocumentVersion, now: dt.datetime) -> HttpResponse:
    form = SigningForm(request.POST, version=version)
    if form.shown_sha256 != version.sha256:  # an old tab: said first, since its ticks stand for other words
        return _changed(request, client, version, now)
    if form.is_valid():
        try:
            agreements.sign(client, version, form.signing(), by=request.user, now=now)
        except TextChanged:
            return _changed(request, client, documents.current(version.document.slug, today_of(now)) or version, now)
        except NameDiffers as fault:
            form.add_error("typed_name", str(fault))
        except ClausesMissing as fault:
            form.explain(fault)
        except Declined as fault:
            form.add_error(None, str(fault))
        else:
            telling.keep_held(client, by=request.user, now=now)
            messages.success(request, f"Thank you. “{version.document.title}” is signed.")
            return redirect(way_on(request) or "my_agreements")
    return _sign_page(request, client, version, form, now, status=422)


def _changed(request: HttpRequest, client: Client, version: DocumentVersion, now: dt.datetime) -> HttpResponse:
    messages.warning(request, TextChanged.sentence)
    return _sign_page(request, client, version, SigningForm(version=version), now, status=409)


def _sign_page(
    request: HttpRequest,
    client: Client,
    version: DocumentVersion,
    form: SigningForm,
    now: dt.datetime,
    status: int = 200,
) -> HttpResponse:
    standing = next(each for each in documents.of_client(client, today_of(now)) if each.document == version.document)
    shown = {
        "version": version,
        "form": form,
        "told": _told(standing, Practice.objects.current().zone),
        "next": way_on(request),
    }
    return render(request, "clients/agreement.html", shown, status=status)


@require_safe
def copy(request: HttpRequest, slug: str) -> HttpResponse:
    """The newest thing the client signed under that name, as a PDF."""
    client, now = client_of(request), timezone.now()
    found = documents.newest(client, slug)
    if found is None:
        raise Http404
    content = copies.pdf(found, Practice.objects.current(), now)
    named = {"Content-Disposition": f'attachment; filename="agreement-{str(found.pk)[:8]}.pdf"'}
    return HttpResponse(content, content_type="application/pdf", headers=named)


@require_POST
def withdraw(request: HttpRequest, slug: str) -> HttpResponse:
    client, now = client_of(request), timezone.now()
    document = get_object_or_404(Document, slug=slug, kind=DocumentKind.CONSENT)
    if not documents.standing(client, document).exists():
        messages.info(request, "There is no consent of yours to this any more.")
        return redirect("my_agreements")
    changed = withdrawal.withdraw(client, document, by=request.user, now=now)
    messages.success(request, _withdrawn(document, len(changed)))
    return redirect("my_agreements")


def _withdrawn(document: Document, count: int) -> str:
    said = f"“{document.title}” is withdrawn. You owe nothing, and nobody asks why."
    return (
        f"{said} {words.counted(count, 'booking').capitalize()} changed with it; you see how in your bookings."
        if count
        else said
    )


@require_http_methods(["GET", "HEAD", "POST"])
def boundaries(request: HttpRequest) -> HttpResponse:
    """The statement and a few questions. A wrong answer explains and asks again; nothing is counted."""
    client, now = client_of(request), timezone.now()
    version = _boundaries_at(now)
    if version is None:
        return redirect("boundaries")
    form = UnderstandingForm(request.POST if request.method == "POST" else None, version=version)
    if request.method != "POST":
        return _boundaries_page(request, client, version, form)
    if form.shown_sha256 != version.sha256:
        return _boundaries_anew(request, client, version)
    if not form.is_valid():
        return _boundaries_page(request, client, version, form, status=422)
    try:
        made = agreements.record_understanding(
            client, version, form.answers(), version.sha256, by=request.user, now=now
        )
    except TextChanged:
        return _boundaries_anew(request, client, _boundaries_at(now) or version)
    telling.keep_held(client, by=request.user, now=now)
    if made.is_understood:
        messages.success(request, "Thank you. That is all we need to know about the boundaries.")
        return redirect(way_on(request) or "my_agreements")
    return _boundaries_page(request, client, version, form, explained=_explained(version, form.answers()))


def _boundaries_at(now: dt.datetime) -> DocumentVersion | None:
    return documents.in_force(today_of(now)).filter(document__kind=DocumentKind.BOUNDARIES).first()


def _boundaries_anew(request: HttpRequest, client: Client, version: DocumentVersion) -> HttpResponse:
    messages.warning(request, "The text has changed since this page was opened. This is how it reads now.")
    return _boundaries_page(request, client, version, UnderstandingForm(version=version), status=409)


def _explained(version: DocumentVersion, answers: list[int]) -> list[dict[str, str]]:
    wrong = clauses.wrong_answers(version.questions, dict(enumerate(answers)))
    return [{"ask": version.questions[place]["ask"], "explain": version.questions[place]["explain"]} for place in wrong]


def _boundaries_page(
    request: HttpRequest,
    client: Client,
    version: DocumentVersion,
    form: UnderstandingForm,
    *,
    explained: list[dict[str, str]] | None = None,
    status: int = 200,
) -> HttpResponse:
    understood = Understanding.objects.filter(client=client, version=version, is_understood=True).first()
    zone = Practice.objects.current().zone
    shown = {
        "version": version,
        "form": form if explained is None else UnderstandingForm(version=version),
        "explained": explained or [],
        "since": words.day(walltime.local_date(understood.at, zone)) if understood else "",
        "next": way_on(request),
    }
    return render(request, "clients/boundaries.html", shown, status=status)
