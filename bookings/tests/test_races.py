"""Two people can never have the same time: real processes and connections that want one thing at the same moment.

Each race is run with every guard in place, where the books must be right afterwards, and with its guards taken away,
where they must not be; else the race would show nothing. `python -m bench races` runs the first one many times.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import pytest
from django.db import connection

from bookings import constraints, lifecycle
from bookings.models import Booking, BookingChange, Length, MoveRequest, Proposal, SessionType, Status, Therapist
from bookings.tests import contenders
from bookings.tests.factories import NOW, at, make_booking, make_room, make_session_type, make_therapist_at_work
from bookings.tests.racing import Answer, Entry, Racers
from clients.tests.factories import make_client_with_account
from outbox.models import Message, State

pytestmark = pytest.mark.django_db(transaction=True)

CLIENTS = 8
REPEATS = 3
TRIES = 400
"""A race that is not guarded mostly goes wrong at the first try. On a machine that is busy elsewhere forty went by once; this
many would be a wonder."""
TEN = "2026-06-04 10:00"
ELEVEN = "2026-06-04 11:00"

Check = Callable[[list[Answer]], list[str]]


class Race(NamedTuple):
    """Who takes part, and what would be wrong about the answers, each fault in words."""

    entries: list[Entry]
    faults: Check


@pytest.fixture(scope="module")
def racers(django_db_setup: None) -> Iterator[Racers]:
    found = Racers(3, "practice.settings_test", str(connection.settings_dict["NAME"]))
    yield found
    found.close()


# What must be true afterwards, whatever the race


def faults_in_the_books() -> list[str]:
    return [*overlaps("therapist_id"), *overlaps("room_id"), *history_faults(), *message_faults()]


def overlaps(column: str) -> list[str]:
    """Asks the rows themselves, in SQL of its own."""
    pairs = (
        f"SELECT a.ref, b.ref FROM bookings_booking a JOIN bookings_booking b ON a.{column} = b.{column} AND a.id < b.id "
        f"AND a.busy_from_at < b.busy_until_at AND b.busy_from_at < a.busy_until_at "
        f"WHERE a.status IN {constraints.BLOCKING_SQL} AND b.status IN {constraints.BLOCKING_SQL}"
    )
    with connection.cursor() as cursor:
        cursor.execute(pairs)
        return [f"{column}: {one} meets {other}" for one, other in cursor.fetchall()]


def history_faults() -> list[str]:
    """A booking made by a racer has one line for each version, and the last one says what it is."""
    found = []
    for booking in Booking.objects.exclude(ref__startswith="b-test"):
        lines = list(BookingChange.objects.filter(booking=booking).order_by("pk").values_list("after", flat=True))
        if len(lines) != booking.version or lines[-1] != booking.status:
            found.append(f"{booking.ref}: version {booking.version}, {booking.status}, history {lines}")
    for booking in Booking.objects.filter(ref__startswith="b-test"):
        if booking.changes.count() != booking.version - 1:
            found.append(f"{booking.ref}: version {booking.version}, {booking.changes.count()} lines of history")
    return found


def message_faults() -> list[str]:
    """What waits to be sent speaks of the booking as it is; a booking just made has its confirmation and its two reminders."""
    found = []
    for booking in Booking.objects.all():
        rows = Message.objects.filter(about=f"booking:{booking.pk}", state=State.PLANNED)
        planned = sorted(rows.values_list("kind", "version"))
        times = Counter(rows.values_list("kind", "due_at"))
        if max(times.values(), default=1) > 1 or any(version != booking.version for _, version in planned):
            found.append(f"{booking.ref}: version {booking.version}, messages {planned}")
        made_now = booking.changes.filter(what="booked").exists() and booking.version == 1
        if made_now and planned != [("booking_confirmed", 1), *[("booking_reminder", 1)] * 2]:
            found.append(f"{booking.ref}: messages {planned}")
    return found


def errors(answers: Sequence[Answer]) -> list[str]:
    return [answer.said for answer in answers if answer.said.startswith("error") or answer.said == "Busy"]


def said(answers: Sequence[Answer]) -> Counter[str]:
    return Counter(answer.said for answer in answers)


def one_has_it(answers: list[Answer]) -> list[str]:
    expected = Counter({"done": 1, "SlotTaken": len(answers) - 1})
    return [] if said(answers) == expected else [f"told {said(answers)}"]


# The races


def offer(**overrides: object) -> tuple[SessionType, Therapist, Length]:
    session_type = make_session_type(**overrides)
    return session_type, make_therapist_at_work(offers=[session_type]), session_type.lengths.get()


def book(length: Length, start: str, therapist: Therapist | None = None) -> Entry:
    arguments = (make_client_with_account().pk, length.pk, at(start), therapist and therapist.pk)
    return Entry(contenders.book, arguments)


def booked(session_type: SessionType, therapist: Therapist, start: str, **overrides: object) -> Booking:
    shared = {"session_type": session_type, "therapist": therapist, "client": make_client_with_account()}
    return make_booking(**shared, starts_at=at(start), **overrides)


def many_clients_on_one_slot() -> Race:
    _, _, length = offer()
    return Race([book(length, TEN) for _ in range(CLIENTS)], one_has_it)


def any_therapist_where_two_are_free() -> Race:
    """Both are had, each once."""
    session_type, _, length = offer(rooms=[])
    make_therapist_at_work(offers=[session_type])

    def two_have_it(answers: list[Answer]) -> list[str]:
        return [] if said(answers) == {"done": 2, "SlotTaken": CLIENTS - 2} else [f"told {said(answers)}"]

    return Race([book(length, TEN) for _ in range(CLIENTS)], two_have_it)


def sessions_that_partly_overlap() -> Race:
    _, _, length = offer()
    starts = [f"2026-06-04 {hour}:{minute:02}" for hour in (10, 11) for minute in (0, 15, 30, 45)]

    def nobody_refused_for_nothing(answers: list[Answer]) -> list[str]:
        made = [at(start) for start, answer in zip(starts, answers, strict=True) if answer.said == "done"]
        hour = dt.timedelta(hours=1)
        return [f"{start} is free" for start in starts if all(abs(at(start) - other) >= hour for other in made)]

    return Race([book(length, start) for start in starts], nobody_refused_for_nothing)


def sessions_that_meet_by_their_buffers() -> Race:
    _, _, length = offer(buffer_after_minutes=15)
    return Race([book(length, start) for start in [TEN, ELEVEN] * (CLIENTS // 2)], one_has_it)


def one_room_and_two_therapists() -> Race:
    session_type, first, length = offer()
    second = make_therapist_at_work(offers=[session_type])
    return Race([book(length, TEN, therapist) for therapist in [first, second] * (CLIENTS // 2)], one_has_it)


def reschedule_against_bookings() -> Race:
    session_type, therapist, length = offer()
    moving = booked(session_type, therapist, "2026-06-04 15:00")
    return Race(
        [Entry(contenders.reschedule, (moving.pk, at(TEN))), *[book(length, TEN) for _ in range(4)]], one_has_it
    )


def longer_session_against_bookings() -> Race:
    """It wants the hour after its own, which the others want too."""
    session_type = make_session_type(lengths={60: "70.00", 120: "120.00"})
    therapist = make_therapist_at_work(offers=[session_type])
    growing, hour = booked(session_type, therapist, TEN, minutes=60), session_type.lengths.get(minutes=60)
    return Race([Entry(contenders.lengthen, (growing.pk, 120)), *[book(hour, ELEVEN) for _ in range(4)]], one_has_it)


def two_reschedules_that_swap_therapists_in_one_room() -> Race:
    """Each keeps the other's therapist from the lock it comes to; only one of them can have the room at eleven."""
    session_type, first, _ = offer()
    second = make_therapist_at_work(offers=[session_type])
    one, other = booked(session_type, first, "2026-06-04 14:00"), booked(session_type, second, "2026-06-04 16:00")
    to_second = Entry(contenders.reschedule, (one.pk, at(ELEVEN), second.pk))
    to_first = Entry(contenders.reschedule, (other.pk, at(ELEVEN), first.pk))
    return Race([to_second, to_first], one_has_it)


def moves_approved_for_one_time() -> Race:
    session_type, therapist, _ = offer(approval="always")
    requests = []
    for start in ("14:00", "15:00", "16:00"):
        booking = booked(session_type, therapist, f"2026-06-04 {start}")
        request = MoveRequest(
            booking=booking, therapist=therapist, starts_at=at(TEN), asked_at=NOW, answer_by_at=at(TEN)
        )
        request.save()
        requests.append(request)

    def the_others_wait_still(answers: list[Answer]) -> list[str]:
        waiting = MoveRequest.objects.filter(pk__in=[request.pk for request in requests], answer="open").count()
        return one_has_it(answers) + ([] if waiting == 2 else [f"{waiting} requests wait still"])

    return Race([Entry(contenders.approve_move, (request.pk,)) for request in requests], the_others_wait_still)


def proposal_taken_against_bookings() -> Race:
    session_type, therapist, _ = offer(approval="always")
    request = booked(session_type, therapist, "2026-06-04 15:00", status=Status.REQUESTED)
    proposal = Proposal.objects.create(booking=request, therapist=therapist, starts_at=at(TEN), made_at=NOW)
    walk_in, _, other_length = offer(rooms=[session_type.rooms.get()])
    walk_in.offers.all().delete()
    walk_in.offers.create(therapist=therapist)
    return Race(
        [Entry(contenders.take_proposal, (proposal.pk,)), *[book(other_length, TEN) for _ in range(4)]], one_has_it
    )


def cancellation_undone_against_bookings() -> Race:
    session_type, therapist, length = offer()
    gone = lifecycle.cancel(booked(session_type, therapist, TEN), by=therapist.user, now=NOW)
    return Race([Entry(contenders.undo_cancel, (gone.pk,)), *[book(length, TEN) for _ in range(4)]], one_has_it)


def lapsed_hold_in_the_way() -> Race:
    """Whoever comes first moves it on, once."""
    session_type, therapist, length = offer()
    lapsed = booked(session_type, therapist, TEN, status=Status.HELD, hold_ends_at=NOW - dt.timedelta(minutes=1))
    entries = [book(length, TEN) for _ in range(CLIENTS)]

    def moved_on_once(answers: list[Answer]) -> list[str]:
        lines = list(BookingChange.objects.filter(booking=lapsed).values_list("what", flat=True))
        return one_has_it(answers) + ([] if lines == ["hold_lapsed"] else [f"its history: {lines}"])

    return Race(entries, moved_on_once)


def holds_of_one_client() -> Race:
    session_type, _, length = offer(rooms=[])
    for _ in range(5):
        make_therapist_at_work(offers=[session_type])
    client = make_client_with_account()
    therapists = Therapist.objects.filter(offers__session_type=session_type)
    entries = [Entry(contenders.hold, (client.pk, length.pk, at(TEN), therapist.pk)) for therapist in therapists]

    def two_at_most(answers: list[Answer]) -> list[str]:
        return [] if said(answers) == {"done": 2, "TooManyHolds": 4} else [f"told {said(answers)}"]

    return Race(entries, two_at_most)


def one_client_with_two_therapists() -> Race:
    """Nobody is in two places, though both therapists are free."""
    session_type, first, length = offer(rooms=[])
    second = make_therapist_at_work(offers=[session_type])
    client = make_client_with_account()
    entries = [Entry(contenders.book, (client.pk, length.pk, at(TEN), each.pk)) for each in [first, second] * 2]

    def one_is_booked(answers: list[Answer]) -> list[str]:
        return [] if said(answers) == {"done": 1, "Elsewhere": 3} else [f"told {said(answers)}"]

    return Race(entries, one_is_booked)


def time_off_against_bookings() -> Race:
    """Each booking is refused, or made first and then named to whoever takes the time off."""
    _, therapist, length = offer()
    away = Entry(contenders.be_away, (therapist.pk, at("2026-06-04 09:00"), at("2026-06-04 17:00")))
    entries = [book(length, f"2026-06-04 {hour}:00") for hour in (10, 11, 12, 13, 14, 15)]

    def refused_or_named(answers: list[Answer]) -> list[str]:
        off, *others = answers
        made = sorted(answer.value for answer in others if answer.said == "done")
        told = said(others)
        fine = off.said == "done" and sorted(off.value) == made and set(told) <= {"done", "NotOffered"}
        return [] if fine else [f"off: {off.said} {off.value}, made {made}, told {told}"]

    return Race([away, *entries], refused_or_named)


RACES = [
    many_clients_on_one_slot,
    any_therapist_where_two_are_free,
    sessions_that_partly_overlap,
    sessions_that_meet_by_their_buffers,
    one_room_and_two_therapists,
    reschedule_against_bookings,
    longer_session_against_bookings,
    two_reschedules_that_swap_therapists_in_one_room,
    moves_approved_for_one_time,
    proposal_taken_against_bookings,
    cancellation_undone_against_bookings,
    lapsed_hold_in_the_way,
    holds_of_one_client,
    one_client_with_two_therapists,
    time_off_against_bookings,
]


@contextmanager
def without_constraints() -> Iterator[None]:
    constraints.remove(connection, *constraints.OVERLAPS)
    try:
        yield
    finally:
        Booking.objects.update(status=Status.CANCELLED)
        constraints.install(connection, *constraints.OVERLAPS)


def run(racers: Racers, make: Callable[[], Race]) -> list[str]:
    race = make()
    answers = racers.race(race.entries)
    return errors(answers) + race.faults(answers) + faults_in_the_books()


def goes_wrong(racers: Racers, make: Callable[[], Race], *, without: Sequence[str]) -> bool:
    """Whether every answer looked well and yet they cannot all be true."""
    race = make()
    answers = racers.race(race.entries, without=without)
    return not errors(answers) and bool(race.faults(answers) or overlaps("therapist_id") or overlaps("room_id"))


@pytest.mark.parametrize("race", RACES)
def test_books_are_right_after_a_race(race: Callable[[], Race], racers: Racers) -> None:
    for _ in range(REPEATS):
        assert run(racers, race) == []


@pytest.mark.parametrize("race", RACES)
def test_lock_alone_keeps_the_books_right(race: Callable[[], Race], racers: Racers) -> None:
    with without_constraints():
        assert run(racers, race) == []


@pytest.mark.parametrize("race", RACES)
def test_books_are_wrong_after_a_race_without_its_guards(race: Callable[[], Race], racers: Racers) -> None:
    with without_constraints():
        assert any(goes_wrong(racers, race, without=["lock"]) for _ in range(TRIES))


def test_database_alone_lets_nobody_have_the_same_time(racers: Racers) -> None:
    """With the lock gone the constraint still refuses; whoever loses is told so, in our words."""
    for _ in range(REPEATS):
        race = many_clients_on_one_slot()
        answers = racers.race(race.entries, without=["lock"])
        assert said(answers)["done"] == 1
        assert [answer.said for answer in answers if answer.said.startswith("error")] == []
        assert overlaps("therapist_id") == overlaps("room_id") == []


# The same booking, changed by several at once


def one_is_heard(answers: list[Answer]) -> list[str]:
    return [] if said(answers) == {"done": 1, "Conflict": len(answers) - 1} else [f"told {said(answers)}"]


def answers_that_differ() -> Race:
    session_type, therapist, _ = offer(approval="always")
    request = booked(session_type, therapist, TEN, status=Status.REQUESTED)
    acts = [contenders.approve, contenders.decline, contenders.cancel]
    return Race([Entry(act, (request.pk,)) for act in acts], one_is_heard)


def one_answer_given_twice() -> Race:
    session_type, therapist, _ = offer(approval="always")
    request = booked(session_type, therapist, TEN, status=Status.REQUESTED)
    return Race([Entry(contenders.approve, (request.pk,))] * 4, one_is_heard)


@pytest.mark.parametrize("race", [answers_that_differ, one_answer_given_twice])
def test_one_of_several_answers_to_a_request_is_heard(race: Callable[[], Race], racers: Racers) -> None:
    for _ in range(REPEATS):
        assert run(racers, race) == []


def test_several_answers_are_heard_without_the_expected_state(racers: Racers) -> None:
    assert any(goes_wrong(racers, answers_that_differ, without=["expected_state"]) for _ in range(TRIES))


def test_two_who_want_each_others_time_both_keep_their_own(racers: Racers) -> None:
    """Neither may pass through a state in which neither time is kept, and neither waits for the other for ever."""
    session_type, therapist, _ = offer(rooms=[make_room(), make_room()])
    pair = [booked(session_type, therapist, start) for start in (TEN, ELEVEN)]
    swapped = [
        Entry(contenders.reschedule, (pair[0].pk, at(ELEVEN))),
        Entry(contenders.reschedule, (pair[1].pk, at(TEN))),
    ]

    for _ in range(REPEATS):
        assert said(racers.race(swapped * 3)) == {"SlotTaken": 6}
    assert [Booking.objects.get(pk=booking.pk).starts_at for booking in pair] == [at(TEN), at(ELEVEN)]
    assert faults_in_the_books() == []
