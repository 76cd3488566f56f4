"""What is sent around working alone: planned in the transaction of what causes it, and said here when it goes out.

To the named person goes what was agreed: who, where, until when, which number. Never a word about a client. No night and
no client's choice holds these messages back.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.conf import settings
from django.db.models import QuerySet

from care import links
from care.models import Cover, NamedPerson
from outbox import alarm, planning, registry
from outbox.models import Channel, Message, State
from outbox.parts import Box, Button, Context, Value
from outbox.registry import Said
from outbox.wording import write
from practice import words
from practice.models import Practice

TEST = "cover_test"
ASK = "cover_ask"
TELL = "cover_tell"
CALL = "cover_call"
WELL = "cover_well"
KINDS = (TEST, ASK, TELL, CALL, WELL)

TEST_KEEPS = dt.timedelta(hours=1)
KEEP_TRYING = dt.timedelta(hours=12)
"""Late is better than never, while somebody may still wait."""
ON_ITS_WAY = (State.SENT, State.BOUNCED, State.SENDING)

WHO = {"worker": "the therapist's name", "person": "the name of whoever is told"}
FACTS = {"until": "when the session was to be over", "facts": "a box with who, where, until when and which numbers"}
SAMPLE: dict[str, Value] = {
    "worker": "Mara",
    "person": "Lee",
    "until": "Thursday 4 June 2026, 15:00 (London time)",
    "tell_at": "15:25",
    "code": "204060",
    "facts": Box(("Mara", "To be done by Thursday 4 June 2026, 15:00 (London time)", "1 Mill Lane", "020 7946 0018")),
    "button": Button("See it", settings.SITE_URL + "/"),
}


def register() -> None:
    _one(
        TEST,
        "Working alone: a test to the named person",
        {**WHO, "button": "the link that says it came", "code": "six figures for a text message"},
        ("button",),
        ("worker", "code"),
    )
    ask = {**WHO, "until": FACTS["until"], "tell_at": "when the named person is told", "button": "the link to answer"}
    _one(ASK, "Working alone: is all well?", ask, ("button",), ("person", "until", "tell_at"))
    _one(TELL, "Working alone: no answer", {**WHO, **FACTS}, ("facts",), ("worker", "person", "until"))
    _one(
        CALL,
        "Working alone: help is wanted",
        {**WHO, **FACTS},
        ("facts",),
        ("worker", "person", "until"),
        is_shown=False,
    )
    _one(WELL, "Working alone: all is well after all", WHO, (), ("worker", "person"), is_shown=False)
    alarm.also(not_watched)


def _one(
    kind: str, title: str, placeholders: dict[str, str], needs: tuple[str, ...], in_sms: tuple[str, ...], **more: bool
) -> None:
    registry.register(
        kind,
        still_wanted,
        say,
        title=title,
        group="cover",
        placeholders=placeholders,
        sample=lambda channel: {name: SAMPLE[name] for name in placeholders},
        needs=needs,
        in_sms=in_sms,
        address=lambda message: message.recipient,
        **more,
    )


# Planning


def ways(person: NamedPerson) -> list[tuple[str, str]]:
    """The channels by which a test has reached them, and that can be used."""
    found = [(Channel.EMAIL, person.email)] if person.email and person.email_reached_at else []
    if person.phone and person.phone_reached_at and settings.SMS_URL:
        found.append((Channel.SMS, person.phone))
    return [(str(channel), address) for channel, address in found]


def test(person: NamedPerson, channel: str, now: dt.datetime) -> None:
    """A test by one channel; one that waits is not needed any more."""
    planning.cancel(about_person(person), kinds=[TEST])
    address = person.phone if channel == Channel.SMS else person.email
    key = f"{about_person(person)}:{TEST}:{now.isoformat()}"
    planning.plan([_row(TEST, about_person(person), key, (channel, address), now, now, keeps=TEST_KEEPS)])


def watch(cover: Cover, person: NamedPerson, now: dt.datetime) -> None:
    """Asks the therapist, and then tells the person, unless it is closed or put off before."""
    asked = [planning.to_user(_of(cover, ASK, (Channel.EMAIL, ""), cover.ask_at, now), cover.user)]
    if person.own_phone and settings.SMS_URL:
        asked.append(_of(cover, ASK, (Channel.SMS, person.own_phone), cover.ask_at, now))
    planning.plan([*asked, *(_of(cover, TELL, way, cover.tell_at, now) for way in ways(person))])


def put_off(cover: Cover, now: dt.datetime, *, is_well: bool) -> None:
    """The same to the same, at the cover's new times; who was told already hears that all is well, if it is."""
    if is_well:
        _take_back(cover, now)
    earlier = list(_about(cover).filter(kind__in=(ASK, TELL), version=cover.version - 1))
    planning.cancel(about(cover), kinds=[ASK, TELL])
    due = {ASK: cover.ask_at, TELL: cover.tell_at}
    rows = [_of(cover, each.kind, (each.channel, each.recipient), due[each.kind], now) for each in earlier]
    for row, before in zip(rows, earlier, strict=True):
        row.user_id, row.whom = before.user_id, before.whom
    planning.plan(rows)


def close(cover: Cover, now: dt.datetime, *, is_well: bool) -> None:
    """Nothing is asked or told any more; who was told already hears that all is well, if it is."""
    planning.cancel(about(cover), kinds=[ASK, TELL])
    if is_well:
        _take_back(cover, now)


def _take_back(cover: Cover, now: dt.datetime) -> None:
    told = _about(cover).filter(kind=TELL, state__in=ON_ITS_WAY)
    planning.plan_once([_of(cover, WELL, way, now, now) for way in _addresses(told)])


def call(cover: Cover, now: dt.datetime) -> None:
    """Help is wanted: at once, by each way that a test has reached them."""
    every = _addresses(_about(cover).filter(kind=TELL))
    planning.plan_once([_of(cover, CALL, way, now, now) for way in every])


def about(cover: Cover) -> str:
    return f"cover:{cover.pk}"


def about_person(person: NamedPerson) -> str:
    return f"named:{person.pk}"


def _about(cover: Cover) -> QuerySet[Message]:
    return Message.objects.filter(about=about(cover)).order_by("pk")


def _addresses(rows: QuerySet[Message]) -> list[tuple[str, str]]:
    return list(dict.fromkeys(rows.values_list("channel", "recipient")))


def _of(cover: Cover, kind: str, way: tuple[str, str], due_at: dt.datetime, now: dt.datetime) -> Message:
    key = f"{about(cover)}:{kind}:{cover.version}:{way[0]}:{way[1]}"[:120]
    row = _row(kind, about(cover), key, way, due_at, now)
    row.version = cover.version
    return row


def _row(
    kind: str,
    about: str,
    key: str,
    way: tuple[str, str],
    due_at: dt.datetime,
    now: dt.datetime,
    keeps: dt.timedelta = KEEP_TRYING,
) -> Message:
    channel, address = way
    return planning.draft(
        kind,
        recipient=address,
        whom="",
        about=about,
        key=key,
        due_at=due_at,
        expires_at=due_at + keeps,
        now=now,
        channel=channel,
    )


# Saying


def still_wanted(message: Message, now: dt.datetime) -> bool:
    if message.kind == TEST:
        person = _person(message)
        return person is not None and message.recipient in (person.email, person.phone)
    cover = _cover(message)
    if cover is None:
        return False
    if message.kind in (ASK, TELL):
        return cover.closed_at is None and cover.version == message.version
    if message.kind == WELL:
        return _about(cover).filter(kind=TELL, state__in=ON_ITS_WAY, recipient=message.recipient).exists()
    return True


def say(message: Message, now: dt.datetime) -> Said:
    practice = Practice.objects.current()
    context = _of_test(message) if message.kind == TEST else _of_cover(message, practice)
    promised = registry.kind_of(message).placeholders
    return write(message, {name: context[name] for name in promised}, practice)


def _of_test(message: Message) -> Context:
    person = _person(message)
    if person is None:
        raise ValueError("The named person is gone.")
    button = Button("Yes, this reached me", links.reached(person, message.created_at))
    return {"worker": str(person.user), "person": person.name, "button": button, "code": links.code(person)}


def _of_cover(message: Message, practice: Practice) -> Context:
    cover = _cover(message)
    if cover is None:
        raise ValueError("The cover is gone.")
    worker = cover.booking.therapist.name
    until = f"{words.moment(cover.expected_at, practice.zone)} ({words.zone(practice.timezone)})"
    number = NamedPerson.objects.filter(user=cover.user_id).values_list("own_phone", flat=True).first()
    where = [practice.name, *practice.address.splitlines()]
    numbers = [f"{worker}: {number}"] * bool(number) + [f"{practice.name}: {practice.phone}"] * bool(practice.phone)
    return {
        "worker": worker,
        "person": cover.person,
        "until": until,
        "tell_at": words.time(cover.tell_at, practice.zone),
        "facts": Box((worker, f"To be done by {until}", *where, *numbers)),
        "button": Button("Answer", links.to_answer(cover)),
    }


def _cover(message: Message) -> Cover | None:
    pk = message.about.removeprefix("cover:")
    return Cover.objects.select_related("booking__therapist", "user").filter(pk=pk).first()


def _person(message: Message) -> NamedPerson | None:
    return NamedPerson.objects.select_related("user").filter(pk=message.about.removeprefix("named:")).first()


# When messages stand still


def not_watched(now: dt.datetime) -> Sequence[str]:
    """For the owners, when messages stop leaving: who is relying on them at this moment."""
    practice = Practice.objects.current()
    open_now = Cover.objects.filter(closed_at=None).select_related("booking__therapist", "user__named_person")
    return [_in_short(cover, practice) for cover in open_now]


def _in_short(cover: Cover, practice: Practice) -> str:
    person = getattr(cover.user, "named_person", None)
    number = f" ({person.own_phone})" if person and person.own_phone else ""
    until = words.moment(cover.expected_at, practice.zone)
    return (
        f"{cover.booking.therapist.name}{number} works alone, to be done by {until}, and nobody will be told by a message "
        "if there is no answer. Please call them."
    )
