"""A series of sessions for one client: each date asked of the diary before anything is written, then all booked or none.

The clock on the wall counts: a series at 10:00 stays at 10:00 when the clocks change.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from accounts.models import User
from bookings import availability, diary, elsewhere, lifecycle, placing, readiness
from bookings.availability import Reason
from bookings.diary import Ask
from bookings.elsewhere import Then
from bookings.errors import SENTENCES, NotGiven, Refusal
from bookings.models import Booking, Length, Therapist, Way
from bookings.placing import POLICY, Wish, taking_time
from bookings.readiness import Missing, Weight
from clients.models import Client
from practice import walltime, words
from practice.models import Practice

MOST = 52
LONGEST = dt.timedelta(days=731)
"""From the first to the last; what lies further ahead nobody can promise."""
NEAREST = 3
CLASH = "Another date of this series is at that time."
MEETS = "The client has another session at that time."


class NotBooked(Refusal):
    """One date of a series could not be had, so nothing of it was booked; `place` says which, from 0."""

    code = "slot_taken"

    def __init__(self, place: int, when: str, refusal: Refusal) -> None:
        super().__init__(f"Nothing was booked, since one date could not be had. {when}: {refusal}")
        self.place = place


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whose series, with whom, and how long each session is."""

    client: Client
    length: Length
    therapist: Therapist

    def ask(self, practice: Practice, now: dt.datetime) -> Ask:
        return diary.with_rooms(Ask(practice, self.length.session_type, self.length.minutes, now))

    def meets(self, others: Sequence[Booking], start: dt.datetime) -> bool:
        then = Then.lasting(self.length.minutes, start)
        return any(each.starts_at < then.ends_at and each.ends_at > then.starts_at for each in others)


@dataclass(frozen=True, slots=True)
class Date:
    """One start, why it is not free (nothing where it is), and the free starts nearest to it."""

    starts_at: dt.datetime
    sentences: tuple[str, ...] = ()
    is_policy: bool = True
    nearest: tuple[dt.datetime, ...] = ()

    @property
    def is_free(self) -> bool:
        return not self.sentences

    @property
    def can_be_set_aside(self) -> bool:
        """With a reason, as for a single booking."""
        return bool(self.sentences) and self.is_policy


def starts(first: dt.datetime, *, every_days: int, sessions: int, practice: Practice) -> list[dt.datetime]:
    """From the first on, so many days apart on the calendar, at the same reading of the clock. Raises NotGiven."""
    if not 1 <= sessions <= MOST:
        raise NotGiven("sessions", f"A series has at least one session, and at most {MOST}.")
    if every_days < 1:
        raise NotGiven("every_days", "At least a day lies between two sessions.")
    if (sessions - 1) * dt.timedelta(days=every_days) > LONGEST:
        raise NotGiven(
            "sessions", "A series reaches at most two years ahead. Please plan fewer sessions, or closer ones."
        )
    wall = first.astimezone(practice.zone).replace(tzinfo=None)
    days = (dt.timedelta(days=every_days * place) for place in range(sessions))
    return [walltime.from_wall(wall + ahead, practice.zone) for ahead in days]


def check(wanted: Wanted, times: Sequence[dt.datetime], *, practice: Practice, now: dt.datetime) -> list[Date]:
    """What the diary says of each; one look for all of them, and one more for each that is not free. Raises NotGiven."""
    if not times:
        return []
    if max(times) - min(times) > LONGEST:
        raise NotGiven("sessions", "A series reaches at most two years ahead.")
    ask = wanted.ask(practice, now)
    first, last = (walltime.local_date(each, practice.zone) for each in (min(times), max(times)))
    [(_, question)], _ = diary.questions(ask, [wanted.therapist], first, last)
    found = [availability.reasons(question, walltime.floor_epoch(each)) for each in times]
    reach = Then(min(times), max(times) + dt.timedelta(minutes=wanted.length.minutes))
    their_own = list(elsewhere.sessions(wanted.client, reach))
    return [
        _date(
            wanted, ask, each, reasons, [MEETS] * wanted.meets(their_own, each) + [CLASH] * _clashes(ask, place, times)
        )
        for place, (each, reasons) in enumerate(zip(times, found, strict=True))
    ]


def _date(wanted: Wanted, ask: Ask, start: dt.datetime, reasons: list[Reason], more: list[str]) -> Date:
    if not reasons and not more:
        return Date(start)
    sentences = [SENTENCES[reason] for reason in reasons] + more
    near = diary.nearest(ask, [wanted.therapist], start, NEAREST)
    is_policy = POLICY.issuperset(reasons) and CLASH not in more and start > ask.now
    return Date(start, tuple(sentences), is_policy, tuple(slot.starts_at for slot in near))


def _clashes(ask: Ask, place: int, times: Sequence[dt.datetime]) -> bool:
    """An earlier line of the series is kept free around then."""
    busy = dt.timedelta(seconds=ask.wanted.before + ask.wanted.seconds + ask.wanted.after)
    return any(abs(times[place] - other) < busy for other in times[:place])


def missing(wanted: Wanted, *, practice: Practice, now: dt.datetime) -> list[Missing]:
    """What this client still lacks for such a session, as on the day of booking; of what keeps staff from booking it."""
    today = walltime.local_date(now, practice.zone)
    ready = readiness.of(wanted.client, wanted.length.session_type, today)
    return [each for each in ready.missing if each.weight in (Weight.PHYSICS, Weight.POLICY)]


@taking_time
def book(
    wanted: Wanted,
    times: Sequence[dt.datetime],
    *,
    by: User,
    now: dt.datetime,
    override: bool = False,
    why: str = "",
    then: Callable[[Booking], object] | None = None,
) -> list[Booking]:
    """Books them all, or nothing; `then` is called with each. Raises NotBooked with the first that could not be had."""
    if not 1 <= len(times) <= MOST:
        raise NotGiven("sessions", f"A series has at least one session, and at most {MOST}.")
    placing.lock_client(wanted.client)
    practice = Practice.objects.current()
    booked = []
    for place, start in enumerate(times):
        wish = Wish(wanted.client, wanted.length, start, wanted.therapist)
        try:
            booked.append(lifecycle.book(wish, by=by, now=now, via=Way.STAFF, override=override, why=why, then=then))
        except Refusal as refusal:
            raise NotBooked(place, words.moment(start, practice.zone), refusal) from refusal
    return booked
