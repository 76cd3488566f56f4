"""The session note: a draft until it is signed, then as it stands, with amendments beside it; and its chart."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.tests.factories import make_front_desk, make_owner
from bookings import lifecycle
from bookings.models import Booking, Status
from bookings.tests.factories import make_booking
from care import agreed, charts, constraints, energy, notes, signatures, unsigned
from care.energy import Point
from care.errors import (
    EmptyNote,
    NoNoteYet,
    NoteChanged,
    NoteSigned,
    NoteStands,
    NothingDone,
    NothingToShare,
    NothingWritten,
    NotOverYet,
    NotSignedYet,
)
from care.models import Amendment, EnergyChart, NoteState, SessionNote
from care.notes import Written
from care.tests.factories import NOW, make_note, make_signed_note, make_visit
from vault import trail, verifier

pytestmark = pytest.mark.django_db
LATER = NOW + dt.timedelta(minutes=20)
CHART = {"root": Point("blocked", "Cold feet."), "heart": Point("balanced")}


def the_therapist(booking: Booking) -> Any:
    return booking.therapist.user


def kinds_about(booking: Booking) -> list[str]:
    return [each.kind for each in trail.about(f"client:{booking.client_id}")]


# Draft


def test_draft_is_kept_and_changed_and_its_chart_with_it() -> None:
    booking = make_visit()
    by = the_therapist(booking)
    notes.save_draft(booking, Written(done="Feet.", points=CHART), seen=0, by=by, now=NOW)
    again = Written(done="Feet and calves.", plan="Begin with the feet.", areas=agreed.bits(["scalp"]))
    note = notes.save_draft(booking, again, seen=1, by=by, now=LATER)
    assert (note.done, note.plan, note.worked_on, note.version) == (
        "Feet and calves.",
        "Begin with the feet.",
        "Head and scalp",
        2,
    )
    assert (note.state, note.author, note.saved_at, note.is_late_entry) == (NoteState.DRAFT, by, LATER, False)
    assert EnergyChart.objects.count() == 0
    assert SessionNote.objects.count() == 1


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.NO_SHOW, Status.CONFIRMED, Status.REQUESTED])
def test_session_that_did_not_take_place_has_no_note(status: str) -> None:
    booking = make_booking(status=status)
    for verb in (notes.save_draft, notes.sign):
        with pytest.raises(NoNoteYet):
            verb(booking, Written(done="Back."), seen=0, by=the_therapist(booking), now=NOW)
    assert SessionNote.objects.count() == 0


def test_running_session_has_a_draft_and_no_signature_yet() -> None:
    booking = make_visit(status=Status.CONFIRMED, ended_at=None)
    by = the_therapist(booking)
    note = notes.save_draft(booking, Written(done="Back."), seen=0, by=by, now=NOW)
    with pytest.raises(NotOverYet):
        notes.sign(booking, Written(done="Back."), seen=1, by=by, now=NOW)
    assert note.state == NoteState.DRAFT


def test_empty_note_is_refused_in_a_sentence() -> None:
    booking = make_visit()
    by = the_therapist(booking)
    with pytest.raises(EmptyNote):
        notes.save_draft(booking, Written(done="  "), seen=0, by=by, now=NOW)
    with pytest.raises(NothingDone, match="what was done"):
        notes.sign(booking, Written(plan="Feet next time."), seen=0, by=by, now=NOW)
    assert SessionNote.objects.count() == 0


def test_draft_saved_in_another_window_is_not_overwritten() -> None:
    note = make_note()
    notes.save_draft(note.booking, Written(done="Second."), seen=1, by=note.author, now=LATER)
    with pytest.raises(NoteChanged):
        notes.save_draft(note.booking, Written(done="Third."), seen=1, by=note.author, now=LATER)
    note.refresh_from_db()
    assert note.done == "Second."


@pytest.mark.parametrize(("after", "is_late"), [(24, False), (25, True)])
def test_note_that_is_begun_a_day_after_the_end_is_a_late_entry(after: int, is_late: bool) -> None:
    booking = make_visit()
    note = make_note(booking, now=booking.ended_at + dt.timedelta(hours=after))
    assert note.is_late_entry is is_late
    later = booking.ended_at + dt.timedelta(days=3)
    signed = notes.sign(booking, Written(done="Back."), seen=1, by=note.author, now=later)
    assert signed.is_late_entry is is_late


# Signature


def test_signed_note_and_its_chart_stand_in_the_ledger() -> None:
    note = make_signed_note(points=CHART)
    assert (note.state, note.signed_at, len(note.text_digest)) == (NoteState.SIGNED, NOW, 64)
    [line] = trail.about(note.vault_subject())
    assert (line.kind, line.object) == (notes.SIGNED, f"care.sessionnote:{note.pk}")
    assert line.details == {
        "booking": note.booking_id,
        "late": False,
        "record": signatures.record_digest(note),
        "text": note.text_digest,
    }
    assert signatures.text_digest(SessionNote.objects.get()) == note.text_digest


def test_signed_note_is_not_saved_or_signed_again() -> None:
    note = make_signed_note()
    for verb in (notes.save_draft, notes.sign):
        with pytest.raises(NoteSigned, match="amendment"):
            verb(note.booking, Written(done="Other."), seen=1, by=note.author, now=LATER)
    assert SessionNote.objects.get().done == "Back and neck, slowly."


def test_what_is_to_be_shared_is_shared_with_the_signature_and_not_before() -> None:
    booking = make_visit()
    written = Written(done="Back.", aftercare="Drink enough.", points=CHART, shares_aftercare=True, shares_chart=True)
    draft = notes.save_draft(booking, written, seen=0, by=the_therapist(booking), now=NOW)
    assert (draft.shared_at, EnergyChart.objects.get().shared_at) == (None, None)
    note = notes.sign(booking, written, seen=1, by=draft.author, now=LATER)
    chart = EnergyChart.objects.get()
    assert (note.shared_at, note.shared_by, chart.shared_at, chart.shares_notes) == (LATER, draft.author, LATER, False)
    assert kinds_about(booking) == [notes.SIGNED, notes.SHARED, charts.SHARED]


def test_sharing_is_taken_back_and_given_again_while_the_note_stays_signed() -> None:
    note = make_signed_note(aftercare="Drink enough.", points=CHART, shares_aftercare=True, shares_chart=True)
    notes.unshare_aftercare(note, by=note.author, now=LATER)
    chart = charts.unshare(EnergyChart.objects.get(), by=note.author, now=LATER)
    assert (SessionNote.objects.get().shared_at, chart.shared_at) == (None, None)
    assert charts.share(chart, with_notes=True, by=note.author, now=LATER).shares_notes is True
    assert notes.share_aftercare(note, by=note.author, now=LATER).shared_at == LATER


def test_draft_and_empty_aftercare_are_not_shared() -> None:
    draft = make_note(points=CHART, aftercare="Rest.")
    with pytest.raises(NothingToShare):
        charts.share(draft.chart, with_notes=False, by=draft.author, now=NOW)
    with pytest.raises(NothingToShare):
        notes.share_aftercare(draft, by=draft.author, now=NOW)
    with pytest.raises(NothingToShare):
        notes.share_aftercare(make_signed_note(), by=draft.author, now=NOW)


# Amendment


def test_amendment_stands_beside_the_original_with_its_reason() -> None:
    note = make_signed_note()
    made = notes.amend(note, "It was the left shoulder.", reason="I wrote the wrong side.", by=note.author, now=LATER)
    assert SessionNote.objects.get().done == "Back and neck, slowly."
    assert (made.words, made.reason, made.at) == ("It was the left shoulder.", "I wrote the wrong side.", LATER)
    assert kinds_about(note.booking) == [notes.SIGNED, notes.AMENDED]


def test_session_with_a_signed_note_took_place() -> None:
    booking = make_signed_note().booking
    with pytest.raises(NoteStands, match="There is a signed note of this session"):
        lifecycle.no_show(booking, by=make_front_desk(), now=NOW, why="They did not come.")
    kept = Booking.objects.get(pk=booking.pk)
    assert (kept.status, kept.version, kept.late_fee) == (Status.COMPLETED, 1, 0)


def test_draft_keeps_nobody_from_saying_that_the_client_did_not_come() -> None:
    booking = make_note().booking
    assert lifecycle.no_show(booking, by=make_owner(), now=NOW, why="A slip.").status == Status.NO_SHOW


def test_amendment_needs_words_a_reason_and_a_signed_note() -> None:
    signed, draft = make_signed_note(), make_note()
    with pytest.raises(NothingWritten):
        notes.amend(signed, " ", reason="Wrong side.", by=signed.author, now=LATER)
    with pytest.raises(NothingWritten, match="why"):
        notes.amend(signed, "Left.", reason=" ", by=signed.author, now=LATER)
    with pytest.raises(NotSignedYet):
        notes.amend(draft, "Left.", reason="Wrong side.", by=draft.author, now=LATER)


# What the database refuses by itself, and that the guard is what refuses it


def refused_by(guard: str, act: Callable[[], Any]) -> bool:
    with pytest.raises(IntegrityError, match=guard), transaction.atomic():
        act()
    return True


def without(guard: str, act: Callable[[], Any]) -> Any:
    """What happens where only this guard is gone."""
    only = {guard: constraints.GUARDS[guard]}
    constraints.remove(connection, only)
    try:
        return act()
    finally:
        constraints.install(connection, only)


def run(sql: str, *values: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.rowcount


CHANGED = [
    "done = response",
    "plan = done",
    "areas = 1",
    "is_late_entry = NOT is_late_entry",
    "state = 'draft', signed_at = NULL",
    "text_digest = 'x'",
    "signed_at = saved_at",
    "author_id = author_id + 0, version = 9",
]


@pytest.mark.parametrize("change", CHANGED)
def test_database_refuses_a_change_of_a_signed_note(change: str) -> None:
    make_signed_note(now=NOW, plan="Feet.", response="Quiet.")
    sql = f"UPDATE care_sessionnote SET {change}"
    if change == "signed_at = saved_at":
        sql = "UPDATE care_sessionnote SET signed_at = '2026-06-01 07:00:00+00'"
    assert refused_by(constraints.SIGNED, lambda: run(sql))
    assert without(constraints.SIGNED, lambda: run(sql)) == 1


def test_database_refuses_the_going_of_a_signed_note() -> None:
    make_signed_note()
    gone = "DELETE FROM care_sessionnote"
    assert refused_by(constraints.SIGNED, lambda: run(gone))
    assert without(constraints.SIGNED, lambda: run(gone)) == 1


def test_database_lets_drafts_change_and_go_and_sharing_change() -> None:
    make_note()
    assert run("UPDATE care_sessionnote SET areas = 3") == 1
    assert run("DELETE FROM care_sessionnote") == 1
    make_signed_note(aftercare="Rest.")
    assert run("UPDATE care_sessionnote SET shared_at = signed_at, shared_by_id = author_id") == 1


@pytest.mark.parametrize("status", [Status.NO_SHOW, Status.CONFIRMED, Status.CANCELLED])
def test_database_refuses_a_signature_where_nothing_took_place(status: str) -> None:
    note = make_note()
    Booking.objects.filter(pk=note.booking_id).update(status=status)
    sign = "UPDATE care_sessionnote SET state = 'signed', signed_at = saved_at, text_digest = 'x'"
    assert refused_by(constraints.TOOK_PLACE, lambda: run(sign))
    assert without(constraints.TOOK_PLACE, lambda: run(sign)) == 1


def test_database_refuses_a_signature_that_comes_in_with_the_row() -> None:
    note = make_note()
    Booking.objects.filter(pk=note.booking_id).update(status=Status.NO_SHOW)
    columns = "booking_id, author_id, version, saved_at, is_late_entry, areas, done, response, aftercare, plan"
    SessionNote.objects.filter(pk=note.pk)
    other = make_visit(status=Status.NO_SHOW)
    key = "'00000000000000000000000000000000'"
    sql = (
        f"INSERT INTO care_sessionnote (id, state, signed_at, text_digest, {columns}) SELECT {key}, 'signed', saved_at, 'x', "
        f"{other.pk}, {columns.partition(', ')[2]} FROM care_sessionnote"
    )
    if connection.vendor == "postgresql":
        sql = sql.replace(key, f"{key}::uuid")
    assert refused_by(constraints.TOOK_PLACE, lambda: run(sql))
    assert without(constraints.TOOK_PLACE, lambda: run(sql)) == 1


def test_database_refuses_a_signed_note_replaced_on_sqlite() -> None:
    """INSERT OR REPLACE would take it away unseen; PostgreSQL has no such statement."""
    note = make_signed_note()
    if connection.vendor == "postgresql":
        return
    columns = (
        "booking_id, author_id, version, saved_at, is_late_entry, areas, done, response, aftercare, plan, text_digest"
    )
    sql = (
        f"INSERT OR REPLACE INTO care_sessionnote (id, state, {columns}) SELECT '{'0' * 32}', 'draft', {columns} "
        "FROM care_sessionnote"
    )
    assert refused_by(constraints.SIGNED, lambda: run(sql))
    assert SessionNote.objects.get().pk == note.pk


CHART_ACTS = ["UPDATE care_energychart SET seen = ?", "DELETE FROM care_energychart"]


@pytest.mark.parametrize("sql", CHART_ACTS)
def test_database_refuses_a_change_of_the_chart_of_a_signed_note(sql: str) -> None:
    make_signed_note(points=CHART)
    values = [connection.Database.Binary(b"other")] if "?" in sql else []
    act = lambda: run(sql.replace("?", "%s"), *values)  # noqa: E731
    assert refused_by(constraints.CHARTS, act)
    assert without(constraints.CHARTS, act) == 1


def test_database_refuses_a_chart_put_into_a_signed_note() -> None:
    note = make_signed_note()
    chart = EnergyChart(note=note, seen=energy.kept(CHART))
    assert refused_by(constraints.CHARTS, lambda: chart.save(force_insert=True))
    moved = make_note(points=CHART).chart
    assert refused_by(constraints.CHARTS, lambda: EnergyChart.objects.filter(pk=moved.pk).update(note=note))
    without(constraints.CHARTS, lambda: chart.save(force_insert=True))
    assert EnergyChart.objects.filter(note=note).count() == 1


def test_database_keeps_amendments() -> None:
    note = make_signed_note()
    notes.amend(note, "Left.", reason="Wrong side.", by=note.author, now=LATER)
    for act in (lambda: Amendment.objects.update(at=NOW), lambda: Amendment.objects.all().delete()):
        assert refused_by(constraints.AMENDMENTS, act)
    assert without(constraints.AMENDMENTS, lambda: Amendment.objects.update(at=NOW)) == 1


# What the ledger shows


def faults(folder: Path) -> str:
    fault = verifier.verify(folder / "anchors").finding.fault
    return fault.sentence if fault else ""


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE care_sessionnote SET done = response",
        "UPDATE care_sessionnote SET areas = 5",
        "UPDATE care_sessionnote SET state = 'draft', signed_at = NULL",
        "UPDATE care_energychart SET seen = (SELECT done FROM care_sessionnote)",
        "DELETE FROM care_energychart",
        "UPDATE care_amendment SET words = reason",
        "DELETE FROM care_amendment",
    ],
)
def test_ledger_shows_a_signed_note_that_somebody_changed_past_the_guards(sql: str, tmp_path: Path) -> None:
    note = make_signed_note(points=CHART, response="Quiet.")
    notes.amend(note, "Left.", reason="Wrong side.", by=note.author, now=LATER)
    assert faults(tmp_path) == ""
    constraints.remove(connection, constraints.RECORDED)
    run(sql)
    constraints.install(connection, constraints.RECORDED)
    name = "care.amendment:" if "amendment" in sql else f"care.sessionnote:{note.pk}"
    assert name in faults(tmp_path)


# Who waits


def test_what_is_not_signed_waits_for_its_therapist_and_the_owner() -> None:
    first, second = make_visit(), make_visit(starts_at=NOW - dt.timedelta(hours=30))
    make_note(first)
    make_signed_note(make_visit(therapist=first.therapist, starts_at=NOW - dt.timedelta(days=2)))
    make_visit(ended_at=None, started_at=None)  # brought in by a practice file
    make_visit(status=Status.NO_SHOW)
    assert list(notes.waiting(the_therapist(first), NOW)) == [first]
    assert list(notes.waiting(make_owner(), NOW)) == [second, first]
    assert list(notes.waiting(make_front_desk(), NOW)) == []
    assert list(unsigned.overdue(the_therapist(first), NOW)) == []
    assert list(unsigned.overdue(the_therapist(second), NOW)) == [second]


# The chart in words


def test_chart_says_each_chakra_in_words_from_the_crown_down() -> None:
    assert energy.in_words(CHART) == (
        "Crown not looked at, third eye not looked at, throat not looked at, heart balanced, solar plexus not looked at, "
        "sacral not looked at, root blocked"
    )
    assert energy.looked_at({"root": Point(), "heart": Point("", "Warm.")}) == {"heart": Point("", "Warm.")}
    assert energy.read(energy.kept(CHART)) == {"heart": Point("balanced"), "root": Point("blocked", "Cold feet.")}


@pytest.mark.parametrize("points", [{"tail": Point("blocked")}, {"root": Point("cured")}])
def test_chart_takes_no_other_chakra_and_no_other_state(points: Any) -> None:
    with pytest.raises(ValueError, match="No such"):
        energy.kept(points)
