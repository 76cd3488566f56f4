"""What was said to whom, when, and what became of it: the list, one message, and sending one again. Messages follow from
what happens; none is written here."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from outbox import editing, log, registry, sight
from outbox.errors import NotSent
from outbox.models import OPEN, Message, State
from practice.admin_site import ReadOnlyAdmin, clock


class PlainFilter(admin.SimpleListFilter):
    """Choices with the first of them chosen where nothing else is."""

    CHOICES: dict[str | None, str]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(key, label) for key, label in self.CHOICES.items() if key]

    def choices(self, changelist: Any) -> Any:
        for key, label in self.CHOICES.items():
            changed = {self.parameter_name: key} if key else {}
            query = changelist.get_query_string(changed, [] if key else [self.parameter_name])
            yield {"selected": self.value() == key, "query_string": query, "display": label}


class BecameFilter(PlainFilter):
    title = "what became of it"
    parameter_name = "became"
    CHOICES = {
        None: "all",
        "trouble": "did not arrive",
        "sent": "sent",
        "waiting": "waiting",
        "not": "not needed, or too late",
    }  # fmt: skip

    def queryset(self, request: HttpRequest, queryset: QuerySet[Message]) -> QuerySet[Message]:
        states: dict[str | None, list[str]] = {
            "trouble": [State.FAILED, State.BOUNCED, State.RETRYING],
            "sent": [State.SENT],
            "waiting": list(OPEN),
            "not": [State.CANCELLED, State.EXPIRED],
        }
        return queryset.filter(state__in=states[self.value()]) if self.value() in states else queryset


class WhenFilter(PlainFilter):
    """The last month and what is to come, unless something else is asked for."""

    title = "when"
    parameter_name = "when"
    CHOICES = {None: "since a month ago", "day": "the last 24 hours", "week": "the last seven days", "all": "all"}

    def queryset(self, request: HttpRequest, queryset: QuerySet[Message]) -> QuerySet[Message]:
        now, days = timezone.now(), {"day": 1, "week": 7}
        if self.value() == "all" or request.GET.get("q"):
            return queryset
        if self.value() in days:
            return queryset.filter(due_at__range=(now - dt.timedelta(days=days[self.value() or ""]), now))
        return queryset.filter(due_at__gte=now - dt.timedelta(days=31))


class GroupFilter(admin.SimpleListFilter):
    title = "what it is about"
    parameter_name = "about_group"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(registry.GROUPS.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Message]) -> QuerySet[Message]:
        if self.value() not in registry.GROUPS:
            return queryset
        return queryset.filter(kind__in=[kind.name for kind in registry.kinds() if kind.group == self.value()])


class WithNames(ChangeList):
    """Asks for the whole page at once how those are called whom the messages reached."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = list(self.result_list)
        name_them(self.result_list, request)


def name_them(found: list[Message], request: HttpRequest) -> None:
    names = {name for message in found for name in (message.whom, message.about)}
    known = sight.who(names, request.user, timezone.now())
    for message in found:
        message.known = known  # type: ignore[attr-defined]


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    list_display = ["when", "what", "to", "way", "outcome"]
    list_filter = [BecameFilter, WhenFilter, GroupFilter, "channel"]
    search_fields = ["recipient"]
    ordering = ["-due_at", "-pk"]
    show_full_result_count = False
    change_form_template = "admin/outbox/message.html"
    change_list_template = "admin/outbox/messages.html"
    fieldsets = [
        (None, {"fields": ["what", "to", "way", "outcome", ("when", "expires"), "tries", "about_what"]}),
    ]

    def get_urls(self) -> list[Any]:
        again = self.admin_site.admin_view(self.again)
        return [path("<int:pk>/again/", again, name="outbox_message_again"), *super().get_urls()]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return WithNames

    def get_queryset(self, request: HttpRequest) -> QuerySet[Message]:
        return log.for_user(request.user, timezone.now()).select_related("user")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return super().changelist_view(request, {"title": "Messages"} | (extra_context or {}))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Message], search_term: str
    ) -> tuple[QuerySet[Message], bool]:
        """All that is to, or about, somebody who is called so; ?of=client:17 gives those of one."""
        found = Q()
        for word in search_term.split():
            found &= sight.about_word(word, request.user, timezone.now())
        return queryset.filter(found), False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """The links from a client's and a booking's own page."""
        return lookup in ("whom", "about") or super().lookup_allowed(lookup, value, request)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        message = self.get_object(request, object_id)
        shown: dict[str, Any] = {"title": "Message"}
        if message is not None:
            shown |= {
                "subtitle": registry.title_of(message.kind),
                "may_read": log.may_read(request.user, message),
                "may_send": self.may_send(request),
                "text_days": 90,
            }
        return super().change_view(request, object_id, form_url, (extra_context or {}) | shown)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Message | None:
        message = super().get_object(request, object_id, from_field)
        if message is not None:
            name_them([message], request)
        return message

    def may_send(self, request: HttpRequest) -> bool:
        return request.user.has_perm("outbox.resend_message")

    def again(self, request: HttpRequest, pk: int) -> HttpResponse:
        """GET asks, or says why not; POST plans a new one."""
        message = self.get_object(request, str(pk))
        if message is None:
            raise Http404
        if not self.may_send(request):
            raise PermissionDenied
        now, number = timezone.now(), request.POST.get("number", "")
        try:
            if request.method == "POST" and number.isdecimal() and len(number) < 5:
                again = editing.send_again(message, number=int(number), by=request.user, now=now)
                messages.success(request, f"It is on its way to {again.recipient}.")
                return redirect("admin:outbox_message_change", again.pk)
            editing.refuse_again(message, now)
        except NotSent as reason:
            messages.error(request, str(reason))
            return redirect("admin:outbox_message_change", pk)
        kind = registry.kind_of(message)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"Send again: {kind.title}",
            "message": message,
            "what": kind.title,
            "where": kind.address(message),
            "number": editing.next_copy(message),
        }
        return render(request, "admin/outbox/again.html", context)

    @admin.display(description="when", ordering="due_at")
    def when(self, message: Message) -> str:
        return clock(log.became_at(message))

    @admin.display(description="message", ordering="kind")
    def what(self, message: Message) -> str:
        return registry.title_of(message.kind)

    @admin.display(description="to", ordering="recipient")
    def to(self, message: Message) -> SafeString | str:
        known = message.known.get(message.whom)  # type: ignore[attr-defined]
        address = message.recipient or "no address"
        name = known.label if known else str(message.user or "")
        return f"{name}, {address}" if name and name != address else address

    @admin.display(description="by", ordering="channel")
    def way(self, message: Message) -> str:
        return message.get_channel_display()

    @admin.display(description="what became of it", ordering="state")
    def outcome(self, message: Message) -> str:
        said = log.became(message)
        return said[:1].upper() + said[1:]

    @admin.display(description="of no use after")
    def expires(self, message: Message) -> str:
        return clock(message.expires_at)

    @admin.display(description="attempts")
    def tries(self, message: Message) -> int:
        return message.attempts

    @admin.display(description="about")
    def about_what(self, message: Message) -> SafeString | str:
        known = message.known.get(message.about) or message.known.get(message.whom)  # type: ignore[attr-defined]
        return format_html('<a href="{}">{}</a>', reverse(known.page, args=[known.pk]), known.label) if known else "–"
