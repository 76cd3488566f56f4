"""Writes a file into rows, whole or not at all: creates what is new, changes what differs, deletes nothing.

Rows are matched by slug or ref, and those that have neither by their values; a date's hours are replaced for that date.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import OperationalError, transaction

from bookings import placing, treating
from bookings.errors import Busy
from bookings.models import Booking, Status
from bookings.practice_file import booking_rows, known, offer_rows, people_rows, physics, sense, wordings
from bookings.practice_file.booking_rows import Tell
from bookings.practice_file.faults import Faults
from bookings.practice_file.report import Report
from bookings.practice_file.sense import Sheet
from practice.models import Practice


def enter(
    tree: dict[str, Any],
    faults: Faults,
    *,
    now: dt.datetime,
    dry_run: bool = False,
    tell: Tell = lambda done, total: None,
) -> Report:
    """Checks the rest and writes. `faults` are those of shape; `tell` hears how many of how many bookings are in.

    Raises FaultyFile with every fault, or Busy, and then nothing is written. On a dry run all is done and taken back.
    """
    try:
        with transaction.atomic():
            report = _check_and_write(tree, faults, now, tell)
            transaction.set_rollback(dry_run)
    except OperationalError as error:
        raise Busy from error
    return report


def _check_and_write(tree: dict[str, Any], faults: Faults, now: dt.datetime, tell: Tell) -> Report:
    sheet = Sheet(tree, faults)
    here = known.load(sheet, now)
    zone = sense.zone_of(tree, faults, here.zone)
    sense.check(sheet, here, zone)
    wordings.check(sheet)
    planned = physics.check(sheet, here, zone)
    faults.raise_any()
    report = Report()
    _write(tree, planned, here, now, report, tell)
    return report


def _write(
    tree: dict[str, Any],
    planned: list[physics.Planned],
    here: sense.Known,
    now: dt.datetime,
    report: Report,
    tell: Tell,
) -> None:
    """In the order in which rows lean on each other."""
    offer_rows.practice(tree.get("practice"), report)
    offer_rows.pages(tree.get("pages", []), report)
    wordings.write(tree.get("wordings", []), now, report)
    offer_rows.rooms(tree.get("rooms", []), report)
    offer_rows.session_types(tree.get("session_types", []), report)
    people_rows.therapists(tree.get("therapists", []), now, report)
    people_rows.hours(tree, now, report)
    people_rows.clients(tree.get("clients", []), now, report)
    if planned:
        lapsed = Booking.objects.filter(status=Status.HELD, hold_ends_at__lte=now).values_list("pk", flat=True)
        placing.expire_lapsed(list(lapsed), by=None, now=now)
        booking_rows.bookings(planned, here, Practice.objects.current(), now, report, tell)
    treating.settle(now)
