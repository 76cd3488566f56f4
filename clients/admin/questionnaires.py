"""What clients are asked, as the owner edits it: a draft with its sections, questions and choices; preview and publishing.

A published version is only looked at here; a change is a new draft. Writes versions through the verbs of `clients.intake`.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.views.decorators.http import require_POST

from clients import asking, intake, questions
from clients.errors import Declined
from clients.forms import AnswersForm
from clients.models import Choice, Question, Questionnaire, QuestionnaireVersion, Section, VersionState
from practice.admin_site import OfficeAdmin, OfficeInline, clock

KINDS = [("", "every session"), ("standard", "massages"), ("tantric", "tantric sessions")]
Row = QuestionnaireVersion | Section | Question


def version_of(row: Row) -> QuestionnaireVersion:
    if isinstance(row, Question):
        return row.section.version
    return row.version if isinstance(row, Section) else row


def is_draft(row: Row | None) -> bool:
    return row is None or version_of(row).state == VersionState.DRAFT


def linked(name: str, pk: int, words: str) -> str:
    return format_html('<a href="{}">{}</a>', reverse(f"admin:clients_{name}_change", args=[pk]), words)


class OfDraft:
    """Changed while its version is a draft, and looked at ever after."""

    def has_add_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        return is_draft(obj) and super().has_add_permission(request, obj)  # type: ignore[misc]

    def has_change_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        return is_draft(obj) and super().has_change_permission(request, obj)  # type: ignore[misc]

    def has_delete_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        return is_draft(obj) and super().has_delete_permission(request, obj)  # type: ignore[misc]


class PartAdmin(OfDraft, OfficeAdmin):
    """A part of a questionnaire, reached from what it belongs to and made there."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def response_post_save_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        return redirect(self.above(obj))

    def above(self, obj: Any) -> str:
        raise NotImplementedError


class QuestionnaireForm(forms.ModelForm):
    for_kind = forms.ChoiceField(label="Asked for", choices=KINDS, required=False)


@admin.register(Questionnaire)
class QuestionnaireAdmin(OfficeAdmin):
    form = QuestionnaireForm
    list_display = ["title", "asked", "for_kind", "asked_now", "order"]
    prepopulated_fields = {"slug": ["title"]}
    labels = {"slug": "Name in addresses", "order": "Place in lists", "valid_for_months": "Asked anew after, in months"}
    fields = ["title", "slug", "asked", "for_kind", "valid_for_months", "order"]
    change_form_template = "admin/clients/questionnaire/change_form.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Questionnaire]:
        return super().get_queryset(request).prefetch_related("versions")

    def get_fields(self, request: HttpRequest, obj: Questionnaire | None = None) -> list[str]:
        return [*self.fields, *(["all_versions"] if obj else [])]

    def get_readonly_fields(self, request: HttpRequest, obj: Questionnaire | None = None) -> list[str]:
        return ["slug", "asked", "all_versions"] if obj else []

    def get_prepopulated_fields(self, request: HttpRequest, obj: Questionnaire | None = None) -> dict[str, Any]:
        return {} if obj else self.prepopulated_fields

    def get_urls(self) -> list[Any]:
        draft = self.admin_site.admin_view(require_POST(self.draft_view))
        return [path("<int:pk>/draft/", draft, name="clients_questionnaire_draft"), *super().get_urls()]

    @admin.display(description="asked now")
    def asked_now(self, questionnaire: Questionnaire) -> str:
        found = [each for each in questionnaire.versions.all() if each.state == VersionState.PUBLISHED]
        return f"version {found[0].number}" if found else "not asked"

    @admin.display(description="versions")
    def all_versions(self, questionnaire: Questionnaire) -> str:
        rows = (
            (linked("questionnaireversion", each.pk, f"Version {each.number}"), each.get_state_display())
            for each in questionnaire.versions.all()
        )
        return format_html_join("", "<p>{}: {}</p>", rows) or "There is none yet."

    def draft_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        draft = intake.new_draft(get_object_or_404(Questionnaire, pk=pk))
        return redirect("admin:clients_questionnaireversion_change", draft.pk)


class SectionInline(OfDraft, OfficeInline):
    model = Section
    fields = ["order", "title", "why"]
    show_change_link = True
    verbose_name_plural = "Sections, each a page for the client; save, then “Change” leads to its questions"


class QuestionInline(OfDraft, OfficeInline):
    model = Question
    fields = ["order", "words", "key", "kind", "help", "is_required", "audience"]
    labels = {"key": "Name", "audience": "Read by", "is_required": "Must be answered"}
    show_change_link = True
    verbose_name_plural = "Questions; a question's choices are behind its “Change”"


class ChoiceInline(OfDraft, OfficeInline):
    model = Choice
    fields = ["order", "words", "key", "raises"]
    labels = {"key": "Name"}
    verbose_name_plural = "Choices; those of a yes-or-no question are named “yes” and “no”"


@admin.register(QuestionnaireVersion)
class VersionAdmin(PartAdmin):
    fields = readonly_fields = ["questionnaire", "number", "state", "published"]
    inlines = [SectionInline]
    change_form_template = "admin/clients/questionnaireversion/change_form.html"

    def above(self, obj: QuestionnaireVersion) -> str:
        return reverse("admin:clients_questionnaireversion_change", args=[obj.pk])

    def get_queryset(self, request: HttpRequest) -> QuerySet[QuestionnaireVersion]:
        return super().get_queryset(request).select_related("questionnaire")

    def get_urls(self) -> list[Any]:
        ways = {"preview": self.preview_view, "publish": self.publish_view, "retire": require_POST(self.retire_view)}
        return [
            path(f"<int:pk>/{name}/", self.admin_site.admin_view(view), name=f"clients_questionnaireversion_{name}")
            for name, view in ways.items()
        ] + super().get_urls()

    @admin.display(description="published")
    def published(self, version: QuestionnaireVersion) -> str:
        return clock(version.published_at)

    def _one(self, request: HttpRequest, pk: int) -> QuestionnaireVersion:
        """For the owner alone, who is the one to change what is asked."""
        if not request.user.has_perm("clients.change_questionnaireversion"):
            raise PermissionDenied
        return get_object_or_404(self.get_queryset(request), pk=pk)

    def preview_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """As a client sees it, page under page; nothing can be sent."""
        version = self._one(request, pk)
        pages = [
            (page, AnswersForm(asked=page.asked, auto_id=f"p{page.number}_%s", prefix=f"p{page.number}"))
            for page in asking.pages(version)
        ]
        return render(request, "clients/intake_preview.html", {"version": version, "pages": pages})

    def publish_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = self._one(request, pk)
        if request.method == "POST":
            try:
                intake.publish_version(version, by=request.user, now=timezone.now())
            except Declined as declined:
                messages.error(request, str(declined))
            else:
                messages.success(request, f"{version} is asked from now on.")
                return redirect("admin:clients_questionnaire_change", version.questionnaire_id)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"Publish: {version}",
            "version": version,
            "faults": questions.faults([(page.title, page.asked) for page in asking.pages(version)]),
        }
        return render(request, "admin/clients/questionnaireversion/publish.html", context)

    def retire_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = self._one(request, pk)
        try:
            intake.retire_version(version, by=request.user, now=timezone.now())
            messages.success(request, f"“{version.questionnaire}” is no longer asked.")
        except Declined as declined:
            messages.error(request, str(declined))
        return redirect("admin:clients_questionnaire_change", version.questionnaire_id)


@admin.register(Section)
class SectionAdmin(PartAdmin):
    fields = ["version", "order", "title", "why"]
    readonly_fields = ["version"]
    inlines = [QuestionInline]
    list_select_related = ["version__questionnaire"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Section]:
        return super().get_queryset(request).select_related("version__questionnaire")

    def above(self, obj: Section) -> str:
        return reverse("admin:clients_questionnaireversion_change", args=[obj.version_id])


@admin.register(Question)
class QuestionAdmin(PartAdmin):
    fields = ["section", "order", "words", "key", "kind", "help", "is_required", "audience"]
    readonly_fields = ["section"]
    inlines = [ChoiceInline]
    labels = {"key": "Name", "audience": "Read by", "is_required": "Must be answered"}
    list_select_related = ["section"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Question]:
        return super().get_queryset(request).select_related("section__version__questionnaire")

    def above(self, obj: Question) -> str:
        return reverse("admin:clients_section_change", args=[obj.section_id])
