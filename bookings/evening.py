"""The therapist's list for tomorrow: planned here each evening, said here. Initials unless the therapist wants names."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from bookings.models import Booking, EveningList, Status, Therapist
from outbox import planning, registry
from outbox.models import Message
from outbox.parts import Box, Button, Context
from outbox.registry import Said
from outbox.wording import write
from practice import walltime, words
from practice.models import Practice

EVENING_LIST = "evening_list"
AT = 18 * 60
"""Minutes of the practice's day at which it goes out."""
SOON = dt.timedelta(hours=1)
PLACEHOLDERS = {
    "day": "the day it is about",
    "count": "how many sessions, like “two sessions”",
    "sessions": "the sessions, one a line",
    "button": "the link to the practice's side",
}
SAMPLE = ("10:00 to 11:00, Session, R. V., Garden room", "12:00 to 14:00, Session, S. F., Garden room")


def register() -> None:
    registry.register(
        EVENING_LIST,
        still_wanted,
        say,
        title="Tomorrow's sessions",
        group="staff",
        placeholders=PLACEHOLDERS,
        sample=lambda channel: _context(dt.date(2026, 6, 4), SAMPLE),
        needs=("sessions",),
        load=load,
    )


def plan(practice: Practice, now: dt.datetime) -> None:
    """One message for each therapist and day; nothing on the eve of an empty day unless they want it."""
    today = walltime.local_date(now, practice.zone)
    due_at = walltime.instant(today, AT, practice.zone)
    midnight = walltime.instant(today, walltime.MIDNIGHT, practice.zone)
    if not due_at - SOON <= now < midnight:
        return
    tomorrow = today + dt.timedelta(days=1)
    full = set(_sessions(tomorrow).values_list("therapist_id", flat=True))
    told = Therapist.objects.filter(user__is_active=True).exclude(evening_list=EveningList.NEVER).select_related("user")
    wanting = [each for each in told if each.evening_list == EveningList.ALWAYS or each.pk in full]
    planning.plan_once([_message(each, tomorrow, due_at, midnight, now) for each in wanting])


def _message(
    therapist: Therapist, day: dt.date, due_at: dt.datetime, expires_at: dt.datetime, now: dt.datetime
) -> Message:
    made = planning.draft(
        EVENING_LIST,
        recipient=therapist.user.email if therapist.user else "",
        whom=f"user:{therapist.user_id}",
        about=f"evening:{therapist.pk}:{day}",
        key=f"therapist:{therapist.pk}:{EVENING_LIST}:{day}",
        due_at=due_at,
        expires_at=expires_at,
        now=now,
    )
    made.user_id = therapist.user_id
    return made


def _sessions(day: dt.date) -> QuerySet[Booking]:
    return Booking.objects.filter(session_on=day, status=Status.CONFIRMED)


class _Evening(NamedTuple):
    therapist: Therapist
    day: dt.date
    sessions: list[Booking]


def load(messages: Sequence[Message]) -> None:
    """Therapists and sessions of a whole batch."""
    about = {message.pk: _about(message) for message in messages}
    therapists = Therapist.objects.in_bulk({pk for pk, _ in about.values()})
    found: dict[tuple[int, dt.date], list[Booking]] = {}
    coming = Booking.objects.filter(therapist__in=therapists, session_on__in={day for _, day in about.values()})
    for each in coming.filter(status=Status.CONFIRMED).select_related("client", "session_type", "room"):
        found.setdefault((each.therapist_id, each.session_on), []).append(each)
    for message in messages:
        pk, day = about[message.pk]
        if pk in therapists:
            message.loaded = _Evening(therapists[pk], day, found.get((pk, day), []))


def _about(message: Message) -> tuple[int, dt.date]:
    _, pk, day = message.about.split(":")
    return int(pk), dt.date.fromisoformat(day)


def _of(message: Message) -> _Evening | None:
    if message.loaded is None:
        load([message])
    found: _Evening | None = message.loaded
    return found


def still_wanted(message: Message, now: dt.datetime) -> bool:
    """By somebody who still works here and wants it; on the eve of a day that has become empty, by who always does."""
    evening = _of(message)
    if evening is None or not (message.user and message.user.is_active and message.user.is_staff):
        return False
    wish = evening.therapist.evening_list
    if evening.therapist.user_id != message.user_id or wish == EveningList.NEVER:
        return False
    return wish == EveningList.ALWAYS or bool(evening.sessions)


def say(message: Message, now: dt.datetime) -> Said:
    evening = _of(message)
    if evening is None:
        raise ValueError("The therapist is gone.")
    practice, with_name = Practice.objects.current(), evening.therapist.evening_names
    lines = [_line(each, practice, with_name=with_name) for each in evening.sessions]
    return write(message, _context(evening.day, lines), practice)


def _line(booking: Booking, practice: Practice, *, with_name: bool) -> str:
    times = words.hours(booking.starts_at, booking.ends_at, practice.zone)
    name = booking.client.name if with_name else words.initials(booking.client.name)
    room = [booking.room.name] if booking.room else []
    said = [gettext("said they will come")] if booking.coming_said_at else []
    return ", ".join([times, booking.session_type.name_outside, name, *room, *said])


def _context(day: dt.date, lines: Iterable[str]) -> Context:
    shown = tuple(lines)
    number = len(shown)
    return {
        "day": words.weekday(day),
        "count": ngettext("%(number)s session", "%(number)s sessions", number) % {"number": words.small(number)},
        "sessions": Box(shown or (gettext("Nothing is booked."),)),
        "button": Button(gettext("See the day"), settings.SITE_URL + reverse("admin:index")),
    }
