"""A client's agreements, as those who treat them see them: what is signed, and what staff do on the client's word.

Opening it leaves a line, like the rest of the record. It stands here because a withdrawal concerns bookings.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from bookings import withdrawal
from bookings.views import back
from clients import agreements, copies, documents
from clients.admin.record import opened
from clients.errors import ClausesMissing, Declined, NameDiffers, TextChanged
from clients.models import Client, Consent, Document, DocumentKind, DocumentVersion
from clients.signing import OnPaperForm
from practice import walltime, words
from practice.admin_site import OfficeAdmin
from practice.models import ConsentSigners, Practice


@admin.register(Consent)
class ConsentAdmin(OfficeAdmin):
    """Only the pages about one client; consents are never listed for all of them."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False

    def get_urls(self) -> list[Any]:
        ways = {
            "of/<int:pk>/": ("clients_consent_of", require_safe(of_client)),
            "of/<int:pk>/<slug:slug>/sign/": ("clients_consent_sign", sign),
            "of/<int:pk>/<slug:slug>/withdraw/": ("clients_consent_withdraw", require_POST(withdraw)),
            "of/<int:pk>/<slug:slug>/countersign/": ("clients_consent_countersign", require_POST(countersign)),
            "of/<int:pk>/<slug:slug>/copy/": ("clients_consent_copy", require_safe(copy)),
        }
        return [path(route, self.admin_site.admin_view(view), name=name) for route, (name, view) in ways.items()]


def today(now: dt.datetime, practice: Practice) -> dt.date:
    return walltime.local_date(now, practice.zone)


def of_client(request: HttpRequest, pk: int) -> HttpResponse:
    client = opened(request, pk, "agreements")
    if not isinstance(client, Client):
        return client
    practice = Practice.objects.current()
    shown = {
        "client": client,
        "rows": documents.of_client(client, today(timezone.now(), practice)),
        "both_sign": practice.consent_signers == ConsentSigners.BOTH,
        "back": back.kept(request),
    }
    return _page(request, "agreements", f"Agreements: {client}", shown)


def sign(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """At the practice: the client reads and ticks on its tablet, or it is entered from a signed sheet."""
    client, now = opened(request, pk, "agreements"), timezone.now()
    if not isinstance(client, Client):
        return client
    version = documents.current(slug, today(now, Practice.objects.current()))
    if version is None or version.document.kind == DocumentKind.BOUNDARIES:
        raise Http404
    form = OnPaperForm(request.POST if request.method == "POST" else None, version=version)
    if request.method == "POST" and form.shown_sha256 != version.sha256:
        messages.warning(request, TextChanged.sentence)
        form = OnPaperForm(version=version)
    elif request.method == "POST" and form.is_valid() and _signed(request, client, version, form, now):
        return redirect("admin:clients_consent_of", pk)
    return _page(request, "sign", f"{version.document}: {client}", {"client": client, "version": version, "form": form})


def _signed(
    request: HttpRequest, client: Client, version: DocumentVersion, form: OnPaperForm, now: dt.datetime
) -> bool:
    """Whether it was; else the form says why not."""
    try:
        way = form.cleaned_data["given_by"]
        agreements.sign(client, version, form.signing(), by=request.user, now=now, given_by=way)
    except NameDiffers as fault:
        form.add_error("typed_name", str(fault))
    except ClausesMissing as fault:
        form.explain(fault)
    except Declined as fault:
        form.add_error(None, str(fault))
    else:
        messages.success(request, f"“{version.document}” is signed.")
        return True
    return False


def withdraw(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """On the client's word."""
    client = opened(request, pk, "agreements")
    if not isinstance(client, Client):
        return client
    document = get_object_or_404(Document, slug=slug, kind=DocumentKind.CONSENT)
    changed = withdrawal.withdraw(client, document, by=request.user, now=timezone.now(), on_clients_word=True)
    messages.success(request, f"“{document}” is withdrawn; {words.counted(len(changed), 'booking')} changed with it.")
    return redirect("admin:clients_consent_of", pk)


def countersign(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """The therapist's own signature, where both sign."""
    client, now = opened(request, pk, "agreements"), timezone.now()
    if not isinstance(client, Client):
        return client
    rows = documents.of_client(client, today(now, Practice.objects.current()))
    given = next((each for each in rows if each.document.slug == slug and each.is_given and each.consent), None)
    if given is None or given.consent is None:
        raise Http404
    try:
        agreements.countersign(given.consent, by=request.user, now=now)
    except Declined as fault:
        messages.error(request, str(fault))
    else:
        messages.success(request, f"You signed “{given.document}”.")
        return back.or_else(request, redirect("admin:clients_consent_of", pk))
    return redirect("admin:clients_consent_of", pk)


def copy(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    client = opened(request, pk, "agreements")
    if not isinstance(client, Client):
        return client
    found = documents.newest(client, slug)
    if found is None:
        raise Http404
    content = copies.pdf(found, Practice.objects.current(), timezone.now())
    named = {"Content-Disposition": f'attachment; filename="{slug}-{found.version.number}.pdf"'}
    return HttpResponse(content, content_type="application/pdf", headers=named)


def _page(request: HttpRequest, template: str, title: str, shown: dict[str, Any]) -> HttpResponse:
    media = shown["form"].media if "form" in shown else ""
    context = {**admin.site.each_context(request), "opts": Client._meta, "title": title, "media": media, **shown}
    return render(request, f"admin/clients/client/{template}.html", context)
