"""Working alone: whom one names to be told, tried out on this page, and the sessions that were covered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from bookings.errors import NotGiven
from bookings.models import Therapist
from care import cover, named, standing
from care.admin.page import typed
from care.models import Cover, NamedPerson
from care.naming import CodeForm, NamedForm, WordForm
from outbox import health
from outbox.models import Channel, Message
from practice.admin_site import ReadOnlyAdmin, clock
from practice.errors import Refusal

HERE = "admin:care_namedperson_changelist"
SENT = "A test is on its way. Once it is answered, this page says so."


class Page(ReadOnlyAdmin):
    def page(self, request: HttpRequest, template: str, **shown: Any) -> HttpResponse:
        context = {**self.admin_site.each_context(request), "opts": self.opts, "media": self.media, **shown}
        return render(request, f"admin/care/{template}.html", context)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        raise Http404


@admin.register(NamedPerson)
class NamedPersonAdmin(Page):
    """One page, one's own: nobody sees whom somebody else named."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[NamedPerson]:
        return NamedPerson.objects.filter(user=request.user)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if self.get_object(request, object_id) is None:
            raise Http404
        return redirect(HERE)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        person = self.get_queryset(request).select_related("user").first()
        if request.method == "POST" and "save" not in request.POST:
            return self._act(request, person)
        form = NamedForm(typed(request), person=person)
        if request.method == "POST" and form.is_valid():
            try:
                named.save(form.named(), by=request.user, now=timezone.now())
            except Refusal as refusal:
                form.add_error(getattr(refusal, "field", None), str(refusal))
            else:
                messages.success(request, "Saved. What was not tested yet has to be tested before it counts.")
                return redirect(HERE)
        return self._shown(request, person, form)

    def _act(self, request: HttpRequest, person: NamedPerson | None) -> HttpResponse:
        """One of the buttons beside the form."""
        do = next((name for name in ACTS if name in request.POST), "")
        if person is None or not do:
            return redirect(HERE)
        try:
            said = ACTS[do](person, request)
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, said)
        return redirect(HERE)

    def _shown(self, request: HttpRequest, person: NamedPerson | None, form: NamedForm) -> HttpResponse:
        sent = Message.objects.filter(about=f"named:{person.pk}") if person else Message.objects.none()
        return self.page(
            request,
            "named",
            title="Working alone",
            form=form,
            person=person,
            code_form=CodeForm(),
            tests={str(each.channel): each for each in sent.order_by("created_at", "pk")},
            gives_sessions=Therapist.objects.filter(user=request.user).exists(),
            leaves=health.look(timezone.now()).is_well,
        )


def _send(channel: str) -> Callable[[NamedPerson, HttpRequest], str]:
    def act(person: NamedPerson, request: HttpRequest) -> str:
        named.send_test(person, channel, now=timezone.now())
        return SENT

    return act


def _code(person: NamedPerson, request: HttpRequest) -> str:
    form = CodeForm(request.POST)
    if not form.is_valid():
        raise NotGiven("code", " ".join(form.errors["code"]))
    named.reached_by_text(person, form.cleaned_data["code"], now=timezone.now())
    return f"Text messages reach {person}."


def _forget(person: NamedPerson, request: HttpRequest) -> str:
    named.forget_words(person)
    return "The two words are taken away. A session ends without a word from now on."


def _remove(person: NamedPerson, request: HttpRequest) -> str:
    named.remove(person)
    return "Nobody is named any more, and your sessions are not covered."


ACTS: dict[str, Callable[[NamedPerson, HttpRequest], str]] = {
    "test_email": _send(Channel.EMAIL),
    "test_sms": _send(Channel.SMS),
    "send_code": _code,
    "forget_words": _forget,
    "remove": _remove,
}


@admin.register(Cover)
class CoverAdmin(Page):
    list_display = ["when", "therapist", "person", "how"]
    list_display_links = ["when"]
    list_select_related = ["booking__therapist", "user"]
    ordering = ["-armed_at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Cover]:
        return Cover.objects.for_user(request.user).select_related(*self.list_select_related)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """How it stands; its therapist answers here too."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404
        is_theirs = row.closed_at is None and row.user_id == request.user.pk
        form = WordForm(typed(request), needs_word=cover.needs_word(row)) if is_theirs else None
        if form and request.method == "POST" and form.is_valid():
            act = cover.say_longer if request.POST.get("answer") == "longer" else cover.say_well
            try:
                act(row, word=form.word, now=timezone.now())
            except Refusal as refusal:
                form.add_error("word", str(refusal))
            else:
                messages.success(request, "Thank you, it is noted.")
                return redirect("admin:care_cover_change", row.pk)
        state = standing.state_of(row.booking, timezone.now())
        return self.page(
            request, "cover", title=f"Working alone: {row.booking.therapist}", row=row, state=state, form=form
        )

    @admin.display(description="began", ordering="armed_at")
    def when(self, row: Cover) -> str:
        return clock(row.armed_at)

    @admin.display(description="therapist")
    def therapist(self, row: Cover) -> str:
        return str(row.booking.therapist)

    @admin.display(description="ended")
    def how(self, row: Cover) -> str:
        return clock(row.closed_at) if row.closed_at else "not yet"
