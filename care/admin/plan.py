"""The plan for the work on the practice's side: made, changed, and booked as a series, each date looked at first."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.db.models import Count, F, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import timezone

from bookings.admin.forms import offered_lengths, therapists_of
from bookings.permissions import may_fill
from care import plans
from care.admin import series
from care.admin.page import CareAdmin, concerned, typed
from care.dates import ChangeForm, PlanForm
from care.models import Plan
from care.plans import TO_COME_OR_BEEN
from clients import permissions
from practice.admin_site import clock
from practice.words import counted


class Standing(ChangeList):
    """The versions that stand; the earlier ones are on their pages."""

    def get_queryset(self, request: HttpRequest, **kwargs: Any) -> QuerySet[Plan]:
        return plans.standing_alone(super().get_queryset(request, **kwargs))


@admin.register(Plan)
class PlanAdmin(CareAdmin):
    reads = "plan"
    template = "plan"
    list_display = ["client", "therapist", "session", "how_many", "spacing", "made"]
    list_select_related = ["client", "therapist", "session_type"]
    list_filter = ["therapist"]
    search_fields = ["client__name"]
    ordering = ["-made_at"]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return Standing

    def get_queryset(self, request: HttpRequest) -> QuerySet[Plan]:
        stand = Q(
            client__bookings__planned__plan__therapist=F("therapist"), client__bookings__status__in=TO_COME_OR_BEEN
        )
        found = super().get_queryset(request).select_related("client", "therapist", "session_type", "stage", "by")
        return found.annotate(in_the_diary=Count("client__bookings", filter=stand, distinct=True))

    def get_urls(self) -> list[Any]:
        wrap = self.admin_site.admin_view
        return [
            path("of/<int:client>/", wrap(self.of_view), name="care_plan_of"),
            path("<uuid:pk>/series/", wrap(self.series_view), name="care_plan_series"),
            *super().get_urls(),
        ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.may(request, "add")

    def of_view(self, request: HttpRequest, client: int) -> HttpResponse:
        """From a client's page: the plan that stands, or a new one."""
        self.demand(request, "view")
        person = get_object_or_404(permissions.readable_by(request.user, timezone.now()), pk=client)
        mine = plans.standing_alone(self.get_queryset(request).filter(client=person))
        plan = mine.filter(therapist__user=request.user).first() or mine.first()
        if plan:
            return self.to_row(plan)
        return redirect(f"{reverse('admin:care_plan_add')}?client={person.pk}")

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        self.demand(request, "add")
        now, therapists = timezone.now(), therapists_of(request.user)
        mine = therapists.filter(user=request.user).first()
        initial = {"every_days": 7, "therapist": mine, "client": request.GET.get("client")}
        form = PlanForm(
            typed(request),
            initial=initial,
            clients=concerned(request.user, now),
            therapists=therapists,
            lengths=offered_lengths(),
        )
        if request.method == "POST" and form.is_valid():
            said = form.cleaned_data
            standing = plans.standing(said["client"], said["therapist"])
            if standing and not form.seen_number:
                messages.info(request, "There is a plan already. You can change it here.")
                return self.to_row(standing)
            if self._made(request, form, said["client"], said["therapist"]):
                return self._to_standing(said["client"], said["therapist"])
        return self.page(request, title="A plan for the work", form=form, button="Keep the plan")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The plan as it stands, its earlier versions, what is booked from it, and a form that makes a new version."""
        plan = self.opened(request, object_id)
        if plans.is_old(plan):
            messages.info(
                request, "This is the plan as it stands now; the version you asked for is among the earlier ones."
            )
            return self._to_standing(plan.client, plan.therapist)
        may = self.may(request, "change") and may_fill(plan.therapist, request.user)
        form = ChangeForm(typed(request), plan=plan, lengths=offered_lengths()) if may else None
        if (
            form
            and request.method == "POST"
            and form.is_valid()
            and self._made(request, form, plan.client, plan.therapist)
        ):
            return self._to_standing(plan.client, plan.therapist)
        return self._shown(request, plan, form)

    def _shown(self, request: HttpRequest, plan: Plan, form: ChangeForm | None) -> HttpResponse:
        booked = plans.booked(plan)
        return self.page(
            request,
            title=f"Plan: {plan.client}",
            plan=plan,
            form=form,
            button="Keep as a new version",
            earlier=plans.versions(plan.client, plan.therapist).select_related("stage", "session_type", "by")[1:],
            booked=booked,
            progress=plans.progress(booked),
        )

    def _made(self, request: HttpRequest, form: PlanForm, client: Any, therapist: Any) -> bool:
        now, work = timezone.now(), form.work()
        return self.attempt(
            request,
            form,
            lambda: plans.make(client, therapist, work, by=request.user, now=now, seen=form.seen_number),
            "The plan is kept.",
        )

    def _to_standing(self, client: Any, therapist: Any) -> HttpResponse:
        standing = plans.standing(client, therapist)
        return self.to_row(standing) if standing else redirect("admin:care_plan_changelist")

    def series_view(self, request: HttpRequest, pk: Any) -> HttpResponse:
        plan = self.opened(request, str(pk))
        self.demand(request, "change")
        if not may_fill(plan.therapist, request.user) or plans.is_old(plan):
            return self.to_row(plan)
        return series.answer(self, request, plan)

    @admin.display(description="session", ordering="session_type")
    def session(self, plan: Plan) -> str:
        return f"{plan.session_type}, {plan.minutes} minutes"

    @admin.display(description="in the diary or done")
    def how_many(self, plan: Plan) -> str:
        return f"{plan.in_the_diary} of {plan.sessions}"  # type: ignore[attr-defined]

    @admin.display(description="apart")
    def spacing(self, plan: Plan) -> str:
        return counted(plan.every_days, "day")

    @admin.display(description="made", ordering="made_at")
    def made(self, plan: Plan) -> str:
        return clock(plan.made_at)
