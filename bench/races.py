"""Forty clients on one slot, again and again, from several processes: one booking each time, and nobody waits long."""

from __future__ import annotations

import datetime as dt
from collections import Counter

from django.db import connection

from bench.over_http import overlaps
from bench.report import Report
from bookings.models import Booking, BookingChange
from bookings.tests import contenders
from bookings.tests.factories import NOW, make_session_type, make_therapist_at_work
from bookings.tests.racing import Answer, Entry, Racers
from clients.tests.factories import make_client_with_account
from practice.tests.factories import make_practice

PART = "races"
SLOTS_A_DAY = 9


def run(report: Report, *, repeats: int, clients: int, processes: int) -> None:
    make_practice(horizon_days=1000, min_notice=dt.timedelta(0))
    session_type = make_session_type()
    make_therapist_at_work(offers=[session_type])
    length = session_type.lengths.get().pk
    people = [make_client_with_account().pk for _ in range(clients)]
    racers = Racers(processes, "practice.settings", str(connection.settings_dict["NAME"]))
    try:
        answers = [
            racers.race([Entry(contenders.book, (person, length, start(number))) for person in people])
            for number in range(repeats)
        ]
    finally:
        racers.close()
    tell(report, answers, clients, processes)


def start(number: int) -> dt.datetime:
    """The hours from 9 to 18 of the days that follow, winter or summer."""
    day, hour = divmod(number, SLOTS_A_DAY - 1)
    return NOW.replace(hour=9, minute=0) + dt.timedelta(days=3 + day, hours=hour)


def tell(report: Report, answers: list[list[Answer]], clients: int, processes: int) -> None:
    said = Counter(answer.said for race in answers for answer in race)
    seconds = sorted(answer.seconds for race in answers for answer in race)
    expected = {"done": len(answers), "SlotTaken": len(answers) * (clients - 1)}
    report.add(
        PART,
        f"{len(answers)} races of {clients} clients in {processes} processes",
        **said,
        p50_ms=1000 * seconds[len(seconds) // 2],
        p99_ms=1000 * seconds[len(seconds) * 99 // 100],
        slowest_ms=1000 * seconds[-1],
    )
    uneven = sum(sum(answer.said == "done" for answer in race) != 1 for race in answers)
    report.hold("races without exactly one booking", uneven, at_most=0)
    report.hold("answers other than one booking and refusals", (said - Counter(expected)).total(), at_most=0)
    report.hold("rows and lines of history beside one for each race", beside(len(answers)), at_most=0)
    report.hold("overlaps", overlaps(), at_most=0)
    report.hold_pace("slowest answer, seconds", seconds[-1], at_most=1.0)


def beside(races: int) -> int:
    return abs(Booking.objects.count() - races) + abs(BookingChange.objects.count() - races)
