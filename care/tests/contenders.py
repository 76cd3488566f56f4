"""What a racer of this app does; how races are run: `bookings.tests.racing`."""

from __future__ import annotations

import datetime as dt

from accounts.models import User
from bookings import lifecycle
from bookings.models import Booking
from bookings.tests.contenders import Act
from bookings.tests.factories import NOW
from care import cover as covers
from care import named, notes, plans, sheets
from care.models import BoundarySheet, Cover, Plan
from care.named import Named
from care.notes import Written
from care.tests.factories import agree, make_refusal


def narrow(sheet: str, by: int, **values: int) -> Act:
    row, user = BoundarySheet.objects.get(pk=sheet), User.objects.get(pk=by)
    as_it_is = {"areas": row.areas, "covering": row.covering, "pressure": row.pressure}
    return lambda: str(sheets.narrow(row, **(as_it_is | values), by=user, now=NOW).pk)


def narrow_areas(sheet: str, by: int, areas: int) -> Act:
    return narrow(sheet, by, areas=areas)


def narrow_pressure(sheet: str, by: int, pressure: int) -> Act:
    return narrow(sheet, by, pressure=pressure)


def refuse(booking: int) -> Act:
    row = Booking.objects.select_related("client__user", "therapist__user", "session_type", "room").get(pk=booking)
    return lambda: str(make_refusal(row).pk)


def fill_in(booking: int, by: int) -> Act:
    row, user = Booking.objects.select_related("client", "session_type").get(pk=booking), User.objects.get(pk=by)
    return lambda: str(sheets.save(row, agree(), by=user, now=NOW).pk)


def sign_note(booking: int, by: int, words: str) -> Act:
    row, user = Booking.objects.get(pk=booking), User.objects.get(pk=by)
    return lambda: str(notes.sign(row, Written(done=words), seen=1, by=user, now=NOW).pk)


def miss(booking: int, by: int) -> Act:
    row, user = Booking.objects.select_related("client", "therapist").get(pk=booking), User.objects.get(pk=by)
    return lambda: str(lifecycle.no_show(row, by=user, now=NOW, why="They did not come.").pk)


def book_series(plan: str, by: int, times: list[str]) -> Act:
    row, user = Plan.objects.select_related("client", "therapist").get(pk=plan), User.objects.get(pk=by)
    starts = [dt.datetime.fromisoformat(each) for each in times]
    return lambda: str(len(plans.book(row, starts, by=user, now=NOW)))


def answer_cover(cover: int, word: str, longer: bool = False) -> Act:
    row = Cover.objects.get(pk=cover)
    act = covers.say_longer if longer else covers.say_well
    return lambda: str(act(row, word=word, now=NOW))


def name_somebody(by: int, name: str) -> Act:
    user = User.objects.get(pk=by)
    return lambda: str(named.save(Named(name, "lee@example.com"), by=user, now=NOW).pk)
