"""The bookings of the practice: the list, one booking with all that happened to it, and the pages that change it.

Shows rows and asks the verbs of `lifecycle` and `moves`; no field of a booking is written here.
"""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone

from bookings import lifecycle, newcomers, notices, owing, readiness, visits
from bookings.admin import acts, lacking, why_not
from bookings.admin.acts import ACTS, Act
from bookings.admin.forms import NewBookingForm
from bookings.diary import Ask
from bookings.errors import NotGiven, Refusal
from bookings.models import Answer, Booking, Status, Way
from bookings.permissions import may_change
from bookings.placing import Wish
from bookings.readiness import Weight
from bookings.views import back
from bookings.views.visit import asked_at, visit_here
from clients import permissions
from outbox import log
from practice.admin_site import ReadOnlyAdmin, clock
from practice.models import Practice
from practice.words import money, share, span

WAITED_FOR = (Status.HELD, Status.REQUESTED, Status.CONFIRMED)
"""Bookings for which something can still be filled in."""


class WhenFilter(admin.SimpleListFilter):
    """The days ahead unless something else is asked for; a practice's past is long."""

    title = "when"
    parameter_name = "when"
    CHOICES = {
        None: "from today",
        "today": "today",
        "week": "the next seven days",
        "answer": "waiting for an answer",
        "past": "before today",
        "due": "over and not paid",
        "back": "money to give back",
        "all": "all",
    }
    BY_BALANCE = {"due": owing.not_paid, "back": owing.to_give_back}

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(key, label) for key, label in self.CHOICES.items() if key]

    def choices(self, changelist: Any) -> Any:
        for key, label in self.CHOICES.items():
            query = changelist.get_query_string(
                {self.parameter_name: key} if key else {}, [] if key else [self.parameter_name]
            )
            yield {"selected": self.value() == key, "query_string": query, "display": label}

    def queryset(self, request: HttpRequest, queryset: QuerySet[Booking]) -> QuerySet[Booking]:
        if found := self.BY_BALANCE.get(self.value() or ""):
            return found(queryset)
        today = timezone.localdate()
        asked = Q(status=Status.REQUESTED) | Q(move_requests__answer=Answer.OPEN, status=Status.CONFIRMED)
        wanted = {
            "today": Q(session_on=today),
            "week": Q(session_on__range=(today, today + dt.timedelta(days=6))),
            "answer": asked,
            "past": Q(session_on__lt=today),
            "all": Q(),
        }
        return queryset.filter(wanted.get(self.value() or "", Q(session_on__gte=today)))


class WithForms(ChangeList):
    """Asks for the whole page at once whose forms are complete."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = list(self.result_list)
        mark_incomplete(self.result_list)


def mark_incomplete(found: list[Booking]) -> None:
    incomplete = readiness.incomplete([each for each in found if each.status in WAITED_FOR], timezone.localdate())
    for booking in found:
        booking.incomplete = incomplete  # type: ignore[attr-defined]


@admin.register(Booking)
class BookingAdmin(ReadOnlyAdmin):
    list_display = ["when", "client", "session", "therapist", "room", "status", "forms_complete"]
    list_display_links = ["when", "client"]
    list_select_related = ["client", "therapist", "session_type", "room"]
    list_filter = [WhenFilter, "status", "therapist", "session_type"]
    search_fields = ["ref", "client__name", "client__email"]
    ordering = ["starts_at", "pk"]
    show_full_result_count = False
    actions = ["confirm_requests", "mark_as_held"]
    change_form_template = "admin/bookings/booking/change_form.html"
    fieldsets = [
        (
            None,
            {"fields": [("client", "status"), ("when", "until"), ("session", "room"), ("therapist", "ref"), "coming"]},
        ),
        ("Agreed", {"fields": ["agreed_price", "cancelling", "moving", "not_coming", "fee_due"]}),
        ("How it came", {"fields": [("made_via", "made"), ("kept_until", "answer_until"), "kept_free"]}),
    ]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return WithForms

    def get_queryset(self, request: HttpRequest) -> QuerySet[Booking]:
        return Booking.objects.for_user(request.user).select_related(*self.list_select_related)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("bookings.add_booking")

    def has_act_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("bookings.change_booking")

    def has_answer_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("bookings.answer_booking")

    def get_urls(self) -> list[Any]:
        act = self.admin_site.admin_view(self.act_view)
        asked = self.admin_site.admin_view(visit_here)
        return [
            path("<int:pk>/act/<slug:name>/", act, name="bookings_booking_act"),
            path("<int:pk>/visit/", asked, name="bookings_booking_visit"),
            *super().get_urls(),
        ]

    # What is shown

    @admin.display(description="start", ordering="starts_at")
    def when(self, booking: Booking) -> str:
        return clock(booking.starts_at)

    @admin.display(description="said that they will come")
    def coming(self, booking: Booking) -> str:
        return clock(booking.coming_said_at)

    @admin.display(description="end")
    def until(self, booking: Booking) -> str:
        return clock(booking.ends_at)

    @admin.display(description="session", ordering="session_type")
    def session(self, booking: Booking) -> str:
        return f"{booking.session_type}, {booking.minutes} minutes"

    @admin.display(description="forms complete")
    def forms_complete(self, booking: Booking) -> str:
        """All that the front desk learns of them."""
        if booking.status not in WAITED_FOR:
            return "–"
        return "no" if booking.pk in booking.incomplete else "yes"  # type: ignore[attr-defined]

    @admin.display(description="price")
    def agreed_price(self, booking: Booking) -> str:
        return money(booking.price, booking.currency)

    @admin.display(description="cancelling")
    def cancelling(self, booking: Booking) -> str:
        late = share(booking.late_fee_percent)
        return f"free until {span(booking.cancellation_notice)} before the start, then {late}"

    @admin.display(description="moving")
    def moving(self, booking: Booking) -> str:
        late = share(booking.late_fee_percent)
        return f"free until {span(booking.reschedule_notice)} before the start, then {late}"

    @admin.display(description="not coming")
    def not_coming(self, booking: Booking) -> str:
        return share(booking.no_show_fee_percent)

    @admin.display(description="came due")
    def fee_due(self, booking: Booking) -> str:
        return money(booking.late_fee, booking.currency) + (", changed late" if booking.is_late else "")

    @admin.display(description="made")
    def made(self, booking: Booking) -> str:
        return clock(booking.created_at)

    @admin.display(description="held until")
    def kept_until(self, booking: Booking) -> str:
        return clock(booking.hold_ends_at)

    @admin.display(description="to be answered by")
    def answer_until(self, booking: Booking) -> str:
        return clock(booking.answer_by_at)

    @admin.display(description="kept free around it")
    def kept_free(self, booking: Booking) -> str:
        return f"{clock(booking.busy_from_at)} to {clock(booking.busy_until_at)}"

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return super().change_view(request, object_id, form_url, (extra_context or {}) | self.story(request, object_id))

    def story(self, request: HttpRequest, object_id: str) -> dict[str, Any]:
        """What may be done with the booking now, what is missing (in so many words only for those who may read it), what is
        asked about it, what happened and what was said."""
        booking = self.get_object(request, object_id)
        if booking is None:
            return {}
        now = timezone.now()
        waited_for = booking.status in WAITED_FOR
        missing = visits.to_start(booking, now) if waited_for else []
        return {
            "waited_for": waited_for,
            "is_first": waited_for and bool(newcomers.first_timers([booking])),
            "is_complete": not any(each.weight == Weight.FORM for each in missing),
            "missing": lacking.told(missing)
            if missing and permissions.may_read(request.user, booking.client, now)
            else [],
            "title": "Booking",
            "subtitle": self._said(booking),
            "acts": acts.open_to(booking, request.user, now),
            "visit_asked": may_change(booking, request.user) and bool(asked_at(booking, timezone.localdate())),
            "moves": booking.move_requests.filter(answer=Answer.OPEN).select_related("therapist"),
            "proposals": booking.proposals.filter(answer=Answer.OPEN).select_related("therapist"),
            "changes": booking.changes.select_related("by"),
            "said": log.about(notices.about(booking), request.user, now),
        }

    # What is done

    def act_view(self, request: HttpRequest, pk: int, name: str) -> HttpResponse:
        """One act on one booking: GET asks, POST does."""
        booking = get_object_or_404(self.get_queryset(request), pk=pk)
        act, now = ACTS.get(name), timezone.now()
        if act is None:
            raise Http404
        if act not in acts.open_to(booking, request.user, now):
            return self._not_open(request, booking, act)
        form = act.form(typed(request), booking=booking, user=request.user)
        if request.method == "POST" and not form.is_valid():
            self._hear(request, booking)
        elif request.method == "POST":
            try:
                act.run(booking, form.values(), request.user, now)
            except Refusal as refusal:
                booking.refresh_from_db()
                self._explain(form, refusal, booking, now)
            else:
                messages.success(request, f"{self._said(booking)}: {act.done}.")
                return back.or_else(request, redirect("admin:bookings_booking_change", pk), on=booking.session_on)
        return self._page(
            request,
            "act",
            {"form": form, "booking": booking, "act": act, "title": f"{act.label}: {self._said(booking)}"},
        )

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """A booking that staff make for a client, through the same verb as the client's own."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = NewBookingForm(typed(request), user=request.user, initial=request.GET.dict())
        if request.method == "POST" and form.is_valid():
            said, now = form.cleaned_data, timezone.now()
            wish = Wish(said["client"], said["length"], said["starts_at"], said["therapist"])
            try:
                booking = lifecycle.book(
                    wish, by=request.user, now=now, via=Way.STAFF, override=said["override"], why=said["why"]
                )
            except Refusal as refusal:
                explain(form, refusal, _ask(wish, now), wish)
            else:
                messages.success(request, f"{self._said(booking)}: booked.")
                return redirect("admin:bookings_booking_change", booking.pk)
        return self._page(request, "new", {"form": form, "title": "Book for a client"})

    @admin.action(description="Confirm these requests", permissions=["answer"])
    def confirm_requests(self, request: HttpRequest, queryset: QuerySet[Booking]) -> None:
        self._act_on_each(request, queryset, ACTS["approve"])

    @admin.action(description="Mark as taken place", permissions=["act"])
    def mark_as_held(self, request: HttpRequest, queryset: QuerySet[Booking]) -> None:
        self._act_on_each(request, queryset, ACTS["complete"])

    def _act_on_each(self, request: HttpRequest, queryset: QuerySet[Booking], act: Act) -> None:
        """Each by itself; those that cannot be are named, with the reason."""
        now, done = timezone.now(), 0
        for booking in queryset:
            try:
                if not may_change(booking, request.user):
                    raise Refusal("This is another therapist's booking.")
                act.run(booking, {}, request.user, now)
                done += 1
            except Refusal as refusal:
                messages.error(request, f"{self._said(booking)}: {' '.join(lacking.of(refusal))}")
        if done:
            messages.success(request, f"{done} {act.done}.")

    def _not_open(self, request: HttpRequest, booking: Booking, act: Act) -> HttpResponse:
        """Somebody was faster, or it is not theirs to do: said on the booking's own page."""
        self._hear(request, booking)
        messages.error(request, f"“{act.label}” is not possible for this booking as it is now, or not yours to do.")
        return redirect("admin:bookings_booking_change", booking.pk)

    def _hear(self, request: HttpRequest, booking: Booking) -> None:
        """A word typed with the end of a session is heard even where the session is not ended by it."""
        if word := request.POST.get("word", ""):
            with suppress(NotGiven):
                visits.hear(booking, by=request.user, word=word, now=timezone.now())

    def _page(self, request: HttpRequest, template: str, shown: dict[str, Any]) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "media": self.media + shown["form"].media,
            **shown,
        }
        return render(request, f"admin/bookings/booking/{template}.html", context)

    def _explain(self, form: forms.Form, refusal: Refusal, booking: Booking, now: dt.datetime) -> None:
        said = form.cleaned_data
        if "starts_at" not in said:
            form.add_error(None, lacking.of(refusal))
            return
        ask = Ask(Practice.objects.current(), booking.session_type, booking.minutes, now, moving=booking)
        explain(form, refusal, ask, Wish(booking.client, None, said["starts_at"], said["therapist"]))

    @staticmethod
    def _said(booking: Booking) -> str:
        return f"{booking.client}, {clock(booking.starts_at)}"


def typed(request: HttpRequest) -> Any:
    """What was sent; a POST with nothing in it is still one."""
    return request.POST if request.method == "POST" else None


def _ask(wish: Wish, now: dt.datetime) -> Ask:
    return Ask(Practice.objects.current(), wish.session_type, wish.length.minutes, now)


def explain(form: forms.Form, refusal: Refusal, ask: Ask, wish: Wish) -> None:
    """Adds why the start cannot be had, every reason, whether it can be set aside, and the free starts nearest to it."""
    why = why_not.of(refusal, ask, wish.therapist, wish.starts_at)
    form.add_error(None, why.sentences)
    if why.may_override:
        form.add_error(None, "You can book it all the same, with a reason.")
    if why.near:
        form.add_error(None, "Free near it: " + "; ".join(clock(start) for start in why.near) + ".")
