"""The therapist's list for tomorrow: planned here each evening, said here. Initials unless the therapist wants names."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

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


def _about(message: Message) -> tuple[Therapist | None, dt.date]:
    _, pk, day = message.about.split(":")
    return Therapist.objects.filter(pk=pk).first(), dt.date.fromisoformat(day)


def still_wanted(message: Message, now: dt.datetime) -> bool:
    """By somebody who still works here and wants it; on the eve of a day that has become empty, by who always does."""
    therapist, day = _about(message)
    if therapist is None or not (message.user and message.user.is_active and message.user.is_staff):
        return False
    if therapist.user_id != message.user_id or therapist.evening_list == EveningList.NEVER:
        return False
    return therapist.evening_list == EveningList.ALWAYS or _sessions(day).filter(therapist=therapist).exists()


def say(message: Message, now: dt.datetime) -> Said:
    therapist, day = _about(message)
    if therapist is None:
        raise ValueError("The therapist is gone.")
    practice = Practice.objects.current()
    found = _sessions(day).filter(therapist=therapist).select_related("client", "session_type", "room")
    lines = [_line(each, practice, with_name=therapist.evening_names) for each in found]
    return write(message, _context(day, lines), practice)


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
