"""What the message says that owners get when a record is opened in need: who did it, and nothing of the record. Only reads."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext

from clients.models import BreakGlass
from clients.reading import RECORD_OPENED
from outbox import registry
from outbox.models import Message
from outbox.parts import Button, Context
from outbox.registry import Said
from outbox.wording import write
from practice.models import Practice
from practice.words import moment

PLACEHOLDERS = {
    "who": "who opened it",
    "when": "when",
    "until": "until when it stays open to them",
    "button": "the link to the reason",
}
SAMPLE = {"who": "Jonas", "when": "Thursday 4 June 2026, 10:00", "until": "Thursday 4 June 2026, 11:00"}


def register() -> None:
    registry.register(
        RECORD_OPENED,
        still_wanted,
        say,
        title="A record was opened in need",
        group="security",
        placeholders=PLACEHOLDERS,
        sample=lambda channel: SAMPLE | {"button": Button(gettext("Look at the reason"), settings.SITE_URL + "/")},
        needs=("who", "button"),
    )


def _opened(message: Message) -> BreakGlass | None:
    return BreakGlass.objects.select_related("user").filter(pk=message.about.removeprefix("opened:")).first()


def still_wanted(message: Message, now: dt.datetime) -> bool:
    return message.user is not None and message.user.is_owner and _opened(message) is not None


def say(message: Message, now: dt.datetime) -> Said:
    opened, practice = _opened(message), Practice.objects.current()
    if opened is None:
        raise ValueError("The reading is gone.")
    link = settings.SITE_URL + reverse("admin:clients_breakglass_change", args=[opened.pk])
    context: Context = {
        "who": str(opened.user),
        "when": moment(opened.opened_at, practice.zone),
        "until": moment(opened.open_until_at, practice.zone),
        "button": Button(gettext("Look at the reason"), link),
    }
    return write(message, context, practice)
