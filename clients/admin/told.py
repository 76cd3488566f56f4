"""What clients told: the forms they signed off, and the list of what asks for the therapist's look, cleared with a reason.

Clinical words are opened only for those who may read the record, and each reading leaves a line.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Case, Q, QuerySet, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone

from clients import asking, intake, permissions
from clients.errors import Declined
from clients.models import Action, Flag, Submission
from clients.reading import note_reading
from practice.admin_site import ReadOnlyAdmin, clock

URGENCY = [Action.STOP, Action.REVIEW, Action.AVOID, Action.NOTE]
"""What is looked at first."""


class StateFilter(admin.SimpleListFilter):
    """What still stands open, unless something else is asked for."""

    title = "state"
    parameter_name = "state"
    CHOICES = {None: "open", "cleared": "cleared", "all": "all"}

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(key, label) for key, label in self.CHOICES.items() if key]

    def choices(self, changelist: Any) -> Any:
        for key, label in self.CHOICES.items():
            changed = {self.parameter_name: key} if key else {}
            query = changelist.get_query_string(changed, [] if key else [self.parameter_name])
            yield {"selected": self.value() == key, "query_string": query, "display": label}

    def queryset(self, request: HttpRequest, queryset: QuerySet[Flag]) -> QuerySet[Flag]:
        if self.value() == "all":
            return queryset
        return queryset.filter(cleared_at__isnull=self.value() != "cleared")


class ClearForm(forms.Form):
    why = forms.CharField(
        label="Why it is cleared",
        help_text="What you looked at and agreed; it is kept with the record.",
        widget=forms.Textarea(attrs={"rows": 4, "cols": 60}),
        max_length=2000,
        error_messages={"required": "Please give a reason; it is kept."},
    )


def visit_of(about: str) -> str:
    """What a form or flag is about, in words."""
    return "this visit alone" if about else "every session"


@admin.register(Flag)
class FlagAdmin(ReadOnlyAdmin):
    list_display = ["client", "action", "concerns", "raised", "cleared"]
    list_filter = [StateFilter, "action"]
    list_select_related = ["client"]
    search_fields = ["client__name", "client__email"]
    show_full_result_count = False
    fields = ["client", "action", "concerns", "what", "raised", "cleared", "cleared_by", "reason"]
    change_form_template = "admin/clients/flag/change_form.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Flag]:
        """Of the clients whom this reader treats, and what they cleared themselves."""
        mine = Q(client__in=permissions.readable_by(request.user, timezone.now())) | Q(cleared_by=request.user)
        urgency = Case(*(When(action=action, then=place) for place, action in enumerate(URGENCY)))
        return Flag.objects.filter(mine).annotate(urgency=urgency).select_related("client", "cleared_by")

    def get_ordering(self, request: HttpRequest) -> list[str]:
        return ["urgency", "-raised_at"]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        title = "What clients' answers ask you to look at: what stops a session comes first"
        return super().changelist_view(request, {"title": title} | (extra_context or {}))

    def get_urls(self) -> list[Any]:
        clear = self.admin_site.admin_view(self.clear_view)
        return [path("<uuid:pk>/clear/", clear, name="clients_flag_clear"), *super().get_urls()]

    @admin.display(description="concerns")
    def concerns(self, flag: Flag) -> str:
        return visit_of(flag.about)

    @admin.display(description="what was said")
    def what(self, flag: Flag) -> str:
        return flag.words

    @admin.display(description="raised", ordering="raised_at")
    def raised(self, flag: Flag) -> str:
        return clock(flag.raised_at)

    @admin.display(description="cleared", ordering="cleared_at")
    def cleared(self, flag: Flag) -> str:
        return clock(flag.cleared_at)

    @admin.display(description="why it was cleared")
    def reason(self, flag: Flag) -> str:
        return flag.cleared_why or "–"

    def note(self, request: HttpRequest, flag: Flag) -> None:
        """Who cleared it may read that back also when they do not treat the client any more."""
        is_own = flag.cleared_by_id == request.user.pk
        note_reading(request.user, flag.client, "flags", timezone.now(), to_them=is_own)

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.has_view_permission(request) and (flag := self.get_object(request, object_id)):
            self.note(request, flag)
        return super().change_view(request, object_id, *args, **kwargs)

    def clear_view(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """The therapist's act, with a reason: GET asks, POST does."""
        if not request.user.has_perm("clients.clear_flag"):
            raise PermissionDenied
        flag, now = get_object_or_404(self.get_queryset(request), pk=pk), timezone.now()
        form = ClearForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            try:
                intake.clear_flag(flag, by=request.user, why=form.cleaned_data["why"], now=now)
            except Declined as declined:
                messages.error(request, str(declined))
            else:
                messages.success(request, f"Cleared for {flag.client}.")
            return redirect("admin:clients_flag_changelist")
        self.note(request, flag)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"Clear: {flag.get_action_display()}",
            "flag": flag,
            "form": form,
        }
        return render(request, "admin/clients/flag/clear.html", context)


@admin.register(Submission)
class SubmissionAdmin(ReadOnlyAdmin):
    """Signed forms. The front desk sees that they are there, and of the answers those that are for its eyes."""

    list_display = ["client", "which", "concerns", "signed", "expires_on"]
    list_filter = ["version__questionnaire"]
    list_select_related = ["client", "version__questionnaire"]
    search_fields = ["client__name", "client__email"]
    ordering = ["-signed_at"]
    show_full_result_count = False
    fields = ["client", "which", "concerns", "signed", "where", "expires_on"]
    change_form_template = "admin/clients/submission/change_form.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Submission]:
        found = Submission.objects.filter(signed_at__isnull=False)
        return found.select_related(*self.list_select_related, "attended_by")

    @admin.display(description="form", ordering="version__questionnaire__order")
    def which(self, submission: Submission) -> str:
        return str(submission.version)

    @admin.display(description="concerns")
    def concerns(self, submission: Submission) -> str:
        return visit_of(submission.about)

    @admin.display(description="signed off", ordering="signed_at")
    def signed(self, submission: Submission) -> str:
        return clock(submission.signed_at)

    @admin.display(description="filled in")
    def where(self, submission: Submission) -> str:
        with_whom = submission.attended_by
        return f"at the practice, with {with_whom}" if with_whom else "by the client, on their own page"

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        shown = self.answers(request, object_id) if self.has_view_permission(request) else {}
        return super().change_view(request, object_id, form_url, (extra_context or {}) | shown)

    def answers(self, request: HttpRequest, object_id: str) -> dict[str, Any]:
        """The answers that are for this reader's eyes."""
        submission, now = self.get_object(request, object_id), timezone.now()
        if submission is None:
            return {}
        is_open = permissions.may_read(request.user, submission.client, now)
        if is_open:
            note_reading(request.user, submission.client, "intake", now)
        audiences = asking.FOR_THERAPIST if is_open else asking.FOR_DESK
        return {"told": asking.told(submission, audiences), "is_open": is_open}
