"""The verbs of the agreed-boundary sheet: save it before a session, lock it at the start, narrow it after that.

The only writer of sheets. The database refuses a widening too (`care/constraints.py`).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from accounts.models import User
from bookings.models import Booking, Kind, Status
from care.errors import NoSheetNow, SheetAgreed, SheetLocked, SheetMissing, Widened
from care.models import BoundarySheet, FilledBy, Narrowing
from vault import ledger

TO_COME = (Status.REQUESTED, Status.CONFIRMED)


@dataclass(frozen=True, slots=True)
class Agreed:
    """What is agreed: areas as bits (`care.agreed`), covering, pressure, and the client's own words."""

    areas: int
    covering: int
    pressure: int
    slower_word: str
    stop_word: str
    wishes: str = ""


@transaction.atomic
def save(booking: Booking, agreed: Agreed, *, by: User, now: dt.datetime) -> BoundarySheet:
    """Filled in by the client ahead of time, or together at the practice; then the client's own page no longer changes it.
    Raises NoSheetNow, SheetLocked, SheetAgreed."""
    current = Booking.objects.select_for_update(of=("self",)).get(pk=booking.pk)
    sheet = BoundarySheet.objects.filter(booking=current).first() or BoundarySheet(booking=current)
    if sheet.locked_at:
        raise SheetLocked
    if not may_be_filled(current):
        raise NoSheetNow
    filled_by = FilledBy.TOGETHER if by.is_staff else FilledBy.CLIENT
    if sheet.filled_by == FilledBy.TOGETHER and filled_by == FilledBy.CLIENT:
        raise SheetAgreed
    sheet.areas, sheet.covering, sheet.pressure = agreed.areas, agreed.covering, agreed.pressure
    sheet.slower_word, sheet.stop_word, sheet.wishes = agreed.slower_word, agreed.stop_word, agreed.wishes
    sheet.filled_by, sheet.saved_at, sheet.saved_by = filled_by, now, by
    sheet.save()
    return sheet


def may_be_filled(booking: Booking) -> bool:
    return booking.status in TO_COME and booking.started_at is None and booking.session_type.is_hands_on


def lock_at_start(booking: Booking, by: User, now: dt.datetime) -> None:
    """A step of the start, in its transaction: what was agreed stands from here on, and the ledger says so.
    A tantric session without a sheet does not start: raises SheetMissing."""
    sheet = BoundarySheet.objects.filter(booking=booking, locked_at=None).first()
    if sheet is None:
        if booking.session_type.kind == Kind.TANTRIC:
            raise SheetMissing
        return
    sheet.locked_at = now
    sheet.save(update_fields=["locked_at"])
    _note("sheet.locked", sheet, by, now)


@transaction.atomic
def narrow(
    sheet: BoundarySheet, *, areas: int, covering: int, pressure: int, by: User, now: dt.datetime
) -> BoundarySheet:
    """Less than was agreed, while the session runs; what it was before is kept. `sheet` is as it was read: what somebody
    else narrowed since stays narrowed, and both are heard. Raises Widened, NoSheetNow."""
    if areas & ~sheet.areas or covering < sheet.covering or pressure > sheet.pressure:
        raise Widened
    standing = BoundarySheet.objects.select_for_update(of=("self",)).select_related("booking").get(pk=sheet.pk)
    if standing.locked_at is None or standing.booking.ended_at or standing.booking.status != Status.CONFIRMED:
        raise NoSheetNow
    areas, covering, pressure = (
        areas & standing.areas,
        max(covering, standing.covering),
        min(pressure, standing.pressure),
    )
    if (areas, covering, pressure) == (standing.areas, standing.covering, standing.pressure):
        return standing
    Narrowing.objects.create(
        sheet=standing,
        at=now,
        by=by,
        areas=standing.areas,
        covering=standing.covering,
        pressure=standing.pressure,
    )
    standing.areas, standing.covering, standing.pressure = areas, covering, pressure
    standing.save(update_fields=["areas", "covering", "pressure"])
    _note("sheet.narrowed", standing, by, now)
    return standing


def _note(kind: str, sheet: BoundarySheet, by: User, now: dt.datetime) -> None:
    ledger.append(
        kind,
        actor_id=by.pk,
        subject=sheet.vault_subject(),
        object=f"care.boundarysheet:{sheet.pk}",
        details={"booking": sheet.booking_id},
        now=now,
    )
