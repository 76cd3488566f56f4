"""What was said to whom, and whether it arrived. Looked at only: messages follow from what happens."""

from __future__ import annotations

from django.contrib import admin

from outbox.models import Message
from practice.admin_site import ReadOnlyAdmin, clock


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    list_display = ["due", "what", "recipient", "state", "attempts", "sent"]
    list_filter = ["state", "kind"]
    search_fields = ["recipient", "about"]
    ordering = ["-due_at", "-pk"]
    show_full_result_count = False
    fields = [
        "what",
        "recipient",
        "about",
        "due",
        "expires",
        "state",
        "attempts",
        "last_error",
        "sent",
        "subject",
        "text",
    ]

    @admin.display(description="message", ordering="kind")
    def what(self, message: Message) -> str:
        return message.kind.replace("_", " ").capitalize()

    @admin.display(description="due", ordering="due_at")
    def due(self, message: Message) -> str:
        return clock(message.due_at)

    @admin.display(description="not after")
    def expires(self, message: Message) -> str:
        return clock(message.expires_at)

    @admin.display(description="sent", ordering="sent_at")
    def sent(self, message: Message) -> str:
        return clock(message.sent_at)
