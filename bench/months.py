"""The calendar's month on the practice's side, with a thousand bookings in it: all that the page asks for and is sent."""

from __future__ import annotations

import copy
import datetime as dt
import json
from itertools import cycle, islice, product

from django.test import RequestFactory
from django.utils import timezone

from accounts.tests.factories import make_owner
from bench.measure import cost
from bench.report import Report
from bookings.admin.calendar import pages
from bookings.models import Booking, Status
from bookings.tests.factories import make_booking, make_room, make_session_type, make_therapist_at_work
from clients.tests.factories import make_client
from practice.models import Practice
from practice.tests.factories import make_practice
from practice.walltime import instant

PART = "month"
MONTH = (dt.date(2027, 2, 1), dt.date(2027, 2, 28))
THERAPISTS = 5
CLIENTS = 120
HOURS = range(9, 17)
MOST_QUERIES = 14
"""Whatever stands in the month; a request through the site adds what the sign-in takes."""


def run(report: Report, *, bookings: int, repeats: int) -> None:
    fill(bookings)
    request = RequestFactory().get("/admin/calendar/events/", {"from": MONTH[0], "to": MONTH[1]})
    request.user, zone = make_owner(), Practice.objects.current().zone

    def ask() -> bytes:
        with timezone.override(zone):
            return pages.events(request).content

    drawn = len(json.loads(ask())["sessions"])
    found = cost(ask, repeats)
    what = f"the calendar's month, {bookings:,} bookings in it"
    report.add(PART, what, ms=found.wall_ms, cpu_ms=found.cpu_ms, queries=found.queries)
    report.hold(f"bookings missing from {what}", bookings - drawn, at_most=0)
    report.hold(f"queries of {what}", found.queries, at_most=MOST_QUERIES)
    report.hold_pace(f"ms of {what}", found.wall_ms, at_most=1000)


def fill(bookings: int) -> None:
    """The same rows each time: every therapist in a room of their own, hour after hour; clients in turn, half of the
    sessions over."""
    make_practice()
    kind = make_session_type(rooms=[make_room() for _ in range(THERAPISTS)])
    therapists = [make_therapist_at_work(offers=[kind]) for _ in range(THERAPISTS)]
    rooms = [choice.room for choice in kind.room_choices.order_by("order")]
    people = cycle([make_client() for _ in range(CLIENTS)])
    template = make_booking(session_type=kind, therapist=therapists[0], room=rooms[0])
    zone = Practice.objects.current().zone
    days = [MONTH[0] + dt.timedelta(days=day) for day in range((MONTH[1] - MONTH[0]).days + 1)]
    places = product(days, HOURS, zip(therapists, rooms, strict=True))
    made = []
    for number, (on, hour, (therapist, room)) in enumerate(islice(places, bookings)):
        start = instant(on, hour * 60, zone)
        row = copy.copy(template)
        row.pk, row.ref, row._state = None, f"b-month-{number}", copy.copy(template._state)
        row._state.adding = True
        row.client, row.therapist, row.room = next(people), therapist, room
        row.starts_at = row.busy_from_at = row.created_at = start
        row.ends_at = row.busy_until_at = start + dt.timedelta(hours=1)
        row.session_on = row.booked_on = on
        row.status = Status.COMPLETED if number % 2 else Status.CONFIRMED
        made.append(row)
    Booking.objects.bulk_create(made, batch_size=500)
