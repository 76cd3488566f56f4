"""What somebody chose by name: a length of a session type, and a therapist who gives it. Only reads.

Raises NotGiven with the field to change where the names do not go together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import OuterRef, QuerySet, Subquery

from bookings import diary
from bookings.errors import NotGiven
from bookings.models import Length, Offer, SessionType, Therapist
from practice.models import Practice

NO_SUCH_SESSION = "There is no session of this name."
NO_SUCH_THERAPIST = "No therapist of this name gives that session."

# Made once: each booking over the API asks it.
ZONE = Subquery(Practice.objects.order_by().values("timezone")[:1])


@dataclass(frozen=True, slots=True)
class Choice:
    """A length with its session type, the therapist (None means any), and the practice's zone.

    The therapist is known by key and slug alone; the writer reads the row under its lock.
    """

    length: Length
    therapist: Therapist | None
    zone: ZoneInfo


def by_name(session_type: str, minutes: int, therapist: str | None) -> Choice:
    """All of it in one query, since each booking over the API asks this."""
    found: Any = next(iter(_lengths(session_type, minutes, therapist)), None)
    if found is None:
        raise _length_not_given(session_type)
    if therapist is None:
        named = None
    elif found.therapist_pk is None:
        raise NotGiven("therapist", NO_SUCH_THERAPIST)
    else:
        named = Therapist(pk=found.therapist_pk, slug=therapist)
    return Choice(found, named, ZoneInfo(found.zone_name) if found.zone_name else Practice().zone)


def therapists(session_type: SessionType, slug: str | None) -> list[Therapist]:
    """Who gives the session, or the one who was named."""
    givers = diary.therapists_for(session_type)
    named = [each for each in givers if slug is None or each.slug == slug]
    if slug is not None and not named:
        raise NotGiven("therapist", NO_SUCH_THERAPIST)
    return named


def _lengths(session_type: str, minutes: int, therapist: str | None) -> QuerySet[Length]:
    lengths = Length.objects.select_related("session_type").annotate(zone_name=ZONE).order_by()
    named = lengths.filter(session_type__slug=session_type, session_type__active=True, minutes=minutes)
    if therapist is None:
        return named
    givers = Offer.objects.filter(
        session_type=OuterRef("session_type"), therapist__slug=therapist, therapist__active=True
    )
    return named.annotate(therapist_pk=Subquery(givers.order_by().values("therapist_id")[:1]))


def _length_not_given(session_type: str) -> NotGiven:
    if SessionType.objects.offered().filter(slug=session_type).exists():
        return NotGiven("minutes", "This session is not given in that length.")
    return NotGiven("session_type", NO_SUCH_SESSION)
