"""Reminds a therapist, once a day and numbered, of sessions whose note is not signed a day after they ended.

Planned here, said here, and no longer wanted once all is signed. It names no client and nothing that happened.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from accounts.models import Role, User
from bookings.models import Booking
from care import unsigned
from outbox import planning, registry
from outbox.models import Message, State
from outbox.parts import Box, Button, Context
from outbox.registry import Said
from outbox.wording import write
from practice import walltime, words
from practice.models import Practice

UNSIGNED = "notes_unsigned"
AT = 9 * 60
"""Minutes of the practice's day at which it goes out."""
LAST_AT = 20 * 60
"""Later than this it waits for the next morning."""
MOST = 20
"""So many sessions are named; of more, only how many."""
PLACEHOLDERS = {
    "number": "the number of the reminder",
    "count": "how many notes, like “two notes”",
    "sessions": "the sessions by day and time, without any name",
    "button": "the link to the practice's side",
}
SAMPLE = ("Thursday 4 June 2026, 10:00", "Thursday 4 June 2026, 14:00")


def register() -> None:
    registry.register(
        UNSIGNED,
        still_wanted,
        say,
        title="Notes to sign",
        group="staff",
        placeholders=PLACEHOLDERS,
        sample=lambda channel: _context(1, len(SAMPLE), SAMPLE),
        needs=("count",),
    )


@transaction.atomic
def plan(now: dt.datetime) -> None:
    """One message for each therapist and day; by the practice's day, never at night."""
    practice = Practice.objects.current()
    today = walltime.local_date(now, practice.zone)
    due_at, until = (walltime.instant(today, minutes, practice.zone) for minutes in (AT, LAST_AT))
    if not due_at <= now < until:
        return
    people = User.objects.filter(role__in=(Role.THERAPIST, Role.OWNER), is_active=True, therapist__isnull=False)
    behind = [user for user in people if unsigned.overdue(user, now).exists()]
    planning.plan_once([_message(user, today, due_at, until, now) for user in behind])


def _message(user: User, today: dt.date, due_at: dt.datetime, until: dt.datetime, now: dt.datetime) -> Message:
    made = planning.draft(
        UNSIGNED,
        recipient=user.email,
        whom=f"user:{user.pk}",
        about=f"notes:{user.pk}",
        key=f"{UNSIGNED}:{user.pk}:{today}",
        due_at=due_at,
        expires_at=until,
        now=now,
    )
    made.user_id = user.pk
    return made


def still_wanted(message: Message, now: dt.datetime) -> bool:
    user = message.user
    return user is not None and user.is_active and unsigned.overdue(user, now).exists()


def say(message: Message, now: dt.datetime) -> Said:
    if message.user is None:
        raise ValueError("The therapist is gone.")
    practice = Practice.objects.current()
    found = list(unsigned.overdue(message.user, now))
    lines = [words.moment(each.starts_at, practice.zone) for each in found[:MOST]]
    return write(message, _context(number_of(message, found), len(found), lines), practice)


def number_of(message: Message, found: Sequence[Booking]) -> int:
    """The reminders that went out since the oldest of these sessions ended, and this one."""
    if not found:
        return 1
    since = unsigned.ended_at(found[0])
    earlier = Message.objects.filter(kind=UNSIGNED, about=message.about, state=State.SENT, due_at__gte=since)
    return earlier.filter(due_at__lt=message.due_at).count() + 1


def _context(number: int, count: int, lines: Sequence[str]) -> Context:
    more = [f"and {count - len(lines)} more"] if count > len(lines) else []
    return {
        "number": str(number),
        "count": f"{words.small(count)} {'note' if count == 1 else 'notes'}",
        "sessions": Box((*lines, *more)),
        "button": Button("Write the notes", settings.SITE_URL + reverse("admin:care_sessionnote_changelist")),
    }
