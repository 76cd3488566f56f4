"""What clients agree to, as the owner edits it: a document, its draft, the preview, and publishing from a date on.

A published version is only looked at here; a change is a new draft. Writes versions through the verbs of `clients.agreements`.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html_join
from django.views.decorators.http import require_POST

from clients import agreements, clauses
from clients.errors import Declined
from clients.models import Document, DocumentKind, DocumentVersion, VersionState
from clients.signing import SigningForm, UnderstandingForm
from practice.admin_site import OfficeAdmin, clock
from practice.forms import DateInput

CHECK = (
    "Have every text checked by somebody who knows the law of your country before you publish it. "
    "The texts that ship are a beginning and no legal advice."
)


@admin.register(Document)
class DocumentAdmin(OfficeAdmin):
    list_display = ["title", "kind", "in_use", "each_session", "order"]
    prepopulated_fields = {"slug": ["title"]}
    labels = {
        "slug": "Name in addresses",
        "order": "Place in lists",
        "valid_for_months": "Asked anew after, in months",
        "on_withdrawal": "When it is withdrawn",
    }
    fields = ["title", "slug", "kind", "on_withdrawal", "valid_for_months", "each_session", "order"]
    change_form_template = "admin/clients/document/change_form.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Document]:
        return super().get_queryset(request).prefetch_related("versions")

    def get_fields(self, request: HttpRequest, obj: Document | None = None) -> list[str]:
        return [*self.fields, *(["all_versions"] if obj else [])]

    def get_readonly_fields(self, request: HttpRequest, obj: Document | None = None) -> list[str]:
        """Session types ask for a document by its name, and what was signed was signed as what it is."""
        return ["slug", "kind", "all_versions"] if obj else []

    def get_prepopulated_fields(self, request: HttpRequest, obj: Document | None = None) -> dict[str, Any]:
        return {} if obj else self.prepopulated_fields

    def get_urls(self) -> list[Any]:
        draft = self.admin_site.admin_view(require_POST(self.draft_view))
        return [path("<int:pk>/draft/", draft, name="clients_document_draft"), *super().get_urls()]

    @admin.display(description="asked for now")
    def in_use(self, document: Document) -> str:
        found = [each for each in document.versions.all() if each.state == VersionState.PUBLISHED]
        return f"version {found[0].number}" if found else "not asked for"

    @admin.display(description="versions")
    def all_versions(self, document: Document) -> str:
        rows = (
            (reverse("admin:clients_documentversion_change", args=[each.pk]), each.number, each.get_state_display())
            for each in document.versions.all()
        )
        return format_html_join("", '<p><a href="{}">Version {}</a>: {}</p>', rows) or "There is none yet."

    def draft_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        draft = agreements.new_draft(get_object_or_404(Document, pk=pk))
        return redirect("admin:clients_documentversion_change", draft.pk)


class VersionForm(forms.ModelForm):
    """Clauses are lines, and questions blocks of lines: people edit text."""

    clause_lines = forms.CharField(
        label="Clauses", required=False, widget=forms.Textarea(attrs={"rows": 16}),
        help_text="One a line; each gets its own tick.",
    )  # fmt: skip
    question_lines = forms.CharField(
        label="Questions", required=False, widget=forms.Textarea(attrs={"rows": 24}),
        help_text="The question in the first line; an option in each further one, “*” before the right one and “-” before the "
        "others; last, after “=”, what is explained to somebody who chose otherwise. A blank line parts two questions.",
    )  # fmt: skip

    class Meta:
        model = DocumentVersion
        fields = ["text", "applies_from"]
        widgets = {"text": forms.Textarea(attrs={"rows": 24}), "applies_from": DateInput()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, spelled in (
            ("clause_lines", "\n".join(self.instance.clauses)),
            ("question_lines", clauses.spell_questions(self.instance.questions)),
        ):
            if name in self.fields:
                self.fields[name].initial = spelled

    def clean_text(self) -> str:
        return self.cleaned_data["text"].replace("\r\n", "\n")

    def clean_clause_lines(self) -> list[str]:
        return [line.strip() for line in self.cleaned_data["clause_lines"].splitlines() if line.strip()]

    def clean_question_lines(self) -> list[dict[str, Any]]:
        try:
            return clauses.read_questions(self.cleaned_data["question_lines"])
        except ValueError as fault:
            raise ValidationError(str(fault)) from None

    def save(self, commit: bool = True) -> DocumentVersion:
        said = self.cleaned_data
        self.instance.clauses = said.get("clause_lines", self.instance.clauses)
        self.instance.questions = said.get("question_lines", self.instance.questions)
        return super().save(commit)


@admin.register(DocumentVersion)
class DocumentVersionAdmin(OfficeAdmin):
    """Reached from its document; changed while it is a draft, and looked at ever after."""

    form = VersionForm
    labels = {"applies_from": "Asked for from"}
    change_form_template = "admin/clients/documentversion/change_form.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[DocumentVersion]:
        return super().get_queryset(request).select_related("document")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: DocumentVersion | None = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or obj.state == VersionState.DRAFT)

    def has_delete_permission(self, request: HttpRequest, obj: DocumentVersion | None = None) -> bool:
        return super().has_delete_permission(request, obj) and obj is not None and obj.state == VersionState.DRAFT

    def get_fields(self, request: HttpRequest, obj: DocumentVersion | None = None) -> list[str]:
        if obj is None or obj.state != VersionState.DRAFT:
            return ["document", "number", "state", "published", "applies_from", "text", "points", "sha256"]
        asked = "question_lines" if obj.document.kind == DocumentKind.BOUNDARIES else "clause_lines"
        return ["document", "number", "text", asked, "applies_from"]

    def get_readonly_fields(self, request: HttpRequest, obj: DocumentVersion | None = None) -> list[str]:
        return ["document", "number", "state", "published", "points", "sha256"]

    @admin.display(description="published")
    def published(self, version: DocumentVersion) -> str:
        return clock(version.published_at)

    @admin.display(description="points")
    def points(self, version: DocumentVersion) -> str:
        asked = version.clauses or [question["ask"] for question in version.questions]
        return format_html_join("", "<p>{}</p>", ((each,) for each in asked))

    def get_urls(self) -> list[Any]:
        ways = {"preview": self.preview_view, "publish": self.publish_view}
        return [
            path(f"<int:pk>/{name}/", self.admin_site.admin_view(view), name=f"clients_documentversion_{name}")
            for name, view in ways.items()
        ] + super().get_urls()

    def response_post_save_change(self, request: HttpRequest, obj: DocumentVersion) -> HttpResponse:
        return redirect("admin:clients_document_change", obj.document_id)

    def _one(self, request: HttpRequest, pk: int) -> DocumentVersion:
        """For the owner alone, whose texts they are."""
        if not request.user.has_perm("clients.change_documentversion"):
            raise PermissionDenied
        return get_object_or_404(self.get_queryset(request), pk=pk)

    def preview_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """As a client sees it; nothing can be sent."""
        version = self._one(request, pk)
        form = UnderstandingForm if version.document.kind == DocumentKind.BOUNDARIES else SigningForm
        return render(
            request,
            "clients/agreement_preview.html",
            {"version": version, "form": form(version=version), "check": CHECK},
        )

    def publish_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = self._one(request, pk)
        if request.method == "POST":
            try:
                agreements.publish(version, by=request.user, now=timezone.now())
            except Declined as declined:
                messages.error(request, str(declined))
            else:
                messages.success(
                    request, f"{version} is published; it is asked for from {version.applies_from:%d/%m/%Y} on."
                )
                return redirect("admin:clients_document_change", version.document_id)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"Publish: {version}",
            "version": version,
            "fault": agreements.fault_in(version),
            "check": CHECK,
        }
        return render(request, "admin/clients/documentversion/publish.html", context)
