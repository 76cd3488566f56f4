"""What the message says that owners get when a record is opened in need: who did it, and nothing of the record. Only reads."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from clients.models import BreakGlass
from clients.reading import RECORD_OPENED
from outbox import registry
from outbox.models import Message
from outbox.registry import Said
from practice.models import Practice
from practice.words import moment


def register() -> None:
    registry.register(RECORD_OPENED, still_wanted, say)


def _opened(message: Message) -> BreakGlass | None:
    return BreakGlass.objects.select_related("user").filter(pk=message.about.removeprefix("opened:")).first()


def still_wanted(message: Message, now: dt.datetime) -> bool:
    return message.user is not None and message.user.is_owner and _opened(message) is not None


def say(message: Message, now: dt.datetime) -> Said:
    opened, practice = _opened(message), Practice.objects.current()
    if opened is None:
        raise ValueError("The reading is gone.")
    context = {
        "practice": practice,
        "who": opened.user,
        "when": moment(opened.opened_at, practice.zone),
        "until": moment(opened.open_until_at, practice.zone),
        "link": settings.SITE_URL + reverse("admin:clients_breakglass_change", args=[opened.pk]),
    }
    text = render_to_string("emails/record_opened.txt", context)
    return Said(
        subject=" ".join(render_to_string("emails/record_opened.subject.txt", context).split()),
        text=text,
        html=render_to_string("emails/record_opened.html", context),
        kept=text,
    )
