"""What somebody chose by name: a length of a session type, and a therapist who gives it. Only reads.

Raises NotGiven with the field to change where the names do not go together.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bookings import diary
from bookings.errors import NotGiven
from bookings.models import Length, SessionType, Therapist
from practice.models import Practice
from practice.prepared import Prepared

NO_SUCH_SESSION = "There is no session of this name."
NO_SUCH_THERAPIST = "No therapist of this name gives that session."


@dataclass(frozen=True, slots=True)
class Choice:
    """A length with its session type, the therapist (None means any), and the practice.

    The therapist is known by key and slug alone; the writer reads the row under its lock.
    """

    length: Length
    therapist: Therapist | None
    practice: Practice

    @property
    def zone(self) -> ZoneInfo:
        return self.practice.zone


def by_name(session_type: str, minutes: int, therapist: str | None) -> Choice:
    """All of it in one query, since each booking over the API asks this."""
    names = {"session_type": session_type, "minutes": minutes, "therapist": therapist}
    found = _chosen().first(names)
    if found is None:
        raise _length_not_given(session_type)
    length, length.session_type, practice, therapist_pk = found
    if therapist is None:
        named = None
    elif therapist_pk is None:
        raise NotGiven("therapist", NO_SUCH_THERAPIST)
    else:
        named = Therapist(pk=therapist_pk, slug=therapist)
    return Choice(length, named, practice or Practice())


def therapists(session_type: SessionType, slug: str | None) -> list[Therapist]:
    """Who gives the session, or the one who was named."""
    givers = diary.therapists_for(session_type)
    named = [each for each in givers if slug is None or each.slug == slug]
    if slug is not None and not named:
        raise NotGiven("therapist", NO_SUCH_THERAPIST)
    return named


@functools.cache
def _chosen() -> Prepared:
    return Prepared(
        "SELECT {l}, {s}, {p}, ("
        "SELECT t.id FROM bookings_offer o JOIN bookings_therapist t ON t.id = o.therapist_id "
        "WHERE o.session_type_id = s.id AND t.active AND t.slug = %(therapist)s) "
        "FROM bookings_length l JOIN bookings_sessiontype s ON s.id = l.session_type_id "
        "LEFT JOIN practice_practice p ON p.id = 1 "
        "WHERE s.active AND s.slug = %(session_type)s AND l.minutes = %(minutes)s",
        l=Length,
        s=SessionType,
        p=Practice,
    )


def _length_not_given(session_type: str) -> NotGiven:
    if SessionType.objects.offered().filter(slug=session_type).exists():
        return NotGiven("minutes", "This session is not given in that length.")
    return NotGiven("session_type", NO_SUCH_SESSION)
