"""What each part measures, at full size and small."""

from __future__ import annotations

from django.db import connection

from bench import data, diaries, messages, months, over_http, races, reports, transactions
from bench.report import Report


def diary(report: Report, *, small: bool) -> None:
    scene = data.make_scene()
    sizes = diaries.SMALL_SIZES if small else diaries.SIZES
    diaries.run(report, scene, sizes, repeats=5 if small else 100)
    transactions.run(report, scene, repeats=20 if small else 300)


def http(report: Report, *, small: bool) -> None:
    if small:
        over_http.run(report, attempts=600, connections=16, days=1, rounds=2, history=200)
    else:
        over_http.run(report, attempts=10_000, connections=64, days=5, rounds=15, history=15_000)


def race(report: Report, *, small: bool) -> None:
    races.run(report, repeats=10 if small else 300, clients=40, processes=4 if small else 8)


def outbox(report: Report, *, small: bool) -> None:
    if small:
        messages.run(report, number=200, rounds=2, a_round=40, open_ones=1_000, behind=2_000)
    else:
        messages.run(report, number=10_000, rounds=20, a_round=200, open_ones=100_000, behind=1_000_000)


def numbers(report: Report, *, small: bool) -> None:
    if small:
        reports.run(report, bookings=3_000, therapists=3, repeats=2)
    elif connection.vendor == "postgresql":
        reports.run(report, bookings=1_000_000, therapists=100, repeats=5)
    else:
        reports.run(report, bookings=100_000, therapists=10, repeats=5)


def month(report: Report, *, small: bool) -> None:
    months.run(report, bookings=200 if small else 1_000, repeats=3 if small else 21)


PARTS = {"diary": diary, "month": month, "http": http, "races": race, "messages": outbox, "reports": numbers}
