"""A series booked from two tabs at once, a cover answered from two devices, a person named twice: one of them counts, whole."""

from __future__ import annotations

import pytest

from bookings.models import Booking
from bookings.tests.factories import make_booking
from bookings.tests.racing import Entry, Racers
from bookings.tests.test_races import REPEATS, Race, errors, racers, said
from care import alerts
from care.models import Cover, NamedPerson, PlannedSession
from care.tests import contenders
from care.tests.test_cover import WORDS, make_begun
from care.tests.test_plans import laid, make_plan, practice
from outbox.models import Message

__all__ = ["practice", "racers"]
pytestmark = pytest.mark.django_db(transaction=True)


def series_from_two_tabs() -> Race:
    """The second tab has the dates the other way round, so that each would have taken some first."""
    plan = make_plan(sessions=3)
    times = [each.isoformat() for each in laid(plan)]
    entries = [
        Entry(contenders.book_series, (str(plan.pk), plan.therapist.user_id, order)) for order in (times, times[::-1])
    ]

    def faults(answers: list) -> list[str]:
        count = Booking.objects.filter(planned__plan=plan).count()
        together = PlannedSession.objects.filter(plan=plan).values("series").distinct().count()
        right = said(answers) == {"done": 1, "NotBooked": 1} and (count, together) == (3, 1)
        return [] if right else [f"told {said(answers)}, {count} booked in {together} series"]

    return Race(entries, faults)


def help_wanted_while_it_is_put_off() -> Race:
    """On one device the word for help, on the other half an hour longer: the call leaves once, whichever is first."""
    cover = make_begun(person=WORDS).cover
    entries = [
        Entry(contenders.answer_cover, (cover.pk, "blue lamp")),
        Entry(contenders.answer_cover, (cover.pk, "evening tea", True)),
    ]

    def faults(answers: list) -> list[str]:
        kept = Cover.objects.get(pk=cover.pk)
        sent = Message.objects.filter(about=alerts.about(cover))
        waiting = sent.filter(state="planned").values_list("kind", flat=True)
        right = said(answers) == {"done": 2} and kept.closed_at is not None and list(waiting) == [alerts.CALL]
        return [] if right else [f"told {said(answers)}, closed {kept.closed_at}, waiting {list(waiting)}"]

    return Race(entries, faults)


def somebody_named_twice() -> Race:
    """The first person that a therapist names, saved by two presses of the button."""
    user = make_booking().therapist.user
    entries = [Entry(contenders.name_somebody, (user.pk, "Lee")) for _ in range(2)]

    def faults(answers: list) -> list[str]:
        count = NamedPerson.objects.filter(user=user).count()
        return [] if (said(answers), count) == ({"done": 2}, 1) else [f"told {said(answers)}, {count} named"]

    return Race(entries, faults)


def run(racers: Racers, race: Race) -> list[str]:
    answers = racers.race(race.entries)
    return errors(answers) + race.faults(answers)


def test_a_series_from_two_tabs_is_booked_once_and_whole(racers: Racers) -> None:
    for _ in range(REPEATS):
        assert run(racers, series_from_two_tabs()) == []


def test_a_call_for_help_is_never_lost_between_two_devices(racers: Racers) -> None:
    for _ in range(REPEATS):
        assert run(racers, help_wanted_while_it_is_put_off()) == []


def test_the_first_named_person_saved_twice_at_once_is_one(racers: Racers) -> None:
    for _ in range(REPEATS):
        assert run(racers, somebody_named_twice()) == []
