"""The boundary sheet and the session note in two hands at once: both narrowings are heard, one signature counts."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from accounts.tests.factories import make_owner
from bookings.tests.contenders import sign_off, start
from bookings.tests.factories import NOW, make_booking
from bookings.tests.racing import Entry, Racers
from bookings.tests.test_races import REPEATS, TRIES, Race, errors, racers, said
from care import agreed
from care.models import BoundarySheet, Narrowing, SessionNote
from care.tests import contenders
from care.tests.factories import make_note, make_sheet
from clients import intake
from clients.tests.factories import make_client_with_account
from clients.tests.forms import begin, make_form
from practice.tests.factories import make_practice
from vault import trail

__all__ = ["racers"]
pytestmark = pytest.mark.django_db(transaction=True)
LESS = agreed.bits(["neck", "upper-back"])


def narrowed_by_two() -> Race:
    """One takes an area away, one asks for less pressure; each read the sheet as it was agreed."""
    sheet, owner = make_sheet(locked=True), make_owner()
    therapist = sheet.booking.therapist.user
    entries = [
        Entry(contenders.narrow_areas, (str(sheet.pk), owner.pk, LESS)),
        Entry(contenders.narrow_pressure, (str(sheet.pk), therapist.pk, 1)),
    ]

    def faults(answers: list) -> list[str]:
        sheet.refresh_from_db()
        before = list(Narrowing.objects.filter(sheet=sheet).values_list("areas", "pressure"))
        one_by_one = len(before) == 2 and len(set(before)) == 2
        right = (sheet.areas, sheet.pressure) == (LESS, 1) and one_by_one and said(answers) == {"done": 2}
        return [] if right else [f"told {said(answers)}, {sheet.areas} {sheet.pressure}, before it {before}"]

    return Race(entries, faults)


def narrowed_twice_alike() -> Race:
    sheet = make_sheet(locked=True)
    entry = Entry(contenders.narrow_pressure, (str(sheet.pk), sheet.booking.therapist.user.pk, 1))

    def faults(answers: list) -> list[str]:
        kept = Narrowing.objects.filter(sheet=sheet).count()
        return [] if (kept, said(answers)) == (1, {"done": 4}) else [f"told {said(answers)}, kept {kept}"]

    return Race([entry] * 4, faults)


def filled_in_on_both_sides() -> Race:
    """One sheet; what was gone through together stands, whoever came first."""
    booking = make_booking(client=make_client_with_account())
    entries = [Entry(contenders.fill_in, (booking.pk, user.pk)) for user in (booking.client.user, make_owner())]

    def faults(answers: list) -> list[str]:
        kept = list(BoundarySheet.objects.filter(booking=booking).values_list("filled_by", flat=True))
        told = {answers[0].said in ("done", "SheetAgreed"), answers[1].said == "done"}
        return [] if (kept, told) == (["together"], {True}) else [f"told {said(answers)}, kept {kept}"]

    return Race(entries, faults)


def filled_in_while_the_session_starts() -> Race:
    """Locked as it stands in the end, and never changed after that."""
    booking = make_booking(client=make_client_with_account(), checked_in_at=NOW)
    make_sheet(booking=booking)
    entries = [
        Entry(start, (booking.pk,)),
        Entry(contenders.fill_in, (booking.pk, booking.client.user.pk)),
    ]

    def faults(answers: list) -> list[str]:
        sheet = BoundarySheet.objects.get(booking=booking)
        right = answers[0].said == "done" and sheet.locked_at and answers[1].said in ("done", "SheetLocked")
        return [] if right else [f"told {said(answers)}"]

    return Race(entries, faults)


def refused_while_the_client_tells_of_a_stop() -> Race:
    """Each takes the ledger last, so neither waits for the other for ever."""
    booking = make_booking(client=make_client_with_account())
    heart = {"kind": "one", "choices": {"well": "", "clot": "stop"}}
    form = begin(booking.client, make_form({"heart": heart}, asked="visit"))
    intake.save_page(form, 1, {"heart": "clot"}, now=NOW)
    entries = [Entry(sign_off, (str(form.pk),)), Entry(contenders.refuse, (booking.pk,))]

    def faults(answers: list) -> list[str]:
        right = answers[0].said == "done" and answers[1].said in ("done", "Conflict")
        return [] if right else [f"told {said(answers)}"]

    return Race(entries, faults)


def note_signed_twice() -> Race:
    """One signature counts, the other is told in a sentence; what stands is what the one who was told “done” wrote."""
    note, owner = make_note(), make_owner()
    words = ["What the therapist wrote.", "What the owner wrote."]
    people = [note.author, owner]
    entries = [
        Entry(contenders.sign_note, (note.booking_id, user.pk, text)) for user, text in zip(people, words, strict=True)
    ]

    def faults(answers: list) -> list[str]:
        kept = SessionNote.objects.get(pk=note.pk)
        won = [text for answer, text in zip(answers, words, strict=True) if answer.said == "done"]
        lines = trail.about(note.vault_subject()).filter(kind="note.signed").count()
        right = said(answers) == {"done": 1, "NoteSigned": 1} and [kept.done] == won and lines == 1
        return [] if right else [f"told {said(answers)}, kept by {kept.author_id}, {lines} lines"]

    return Race(entries, faults)


def note_signed_while_it_is_said_that_nobody_came() -> Race:
    """One of them is heard."""
    note, owner = make_note(), make_owner()
    entries = [
        Entry(contenders.sign_note, (note.booking_id, note.author.pk, "Back and neck, slowly.")),
        Entry(contenders.miss, (note.booking_id, owner.pk)),
    ]

    def faults(answers: list) -> list[str]:
        told = tuple(answer.said for answer in answers)
        right = told in {("done", "NoteStands"), ("NotOverYet", "done"), ("NoNoteYet", "done")}
        return [] if right else [f"told {told}"]

    return Race(entries, faults)


GUARDED = [narrowed_by_two, narrowed_twice_alike, filled_in_on_both_sides]


def run(racers: Racers, make: Callable[[], Race], **how: object) -> list[str]:
    race = make()
    answers = racers.race(race.entries, **how)
    return errors(answers) + race.faults(answers)


def test_a_refusal_and_a_stop_at_once_wait_for_nobody(racers: Racers) -> None:
    make_practice()
    for _ in range(REPEATS * 2):
        assert run(racers, refused_while_the_client_tells_of_a_stop) == []


@pytest.mark.parametrize("race", [*GUARDED, filled_in_while_the_session_starts])
def test_a_sheet_in_two_hands_is_one_sheet(race: Callable[[], Race], racers: Racers) -> None:
    make_practice()
    for _ in range(REPEATS * 2):
        assert run(racers, race) == []


@pytest.mark.parametrize("race", GUARDED)
def test_it_is_not_without_the_lock(race: Callable[[], Race], racers: Racers) -> None:
    make_practice()
    assert any(run(racers, race, without=["lock"]) for _ in range(TRIES))


def test_a_note_signed_twice_at_once_is_signed_once(racers: Racers) -> None:
    make_practice()
    for _ in range(REPEATS * 2):
        assert run(racers, note_signed_twice) == []


def test_without_the_lock_the_second_signature_is_told_by_a_broken_page(racers: Racers) -> None:
    """The database still keeps the first: what is lost is the sentence."""
    make_practice()
    assert any(run(racers, note_signed_twice, without=["lock"]) for _ in range(TRIES))


def test_a_session_has_a_signed_note_or_was_missed_and_never_both(racers: Racers) -> None:
    make_practice()
    for _ in range(REPEATS * 2):
        assert run(racers, note_signed_while_it_is_said_that_nobody_came) == []


def test_without_the_lock_the_one_who_comes_second_is_told_by_a_broken_page_or_not_at_all(racers: Racers) -> None:
    make_practice()
    missed = note_signed_while_it_is_said_that_nobody_came
    assert any(run(racers, missed, without=["lock"]) for _ in range(TRIES))
