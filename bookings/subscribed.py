"""What a calendar feed holds at this moment: a therapist's sessions and time off, or a client's own sessions.

Only reads, in a fixed number of queries. Held times are left out, since they are gone before a calendar asks again; a
request stands as tentative; what was cancelled is not in it any more, so that its subscribers drop it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from django.conf import settings
from django.db.models import OuterRef, QuerySet, Subquery
from django.urls import reverse

from accounts.models import User
from bookings import calendars, ical
from bookings.ical import Entry, Standing
from bookings.models import Booking, BookingChange, CalendarFeed, Shows, Status, TimeOff
from practice import words
from practice.models import Practice

BACK = dt.timedelta(days=30)
AHEAD = dt.timedelta(days=366)
"""At least; further where the practice takes bookings further ahead. Staff may book past that."""

FETCH_EVERY = dt.timedelta(hours=1)
STANDS = (Status.REQUESTED, Status.CONFIRMED, Status.COMPLETED, Status.NO_SHOW)


def content(feed: CalendarFeed, practice: Practice, now: dt.datetime) -> bytes:
    entries = _of_client(feed.user, practice, now) if feed.shows == Shows.OWN else _of_therapist(feed, practice, now)
    return ical.feed(entries, name=practice.name, organizer=calendars.organizer(practice), fetch_every=FETCH_EVERY)


def _sessions(user: User, practice: Practice, now: dt.datetime) -> QuerySet[Booking]:
    """Those of this user in the feed's range, each with `changed_at`."""
    changed = BookingChange.objects.filter(booking=OuterRef("pk")).order_by("-at").values("at")[:1]
    until = now + max(AHEAD, dt.timedelta(days=practice.horizon_days + 1))
    return (
        Booking.objects.for_user(user)
        .filter(status__in=STANDS, ends_at__gt=now - BACK, starts_at__lt=until)
        .select_related("client", "session_type", "room")
        .annotate(changed_at=Subquery(changed))
    )


def _of_client(user: User, practice: Practice, now: dt.datetime) -> list[Entry]:
    found = _sessions(user, practice, now).filter(client__user=user)
    return [calendars.of_client(each, practice, _stamp(each)) for each in found]


def _of_therapist(feed: CalendarFeed, practice: Practice, now: dt.datetime) -> list[Entry]:
    therapist = feed.user.therapist
    found = _sessions(feed.user, practice, now).filter(therapist=therapist)
    away = TimeOff.objects.filter(therapist=therapist, ends_at__gt=now - BACK)
    return [_session(each, feed.shows, practice) for each in found] + [_time_off(each, feed, practice) for each in away]


def _session(booking: Booking, shows: str, practice: Practice) -> Entry:
    waits = booking.status == Status.REQUESTED
    name = calendars.neutral_name(booking)
    entry = Entry(
        uid=calendars.uid(booking.ref, practice),
        sequence=booking.version,
        standing=Standing.TENTATIVE if waits else Standing.CONFIRMED,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        summary="Busy",
        stamp_at=_stamp(booking),
    )
    if shows == Shows.BUSY:
        return entry
    who = booking.client.name if shows == Shows.NAMES else words.initials(booking.client.name)
    return replace(
        entry,
        summary=f"{calendars.requested(name) if waits else name}, {who}",
        location=booking.room.name if booking.room else "",
        url=settings.SITE_URL + reverse("admin:bookings_booking_change", args=[booking.pk]),
    )


def _time_off(away: TimeOff, feed: CalendarFeed, practice: Practice) -> Entry:
    """Such a row has no version: with other times it is another event, and the old one is gone."""
    span = f"{away.starts_at:%Y%m%dT%H%M%S}-{away.ends_at:%Y%m%dT%H%M%S}"
    return Entry(
        uid=calendars.uid(f"away-{away.pk}-{span}", practice),
        starts_at=away.starts_at,
        ends_at=away.ends_at,
        summary="Busy" if feed.shows == Shows.BUSY else "Away",
        stamp_at=feed.made_at,
    )


def _stamp(booking: Booking) -> dt.datetime:
    """When it last changed, so that a feed in which nothing changed is the same to the letter."""
    return booking.changed_at or booking.created_at  # type: ignore[attr-defined]
