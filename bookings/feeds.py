"""A person's calendar feed: made, renewed, removed, recognised by its secret address. The only writer of feeds.

The address is shown once, when it is made; what is kept is its digest.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets

from django.db import transaction

from accounts import happenings
from accounts.happenings import Happening
from accounts.models import User
from bookings.errors import NoSuchFeed
from bookings.models import CalendarFeed, Shows

FETCH_NOTED_EVERY = dt.timedelta(minutes=1)


@transaction.atomic
def make(user: User, *, shows: Shows, now: dt.datetime) -> str:
    """Makes the feed, or renews it, and gives its secret, the only time that it can be seen. An earlier address leads
    nowhere from then on. The person is told that one was made."""
    secret = secrets.token_urlsafe(32)
    fresh = {"made_at": now, "fetched_at": None, "content_digest": "", "changed_at": None}
    CalendarFeed.objects.update_or_create(user=user, defaults={"shows": shows, "digest": digest_of(secret), **fresh})
    happenings.tell(Happening("calendar_address_made", user, user.email, now))
    return secret


def show(user: User, shows: Shows) -> None:
    """Shows more or less of the clients; the address stays. Nothing where there is no feed."""
    CalendarFeed.objects.filter(user=user).update(shows=shows)


def remove(user: User) -> None:
    """Its address leads nowhere from then on."""
    CalendarFeed.objects.filter(user=user).delete()


def recognise(secret: str) -> CalendarFeed:
    """The feed with its user and whose calendar it is. Raises NoSuchFeed, also where the account may not sign in any more
    or is no longer what it was when the feed was made."""
    beside = CalendarFeed.objects.select_related("user__therapist", "user__client")
    found = beside.filter(digest=digest_of(secret), user__is_active=True).first()
    if found is None or not hasattr(found.user, "client" if found.shows == Shows.OWN else "therapist"):
        raise NoSuchFeed
    if found.user.is_staff == (found.shows == Shows.OWN):
        raise NoSuchFeed
    return found


def note_fetch(feed: CalendarFeed, content: bytes, now: dt.datetime) -> CalendarFeed:
    """Notes that it was fetched, once a minute at most, and since when it holds what it holds. Two states never share a
    second, since that is as finely as calendars compare."""
    digest = hashlib.sha256(content).hexdigest()
    changed = digest != feed.content_digest
    if not changed and feed.fetched_at is not None and now - feed.fetched_at < FETCH_NOTED_EVERY:
        return feed
    feed.fetched_at = now
    if changed:
        second = dt.timedelta(seconds=1)
        after = feed.changed_at + second if feed.changed_at else now
        feed.changed_at = max(now.replace(microsecond=0), after.replace(microsecond=0))
        feed.content_digest = digest
    noted = {name: getattr(feed, name) for name in ("fetched_at", "content_digest", "changed_at")}
    CalendarFeed.objects.filter(pk=feed.pk, digest=feed.digest).update(**noted)
    return feed


def digest_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
