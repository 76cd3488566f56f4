"""Plans what comes due by the calendar and not by a change: forms still missing or running out, the evening list; and keeps
reminders as settings, addresses and clients' choices have them.

Asked every few minutes; whatever is planned has a unique key, so that nothing is planned twice, and what should have gone
out too long ago is not planned any more.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence

from django.db import transaction
from django.db.models import QuerySet

from bookings import evening, journey, kinds, notices, quiet, renewals
from bookings.models import Booking, SessionType, Status
from clients import reach
from clients.models import Client
from outbox import planning
from outbox.models import Message, State
from practice import spans, walltime
from practice.models import Practice

SOON = dt.timedelta(hours=1)
"""So long before it is due, a message is planned."""
STILL_WORTH = dt.timedelta(hours=12)
"""After a standstill, what was due longer ago than this is left."""
FORMS_BEFORE = (dt.timedelta(days=3), dt.timedelta(days=1))
OTHERWISE = "It is planned otherwise now."


def plan(now: dt.datetime) -> None:
    """Everything at once, each part in its own transaction."""
    practice = Practice.objects.current()
    for part in (keep_reminders, forms_missing, renewals.plan, evening.plan):
        with transaction.atomic():
            part(practice, now)


# Reminders as they should be


def keep_reminders(practice: Practice, now: dt.datetime) -> None:
    """Of the sessions of the next days, where a setting, an address or a choice has changed since they were planned."""
    texts = [practice.reminders, *SessionType.objects.exclude(reminders="").values_list("reminders", flat=True)]
    longest = max((span for text in texts for span in spans.several(text)), default=dt.timedelta(0))
    soon = _confirmed(now, now + longest + dt.timedelta(days=2))
    for batch in _batches(soon.values_list("pk", flat=True)):
        put_right(Booking.objects.filter(pk__in=batch).select_related("client", "session_type"), practice, now)


def follow_choices(client: Client, *, practice: Practice, now: dt.datetime) -> None:
    """After the client chose anew, in the same transaction: what is planned for their sessions to come follows."""
    coming = Booking.objects.filter(client=client, status=Status.CONFIRMED, checked_in_at=None, starts_at__gt=now)
    put_right(coming.select_related("client", "session_type"), practice, now)
    _redirect(client)


def _redirect(client: Client) -> None:
    """What waits to tell how a booking stands goes a way that is still open; a change is told in one way at least."""
    waiting = Message.objects.filter(
        whom=f"client:{client.pk}", kind__in=kinds.STANDING, state__in=(State.PLANNED, State.RETRYING), attempts=0
    )
    taken = {(row.about, row.kind, row.channel) for row in waiting}
    for row in waiting:
        ways = reach.ways_in_time(client, reach.BOOKING, row)
        if (row.channel, row.recipient) in ways:
            continue
        others = [way for way in ways if way.channel == row.channel or (row.about, row.kind, way.channel) not in taken]
        if others and others[0].address:
            _change(row, channel=others[0].channel, recipient=others[0].address)


def put_right(bookings: Iterable[Booking], practice: Practice, now: dt.datetime) -> None:
    """The reminders that are still to come are those that would be planned now for a booking that stood as it stands when
    they were planned; what was sent stays sent."""
    about = {notices.about(each): each for each in bookings}
    here = _planned(about)
    since = {of: min(row.created_at for row in rows) for of, rows in here.items()}
    found = [row for of, each in about.items() for row in notices.reminders_of(each, practice, since.get(of, now))]
    wanted = {row.key: row for row in found if row.due_at > now}
    known = {row.key: row for rows in here.values() for row in rows}
    for key, row in known.items():
        if key in wanted:
            _renew(row, wanted[key])
        elif row.state == State.PLANNED and row.due_at > now:
            refused = about[row.about].client.contact_refused_at is not None
            _change(row, state=State.CANCELLED, last_error=reach.REFUSED if refused else OTHERWISE)
    planning.plan_once([row for key, row in wanted.items() if key not in known])


def _planned(about: Mapping[str, Booking]) -> dict[str, list[Message]]:
    """The reminders of the bookings as they stand now, by what they are about."""
    found: dict[str, list[Message]] = {}
    for row in Message.objects.filter(about__in=about, kind=kinds.REMINDER):
        if row.version == about[row.about].version:
            found.setdefault(row.about, []).append(row)
    return found


def _renew(row: Message, anew: Message) -> None:
    """Only what has not been tried: a channel chosen again, another address, another moment."""
    fields = {name: getattr(anew, name) for name in ("recipient", "due_at", "expires_at", "state")}
    untried = row.attempts == 0 and row.state in (State.PLANNED, State.CANCELLED)
    if untried and any(getattr(row, name) != value for name, value in fields.items()):
        _change(row, **fields, last_error="")


def _change(row: Message, **fields: object) -> None:
    """Only as it was read: a worker may have taken it meanwhile."""
    Message.objects.filter(pk=row.pk, state=row.state, attempts=row.attempts).update(**fields)


# Forms


def forms_missing(practice: Practice, now: dt.datetime) -> None:
    """Three days and one day before a session, as long as something is left for the client to fill in."""
    today = walltime.local_date(now, practice.zone)
    for booking, key, due_at in _to_ask(practice, now):
        if journey.to_fill_in(booking.client, booking.session_type, today):
            planning.plan_once(notices.to_somebody(booking, kinds.FORMS_MISSING, due_at, now, key=key))


def _to_ask(practice: Practice, now: dt.datetime) -> Iterator[tuple[Booking, str, dt.datetime]]:
    """Whose time has come, and who has not been asked yet."""
    coming = _confirmed(now, now + max(FORMS_BEFORE) + SOON)
    asked = [
        (booking, f"{notices.about(booking)}:{kinds.FORMS_MISSING}:{booking.starts_at:%Y%m%d%H%M}:{name}", at)
        for booking in coming.select_related("client", "session_type")
        for name, at in _marks(booking, practice)
        if at - SOON <= now < min(at + STILL_WORTH, booking.starts_at)
    ]
    known = set(Message.objects.filter(key__in=[key for _, key, _ in asked]).values_list("key", flat=True))
    return ((booking, key, at) for booking, key, at in asked if key not in known)


def _marks(booking: Booking, practice: Practice) -> list[tuple[str, dt.datetime]]:
    """One that was booked later than a day before is asked once, a while after it was booked."""
    found = [(spans.short(before), booking.starts_at - before) for before in FORMS_BEFORE]
    ahead = [(name, at) for name, at in found if at > booking.created_at]
    return [
        (name, quiet.awake(at, practice.zone)) for name, at in ahead or [("late", booking.created_at + notices.AFTER)]
    ]


def _confirmed(after: dt.datetime, until: dt.datetime) -> QuerySet[Booking]:
    coming = Booking.objects.filter(status=Status.CONFIRMED, checked_in_at=None)
    return coming.filter(starts_at__gt=after, starts_at__lte=until)


def _batches(found: Iterable[int], size: int = 500) -> Iterator[Sequence[int]]:
    pks = list(found)
    return (pks[first : first + size] for first in range(0, len(pks), size))
