"""The agreed-boundary sheet: filled in before, locked at the start, only narrowed after that."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.tests.factories import make_owner
from bookings import visits
from bookings.models import Booking, Status
from bookings.tests.factories import make_booking, make_session_type
from care import agreed, constraints, sheets
from care.errors import NoSheetNow, SheetAgreed, SheetLocked, SheetMissing, Widened
from care.models import BoundarySheet, Narrowing
from care.tests.factories import BACK, NOW, agree, make_sheet
from clients.areas import AREAS
from clients.tests.factories import make_client_with_account
from vault import trail

pytestmark = pytest.mark.django_db
LATER = NOW + dt.timedelta(minutes=20)


def test_areas_are_kept_as_bits_and_come_back_in_their_order() -> None:
    assert agreed.keys(agreed.bits(reversed(BACK))) == [key for key in AREAS if key in BACK]
    assert agreed.keys(agreed.ALL) == list(AREAS)
    assert (agreed.words(0), agreed.words(agreed.bits(["neck", "scalp"]))) == ("", f"{AREAS['scalp']}, {AREAS['neck']}")


def test_client_fills_it_in_ahead_and_changes_it() -> None:
    sheet = make_sheet()
    sheets.save(sheet.booking, agree(stop_word="halt"), by=sheet.booking.client.user, now=LATER)
    sheet.refresh_from_db()
    assert (sheet.stop_word, sheet.filled_by, sheet.saved_at, sheet.locked_at) == ("halt", "client", LATER, None)
    assert BoundarySheet.objects.count() == 1


def test_sheet_gone_through_together_is_no_longer_the_clients_to_change() -> None:
    sheet = make_sheet()
    sheets.save(sheet.booking, agree(), by=make_owner(), now=NOW)
    with pytest.raises(SheetAgreed):
        sheets.save(sheet.booking, agree(pressure=3), by=sheet.booking.client.user, now=LATER)


@pytest.mark.parametrize("changes", [{"status": Status.CANCELLED}, {"started_at": NOW}])
def test_session_that_is_over_or_running_gets_no_new_sheet(changes: dict[str, Any]) -> None:
    booking = make_booking(client=make_client_with_account(), **changes)
    with pytest.raises(NoSheetNow):
        sheets.save(booking, agree(), by=booking.client.user, now=NOW)


def test_consultation_has_no_sheet() -> None:
    booking = make_booking(
        client=make_client_with_account(), session_type=make_session_type(kind="consultation", rooms=[])
    )
    assert sheets.may_be_filled(booking) is False


def checked_in(**overrides: Any) -> Booking:
    return make_booking(
        client=make_client_with_account(), starts_at=NOW, checked_in_at=NOW - dt.timedelta(minutes=5), **overrides
    )


def test_start_locks_the_sheet_and_the_ledger_says_so() -> None:
    booking = checked_in()
    sheet = make_sheet(booking=booking)
    visits.start(Booking.objects.get(pk=booking.pk), by=booking.therapist.user, now=LATER)
    sheet.refresh_from_db()
    assert sheet.locked_at == LATER
    assert [each.kind for each in trail.about(f"client:{booking.client_id}")] == ["sheet.locked"]
    with pytest.raises(SheetLocked):
        sheets.save(booking, agree(), by=booking.client.user, now=LATER)


def test_tantric_session_without_a_sheet_does_not_start() -> None:
    booking = checked_in(session_type=make_session_type(kind="tantric"))
    with pytest.raises(SheetMissing):
        visits.start(booking, by=booking.therapist.user, now=LATER)
    booking.refresh_from_db()
    assert booking.started_at is None


def test_locked_sheet_is_narrowed_and_what_it_was_is_kept() -> None:
    sheet = make_sheet(locked=True)
    by = sheet.booking.therapist.user
    narrowed = sheets.narrow(sheet, areas=agreed.bits(["neck"]), covering=3, pressure=1, by=by, now=LATER)
    assert (narrowed.area_keys, narrowed.covering, narrowed.pressure) == (["neck"], 3, 1)
    assert list(Narrowing.objects.values_list("areas", "covering", "pressure", "at", "by")) == [
        (agreed.bits(BACK), 2, 2, LATER, by.pk)
    ]


def test_narrowing_to_the_same_changes_nothing() -> None:
    sheet = make_sheet(locked=True)
    same = {"areas": sheet.areas, "covering": sheet.covering, "pressure": sheet.pressure}
    sheets.narrow(sheet, **same, by=sheet.booking.therapist.user, now=LATER)
    assert Narrowing.objects.count() == 0


WIDER = [{"areas": agreed.bits([*BACK, "belly"])}, {"areas": agreed.bits(["belly"])}, {"covering": 1}, {"pressure": 3}]


@pytest.mark.parametrize("wider", WIDER)
def test_widening_is_refused(wider: dict[str, int]) -> None:
    sheet = make_sheet(locked=True)
    asked = {"areas": sheet.areas, "covering": sheet.covering, "pressure": sheet.pressure} | wider
    with pytest.raises(Widened):
        sheets.narrow(sheet, **asked, by=sheet.booking.therapist.user, now=LATER)


def test_after_the_end_nothing_is_narrowed_any_more() -> None:
    sheet = make_sheet(locked=True)
    Booking.objects.filter(pk=sheet.booking_id).update(ended_at=NOW, status=Status.COMPLETED)
    with pytest.raises(NoSheetNow):
        sheets.narrow(sheet, areas=0, covering=3, pressure=1, by=sheet.booking.therapist.user, now=LATER)


# What the database refuses by itself, and that the guard is what refuses it


def refused_by(act: Any) -> bool:
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        act()
    return constraints.SHEETS in str(refused.value)


FIXED = [{"locked_at": None}, {"locked_at": LATER}, {"filled_by": "together"}]


@pytest.mark.parametrize("changes", WIDER + FIXED)
def test_database_refuses_what_widens_a_locked_sheet(changes: dict[str, Any]) -> None:
    rows = BoundarySheet.objects.filter(pk=make_sheet(locked=True).pk)
    assert refused_by(lambda: rows.update(**changes))
    constraints.remove(connection)
    assert rows.update(**changes) == 1
    rows.update(areas=agreed.bits(BACK), covering=2, pressure=2)
    constraints.install(connection)


def test_database_refuses_other_words_and_the_going_of_a_locked_sheet() -> None:
    sheet = make_sheet(locked=True)
    sheet.stop_word = "another"
    assert refused_by(lambda: sheet.save(update_fields=["stop_word"]))
    assert refused_by(lambda: BoundarySheet.objects.filter(pk=sheet.pk).delete())


def test_database_refuses_a_locked_sheet_replaced_on_sqlite() -> None:
    """INSERT OR REPLACE would take it away unseen; PostgreSQL has no such statement."""
    sheet = make_sheet(locked=True)
    if connection.vendor == "postgresql":
        return
    columns = "booking_id, areas, covering, pressure, slower_word, stop_word, wishes, filled_by, saved_at, saved_by_id"
    sql = f"INSERT OR REPLACE INTO care_boundarysheet (id, {columns}) SELECT '{'0' * 32}', {columns} FROM care_boundarysheet"
    with connection.cursor() as cursor:
        assert refused_by(lambda: cursor.execute(sql))
    assert BoundarySheet.objects.get().pk == sheet.pk


def test_open_sheet_may_be_widened_and_go() -> None:
    rows = BoundarySheet.objects.filter(pk=make_sheet().pk)
    assert rows.update(areas=agreed.ALL, covering=1, pressure=3) == 1
    assert rows.delete()[0] == 1


def test_what_was_narrowed_stays_written() -> None:
    sheet = make_sheet(locked=True)
    sheets.narrow(sheet, areas=0, covering=3, pressure=1, by=sheet.booking.therapist.user, now=LATER)
    for act in (lambda: Narrowing.objects.update(areas=0), lambda: Narrowing.objects.all().delete()):
        with pytest.raises(IntegrityError, match=constraints.NARROWINGS), transaction.atomic():
            act()
