"""The conversations as the therapist has them: what waits for an answer, one thread, and the words that are kept ready."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from care import conversations
from care.admin.page import CareAdmin, typed
from care.forms import ReplyForm
from care.models import CannedReply, Conversation, ConversationState, Line, WatchedWord
from practice.admin_site import OfficeAdmin, clock

DONE = {
    "reply": "Your answer is on its way.",
    "decline": "Declined, in the words you chose.",
    "close": "The conversation is closed.",
    "reopen": "The conversation is open again.",
}


@admin.register(Conversation)
class ConversationAdmin(CareAdmin):
    reads = "messages"
    template = "conversation"
    list_display = ["client", "therapist", "state", "last_written", "waits", "is_marked"]
    list_select_related = ["client", "therapist"]
    list_filter = ["state"]
    search_fields = ["client__name"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Conversation]:
        """A therapist's own threads, whether or not they have treated the client yet; the owner's, all."""
        last = Line.objects.filter(conversation=OuterRef("pk")).order_by("-at", "-pk")
        marked = Line.objects.filter(conversation=OuterRef("pk"), is_marked=True)
        found = Conversation.objects.for_user(request.user).select_related("client", "therapist__user")
        return found.annotate(
            last_at=Subquery(last.values("at")[:1]),
            last_is_clients=Subquery(last.values("is_clients")[:1]),
            has_mark=Exists(marked),
        ).order_by("-last_at", "-pk")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        conversation = self.found(request, object_id)
        form = ReplyForm(typed(request))
        if request.method == "POST":
            self.demand(request, "change")
            if form.is_valid() and self._act(request, conversation, form):
                return self.to_row(conversation)
            conversation.refresh_from_db()
        self.note(request, conversation.client, is_theirs=conversation.therapist.user_id == request.user.pk)
        shown = {
            "conversation": conversation,
            "lines": conversation.lines.select_related("conversation", "by"),
            "is_open": conversation.state == ConversationState.OPEN,
        }
        return self.page(request, title=f"Conversation: {conversation}", form=form, **shown)

    def _act(self, request: HttpRequest, conversation: Conversation, form: ReplyForm) -> bool:
        name = next((each for each in DONE if each in request.POST), "reply")
        said, by, now = form.text(), request.user, timezone.now()
        acts = {
            "reply": lambda: conversations.reply(conversation, said, by=by, now=now),
            "decline": lambda: conversations.decline(conversation, said, by=by, now=now),
            "close": lambda: conversations.close(conversation, by=by, now=now),
            "reopen": lambda: conversations.reopen(conversation, by=by, now=now),
        }
        return self.attempt(request, form, acts[name], DONE[name])

    @admin.display(description="last written", ordering="last_at")
    def last_written(self, conversation: Any) -> str:
        return clock(conversation.last_at)

    @admin.display(description="waits for an answer", boolean=True)
    def waits(self, conversation: Any) -> bool:
        return bool(conversation.last_is_clients) and conversation.state == ConversationState.OPEN

    @admin.display(description="has a word of the list", boolean=True)
    def is_marked(self, conversation: Any) -> bool:
        return conversation.has_mark


@admin.register(CannedReply)
class CannedReplyAdmin(OfficeAdmin):
    list_display = ["title", "order"]


@admin.register(WatchedWord)
class WatchedWordAdmin(OfficeAdmin):
    list_display = ["word"]
