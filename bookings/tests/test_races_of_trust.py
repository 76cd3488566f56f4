"""What a client takes back holds, whatever is booked in the same moment; and what is signed twice at once is signed once.

Each race is run with its guard in place and, where it could go wrong, without it. How races are run: `bookings.tests.racing`.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from accounts.tests.factories import make_owner
from bookings import lifecycle
from bookings.models import Booking, BookingChange, Length, MoveRequest, Proposal, Status, Therapist
from bookings.tests import contenders
from bookings.tests.factories import NOW, at, make_booking, make_session_type, make_therapist_at_work
from bookings.tests.racing import Answer, Entry, Racers
from bookings.tests.test_races import ELEVEN, REPEATS, TEN, TRIES, Race, errors, history_faults, racers, said
from clients import intake
from clients.models import BreakGlass, Consent, Document, Flag, Stage, StageDecision, Submission, Withdrawal
from clients.tests.factories import make_client_with_account, make_consent, make_document, make_published
from clients.tests.forms import begin, make_form
from outbox.models import Message
from practice.tests.factories import make_practice

__all__ = ["racers"]
pytestmark = pytest.mark.django_db(transaction=True)

EARLIER = NOW - dt.timedelta(days=1)
STANDING = (Status.HELD, Status.REQUESTED, Status.CONFIRMED)
REFUSED = {"NotReady", "Conflict"}


class World:
    """A client who has signed what the sessions rest on, and a therapist who gives them."""

    def __init__(self, **offered: Any) -> None:
        self.client = make_client_with_account()
        self.document = make_document(on_withdrawal="release")
        make_consent(self.client, make_published(EARLIER, self.document), EARLIER)
        self.kind = make_session_type(requires_consents=[self.document.slug], **offered)
        self.therapist: Therapist = make_therapist_at_work(offers=[self.kind])
        self.length: Length = self.kind.lengths.get()

    def booked(self, start: str = ELEVEN, **overrides: Any) -> Booking:
        shared = {"client": self.client, "session_type": self.kind, "therapist": self.therapist}
        return make_booking(**shared, starts_at=at(start), **overrides)

    @property
    def wanted(self) -> tuple[int, int, dt.datetime, int]:
        return self.client.pk, self.length.pk, at(TEN), self.therapist.pk

    @property
    def withdrawing(self) -> Entry:
        return Entry(contenders.withdraw, (self.client.pk, self.document.pk))


def against(world: World, taking_back: Entry, *entries: Entry) -> Race:
    """Taking back is always heard; the others are done before it, or refused."""

    def faults(answers: list[Answer]) -> list[str]:
        first, *others = answers
        found = [] if first.said == "done" else [f"not heard: {first.said}"]
        if odd := [each.said for each in others if each.said not in REFUSED | {"done"}]:
            found.append(f"told {odd}")
        standing = Booking.objects.filter(client=world.client, status__in=STANDING)
        return found + [f"{each.ref} stands, {each.status}" for each in standing]

    return Race([taking_back, *entries], faults)


# A consent withdrawn, or a client blocked, against what rests on it


def booked_at_once() -> Race:
    world = World()
    return against(world, world.withdrawing, Entry(contenders.book, world.wanted))


def booked_by_staff_with_a_reason() -> Race:
    world = World()
    return against(world, world.withdrawing, Entry(contenders.book_with_a_reason, world.wanted))


def held() -> Race:
    world = World()
    return against(world, world.withdrawing, Entry(contenders.hold, world.wanted))


def hold_finished() -> Race:
    world = World()
    booking = world.booked(status=Status.HELD)
    return against(world, world.withdrawing, Entry(contenders.finish, (booking.pk,)))


def request_approved() -> Race:
    world = World()
    booking = world.booked(status=Status.REQUESTED)
    return against(world, world.withdrawing, Entry(contenders.approve, (booking.pk,)))


def moved() -> Race:
    world = World()
    return against(world, world.withdrawing, Entry(contenders.reschedule, (world.booked().pk, at(TEN))))


def move_approved() -> Race:
    world = World(approval="always")
    about = {"therapist": world.therapist, "starts_at": at(TEN), "asked_at": NOW, "answer_by_at": at(TEN)}
    asked = MoveRequest.objects.create(booking=world.booked(), **about)
    return against(world, world.withdrawing, Entry(contenders.approve_move, (asked.pk,)))


def proposal_taken() -> Race:
    world = World()
    booking = world.booked(status=Status.REQUESTED)
    proposed = Proposal.objects.create(booking=booking, therapist=world.therapist, starts_at=at(TEN), made_at=NOW)
    return against(world, world.withdrawing, Entry(contenders.take_proposal, (proposed.pk,)))


def cancellation_undone() -> Race:
    world = World()
    gone = lifecycle.cancel(world.booked(), by=world.therapist.user, now=NOW)
    return against(world, world.withdrawing, Entry(contenders.undo_cancel, (gone.pk,)))


def blocked_client_books() -> Race:
    world = World()
    blocking = Entry(contenders.block, (world.client.pk, make_owner().pk))
    return against(world, blocking, Entry(contenders.book, world.wanted))


def changed_by_a_file() -> Race:
    """The file was written when the booking stood; it brings back nothing that was released since."""
    world = World(rooms=[])
    booking = world.booked(made_via="import", room=None, version=2)
    BookingChange.objects.create(
        booking=booking, at=EARLIER, via="import", what="imported", before="", after="confirmed"
    )
    row = {"ref": booking.ref, "client": world.client.ref, "therapist": world.therapist.slug, "minutes": 60}
    row |= {"session_type": world.kind.slug, "start": "2026-06-04T10:00", "status": "confirmed"}
    tree = {"bookings": [row]}
    return against(world, world.withdrawing, Entry(contenders.bring, (tree,)))


TAKEN_BACK = [
    booked_at_once,
    booked_by_staff_with_a_reason,
    held,
    hold_finished,
    request_approved,
    moved,
    move_approved,
    proposal_taken,
    cancellation_undone,
    blocked_client_books,
    changed_by_a_file,
]


def run(racers: Racers, make: Callable[[], Race], *, without: Sequence[str] = ()) -> list[str]:
    race = make()
    answers = racers.race(race.entries, without=without)
    return errors(answers) + race.faults(answers)


@pytest.mark.parametrize("race", TAKEN_BACK)
def test_nothing_stands_on_what_was_taken_back_in_the_same_moment(race: Callable[[], Race], racers: Racers) -> None:
    make_practice()
    for _ in range(REPEATS * 2):
        assert run(racers, race) == []
    assert history_faults() == []


@pytest.mark.parametrize("race", TAKEN_BACK)
def test_something_does_without_the_lock(race: Callable[[], Race], racers: Racers) -> None:
    make_practice()
    guards = ["lock", "second_look"]
    assert any(run(racers, race, without=guards) for _ in range(TRIES))


# A session that starts


def started() -> Race:
    world = World()
    booking = world.booked(checked_in_at=NOW)
    return against(world, world.withdrawing, Entry(contenders.start, (booking.pk,)))


def started_where_the_therapist_is_asked() -> Race:
    world = World()
    Document.objects.filter(pk=world.document.pk).update(on_withdrawal="ask")
    booking = world.booked(checked_in_at=NOW)

    def faults(answers: list[Answer]) -> list[str]:
        booking.refresh_from_db()
        ended, asked = (Status.COMPLETED, True, True), (Status.REQUESTED, False, False)
        stands = booking.status, booking.started_at is not None, booking.ended_at is not None
        heard = answers[0].said == "done" and stands == (ended if answers[1].said == "done" else asked)
        return [] if heard else [f"told {said(answers)}, stands {stands}"]

    return Race([world.withdrawing, Entry(contenders.start, (booking.pk,))], faults)


STARTED = [started, started_where_the_therapist_is_asked]


@pytest.mark.parametrize("race", STARTED)
def test_a_session_does_not_run_on_a_consent_that_is_withdrawn_as_it_starts(
    race: Callable[[], Race], racers: Racers
) -> None:
    make_practice()
    for _ in range(REPEATS * 2):
        assert run(racers, race) == []
    assert history_faults() == []


@pytest.mark.parametrize("race", STARTED)
def test_it_does_or_the_withdrawal_is_not_heard_without_the_lock(race: Callable[[], Race], racers: Racers) -> None:
    make_practice()
    assert any(run(racers, race, without=["lock"]) for _ in range(TRIES))


# A stop that is raised


def stop_against_bookings() -> Race:
    """Told before the booking: refused. Told after it: put to the therapist."""
    world = World()
    asked = {"heart": {"kind": "one", "is_required": True, "choices": {"well": "", "clot": "stop"}}}
    form = begin(world.client, make_form(asked, asked="visit"))  # asked at visits, so that it is not missing before
    intake.save_page(form, 1, {"heart": "clot"}, now=NOW)

    def faults(answers: list[Answer]) -> list[str]:
        confirmed = Booking.objects.filter(client=world.client, status=Status.CONFIRMED)
        flags = Flag.objects.filter(client=world.client, action="stop").count()
        told = [answers[0].said, answers[1].said in {"done", "NotReady"}, flags, confirmed.count()]
        return [] if told == ["done", True, 1, 0] else [f"told {said(answers)}, {told}"]

    return Race([Entry(contenders.sign_off, (str(form.pk),)), Entry(contenders.book, world.wanted)], faults)


def test_nothing_is_confirmed_against_a_stop_of_the_same_moment(racers: Racers) -> None:
    make_practice()
    for _ in range(REPEATS * 2):
        assert run(racers, stop_against_bookings) == []


def test_something_is_without_the_lock(racers: Racers) -> None:
    make_practice()
    assert any(run(racers, stop_against_bookings, without=["lock"]) for _ in range(TRIES))


# The same thing done twice at once


def once(entry: Entry, other: Entry, count: Callable[[], object], told: dict[str, int]) -> Race:
    def faults(answers: list[Answer]) -> list[str]:
        kept = count()
        return [] if (kept, said(answers)) == (1, Counter(told)) else [f"kept {kept}, told {said(answers)}"]

    return Race([entry, other, entry, other], faults)


def signed_in_two_tabs() -> Race:
    """The others are given the consent that is there."""
    client, version = make_client_with_account(), make_published(EARLIER)
    entry = Entry(contenders.sign, (client.pk, version.pk))
    return once(entry, entry, lambda: Consent.objects.filter(client=client).count(), {"done": 4})


def form_signed_off_in_two_tabs() -> Race:
    client = make_client_with_account()
    form = begin(client, make_form({"name": {}, "heart": {"kind": "one", "choices": {"ill": "review"}}}))
    intake.save_page(form, 1, {"heart": "ill"}, now=NOW)
    entry = Entry(contenders.sign_off, (str(form.pk),))

    def count() -> int:
        return Submission.objects.filter(client=client).count() * Flag.objects.filter(client=client).count()

    return once(entry, entry, count, {"done": 1, "AlreadySigned": 3})


def withdrawn_by_both() -> Race:
    world = World()
    booking = world.booked()
    word = Entry(_on_their_word, (world.client.pk, world.document.pk, make_owner().pk))

    def count() -> int:
        released = BookingChange.objects.filter(booking=booking, what="released").count()
        return released * Withdrawal.objects.filter(consent__client=world.client).count()

    return once(world.withdrawing, word, count, {"done": 4})


def _on_their_word(client: int, document: int, by: int) -> contenders.Act:
    return contenders.withdraw(client, document, on_their_word_by=by)


def decided_by_two_therapists() -> Race:
    client, stage = make_client_with_account(), Stage.objects.get(slug="clearing")
    entries = [Entry(contenders.decide, (client.pk, stage.pk, make_owner().pk)) for _ in range(2)]
    told = {"done": 1, "DecidedMeanwhile": 3}
    return once(*entries, lambda: StageDecision.objects.filter(client=client).count(), told)


def opened_in_need_twice() -> Race:
    """One line, and one mail to the owner."""
    client, user = make_client_with_account(), make_therapist_at_work().user
    make_owner()
    entry = Entry(contenders.break_glass, (client.pk, user.pk))

    def count() -> int:
        glasses = list(BreakGlass.objects.filter(client=client))
        mails = Message.objects.filter(about__in=[f"opened:{each.pk.hex}" for each in glasses]).values("recipient")
        return len(glasses) if mails.count() == mails.distinct().count() else -1

    return once(entry, entry, count, {"done": 1, "OpenAlready": 3})


TWICE = [
    signed_in_two_tabs,
    form_signed_off_in_two_tabs,
    withdrawn_by_both,
    decided_by_two_therapists,
    opened_in_need_twice,
]


@pytest.mark.parametrize("race", TWICE)
def test_what_is_done_twice_at_once_is_kept_once(race: Callable[[], Race], racers: Racers) -> None:
    make_practice()
    for _ in range(REPEATS):
        assert run(racers, race) == []


@pytest.mark.parametrize("race", TWICE)
def test_it_is_kept_twice_or_breaks_without_the_lock(race: Callable[[], Race], racers: Racers) -> None:
    make_practice()
    assert any(run(racers, race, without=["lock"]) for _ in range(TRIES))
