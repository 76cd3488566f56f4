"""What the mails about a conversation say: that a message is waiting, and where. Only reads; planned by `notices`."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext

from care import notices
from care.models import Conversation
from clients import reach
from outbox import registry
from outbox.models import Channel, Message
from outbox.parts import Button, Context
from outbox.registry import Said
from outbox.wording import write
from practice.models import Practice


def register() -> None:
    registry.register(
        notices.TO_CLIENT,
        still_wanted,
        say,
        title="A message is waiting",
        group="message",
        placeholders={"client": "the client's name", "button": "the link to the message"},
        sample=lambda channel: {"client": "Robin Vale", "button": Button(gettext("Read it"), settings.SITE_URL + "/")},
        needs=("button",),
        in_sms=("client",),
        address=address,
    )
    registry.register(
        notices.TO_THERAPIST,
        still_wanted,
        say,
        title="A client has written",
        group="staff",
        placeholders={"button": "the link to the message"},
        sample=lambda channel: {"button": Button(gettext("Read it"), settings.SITE_URL + "/")},
        needs=("button",),
        address=address,
    )


def conversation_of(message: Message) -> Conversation | None:
    pk = message.about.removeprefix("conversation:")
    return Conversation.objects.select_related("client", "therapist").filter(pk=pk).first()


def still_wanted(message: Message, now: dt.datetime) -> bool:
    """While the last word is the other side's. Raises NotWanted where the client wants no such message."""
    conversation = conversation_of(message)
    if conversation is None:
        return False
    if message.kind == notices.TO_CLIENT:
        reach.require_wanted(conversation.client, reach.WAITING, message, now)
    last = conversation.lines.order_by("-at", "-pk").values_list("is_clients", flat=True).first()
    return last is (message.kind == notices.TO_THERAPIST)


def say(message: Message, now: dt.datetime) -> Said:
    conversation = conversation_of(message)
    if conversation is None:
        raise ValueError("The conversation is gone.")
    button = Button(gettext("Read it"), settings.SITE_URL + _page(message, conversation))
    context: Context = {"button": button}
    if message.kind == notices.TO_CLIENT:
        context = {"client": conversation.client.name, "button": button}
    return write(message, context, Practice.objects.current())


def address(message: Message) -> str:
    """Where it would go today."""
    conversation = conversation_of(message)
    if conversation is None:
        return ""
    if message.kind == notices.TO_THERAPIST:
        return message.user.email if message.user else ""
    return conversation.client.phone if message.channel == Channel.SMS else conversation.client.email


def _page(message: Message, conversation: Conversation) -> str:
    if message.kind == notices.TO_THERAPIST:
        return reverse("admin:care_conversation_change", args=[conversation.pk])
    return reverse("my_messages_with", args=[conversation.therapist.slug])
