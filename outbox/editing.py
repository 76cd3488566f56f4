"""What people do with messages: word a kind anew or take the shipped words back, have a test sent to themselves, send one
again. The only writer of Wording rows."""

from __future__ import annotations

import datetime as dt
import hashlib

from django.conf import settings
from django.db import transaction

from accounts.models import User
from outbox import planning, registry, wording
from outbox.channels import Refused, sms
from outbox.errors import NoAddress, NoLongerSo, NoNumber, OnItsWay, TooLate
from outbox.models import OPEN, Channel, Message, Wording
from outbox.registry import Kind, NotWanted, NotYet, Said
from outbox.wording import Words
from practice.models import Practice
from vault import ledger

TEST = "wording_test"
KEEP_TRYING = dt.timedelta(hours=1)


def register() -> None:
    registry.register(TEST, still_wanted, say, title="A test", worded=False)


@transaction.atomic
def save(kind: Kind, channel: str, words: Words, *, by: User | None, now: dt.datetime) -> None:
    """These are the practice's words from now on. Who wrote them stands in the ledger, with a sum of what they wrote."""
    Wording.objects.update_or_create(
        kind=kind.name,
        channel=channel,
        language="",
        defaults={"subject": words.subject, "text": words.text, "changed_at": now, "changed_by": by},
    )
    _note("wording.changed", kind, channel, by, now, {"sha256": _sum(words)})


@transaction.atomic
def take_shipped(kind: Kind, channel: str, *, by: User, now: dt.datetime) -> None:
    """Back to the words that ship; nothing happens where they are in use."""
    if Wording.objects.filter(kind=kind.name, channel=channel, language="").delete()[0]:
        _note("wording.taken_back", kind, channel, by, now, {})


def _note(what: str, kind: Kind, channel: str, by: User | None, now: dt.datetime, details: dict[str, str]) -> None:
    ledger.append(
        what,
        actor_id=by.pk if by else None,
        subject="",
        object=f"outbox.wording:{kind.name}:{channel}",
        details=details,
        now=now,
    )


def _sum(words: Words) -> str:
    return hashlib.sha256(f"{words.subject}\n{words.text}".encode()).hexdigest()


def send_test(kind: Kind, *, to: User, now: dt.datetime, number: str = "") -> Message:
    """Plans a letter of this kind, filled in with the sample, to somebody of the practice, or a text message to the number
    they give: a row like any other. Raises NoNumber."""
    channel = Channel.SMS if number else Channel.EMAIL
    message = planning.draft(
        TEST,
        recipient=_number(number) if number else to.email,
        whom=f"user:{to.pk}",
        about=f"wording:{kind.name}",
        key=f"{TEST}:{kind.name}:{channel}:{to.pk}:{now.timestamp():.0f}",
        due_at=now,
        expires_at=now + KEEP_TRYING,
        now=now,
        channel=channel,
    )
    message.user = to
    if not Message.objects.filter(key=message.key).exists():  # the same button twice within a second
        planning.plan([message])
    return message


def still_wanted(message: Message, now: dt.datetime) -> bool:
    return message.user is not None and message.user.is_staff and _tested(message) is not None


def say(message: Message, now: dt.datetime) -> Said:
    kind = _tested(message)
    if kind is None:
        raise ValueError("The kind is gone.")
    words = wording.current(kind, message.channel)
    is_text = message.channel == Channel.SMS
    test = Words("", f"Test: {words.text}") if is_text else Words(f"Test: {words.subject}", words.text)
    return wording.fill_in(test, kind.sample(message.channel), Practice.objects.current(), message.channel)


def _number(typed: str) -> str:
    if not settings.SMS_URL:
        raise NoNumber(sms.NOT_SET_UP)
    try:
        return sms.address(typed)
    except Refused as refused:
        raise NoNumber(refused.words) from None


def _tested(message: Message) -> Kind | None:
    return registry.named(message.about.removeprefix("wording:"))


def refuse_again(message: Message, now: dt.datetime) -> None:
    """Raises one of the family where this message cannot be sent again."""
    if message.state in OPEN:
        raise OnItsWay
    kind = registry.named(message.kind)
    if kind is None or not _is_wanted(kind, message, now):
        raise NoLongerSo
    if message.expires_at <= now:
        raise TooLate
    if not kind.address(message):
        raise NoAddress


def _is_wanted(kind: Kind, message: Message, now: dt.datetime) -> bool:
    try:
        return kind.still_wanted(message, now)
    except NotWanted as unwanted:
        raise NoLongerSo(unwanted.words) from None
    except NotYet:
        return True


@transaction.atomic
def send_again(message: Message, *, number: int, by: User, now: dt.datetime) -> Message:
    """Plans a new row like it, to where it would go today; `number` says which copy is meant, so that a button pressed
    twice makes one. Raises OnItsWay, NoLongerSo, TooLate, NoAddress."""
    key = f"{message.key}:again:{number}"
    known = Message.objects.filter(key=key).first()
    if known is not None:
        return known
    refuse_again(message, now)
    again = planning.draft(
        message.kind,
        recipient=registry.kind_of(message).address(message),
        whom=message.whom,
        about=message.about,
        key=key,
        due_at=now,
        expires_at=message.expires_at,
        now=now,
        channel=message.channel,
    )
    again.user_id, again.version = message.user_id, message.version
    planning.plan([again])
    ledger.append(
        "message.sent_again", actor_id=by.pk, subject="", object=f"outbox.message:{message.pk}", details={}, now=now
    )
    return again


def next_copy(message: Message) -> int:
    same = Message.objects.filter(
        about=message.about
    )  # few, and found by an index, which the beginning of a key is not
    return same.filter(key__startswith=f"{message.key}:again:").count() + 1
