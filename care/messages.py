"""What the mails about a conversation say: that a message is waiting, and where. Only reads; planned by `notices`."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from care import notices
from care.models import Conversation
from outbox import registry
from outbox.models import Message
from outbox.registry import Said
from practice.models import Practice


def register() -> None:
    for kind in notices.KINDS:
        registry.register(kind, still_wanted, say)


def conversation_of(message: Message) -> Conversation | None:
    pk = message.about.removeprefix("conversation:")
    return Conversation.objects.select_related("client", "therapist").filter(pk=pk).first()


def still_wanted(message: Message, now: dt.datetime) -> bool:
    """While the last word is the other side's."""
    conversation = conversation_of(message)
    last = conversation and conversation.lines.order_by("-at", "-pk").values_list("is_clients", flat=True).first()
    return last is (message.kind == notices.TO_THERAPIST)


def say(message: Message, now: dt.datetime) -> Said:
    conversation = conversation_of(message)
    if conversation is None:
        raise ValueError("The conversation is gone.")
    context = {
        "practice": Practice.objects.current(),
        "conversation": conversation,
        "to_therapist": message.kind == notices.TO_THERAPIST,
        "link": settings.SITE_URL + _page(message, conversation),
    }
    subject = " ".join(render_to_string("emails/message_waiting.subject.txt", context).split())
    text = render_to_string("emails/message_waiting.txt", context)
    return Said(subject=subject, text=text, html=render_to_string("emails/message_waiting.html", context), kept=text)


def _page(message: Message, conversation: Conversation) -> str:
    if message.kind == notices.TO_THERAPIST:
        return reverse("admin:care_conversation_change", args=[conversation.pk])
    return reverse("my_messages_with", args=[conversation.therapist.slug])
