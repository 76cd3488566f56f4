"""Free times of a day, a month, any therapist, the soonest: time and queries, as the number of bookings grows."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from django.db import connection

from bench import data, floor
from bench.data import MONTH, NOW, Scene
from bench.measure import count_queries, side_by_side
from bench.report import Report
from bookings import availability, diary
from bookings.diary import Ask
from bookings.models import SessionType

SIZES = [(1_000, 1), (15_000, 1), (100_000, 10), (1_000_000, 100)]
SMALL_SIZES = [(200, 1), (2_000, 1), (6_000, 10)]
PART = "diary"


def run(report: Report, scene: Scene, sizes: list[tuple[int, int]], repeats: int) -> None:
    months: dict[int, float] = {}
    for total, therapists in sizes:
        data.fill(scene, total, therapists)
        months[total] = measure(report, scene, total, repeats)
    smallest, largest = sizes[0][0], sizes[-1][0]
    ratio = months[largest] / months[smallest]
    report.hold_pace(f"month of one therapist, time among {largest:,} to {smallest:,} bookings", ratio, at_most=1.3)


def measure(report: Report, scene: Scene, total: int, repeats: int) -> float:
    """Gives how many yardsticks a month takes, by the clock."""
    first, last = MONTH
    zone, therapist = scene.practice.zone, scene.therapist
    ours = [slot.starts_at for slot in diary.free(asked(scene, scene.session_type), [therapist], first, last)]
    assert ours == floor.month(therapist.pk, 60, first, last, NOW, zone), "floor and diary find other starts"
    acts = {
        "one day": lambda: free(scene, scene.session_type, first, first),
        "one month": lambda: free(scene, scene.session_type, first, last),
        "one month, no room needed": lambda: free(scene, scene.anywhere, first, last, therapist_pk=therapist.pk),
        "one month, floor": lambda: floor.month(therapist.pk, 60, first, last, NOW, zone),
        "yardstick": yardstick,
        "soonest": lambda: diary.soonest(asked(scene, scene.session_type), [therapist], NOW, 3),
    }
    found = side_by_side(acts, repeats)
    any_month = lambda: free(scene, scene.anywhere, first, last)  # noqa: E731
    found[f"one month, any of {len(scene.therapists)}"] = side_by_side({"": any_month}, max(3, repeats // 5))[""]
    for name, cost in found.items():
        report.add(PART, f"{name}, {total:,} bookings", ms=cost.wall_ms, cpu_ms=cost.cpu_ms, queries=cost.queries)
    report.hold(f"queries of a month, {total:,} bookings", found["one month"].queries, at_most=6)
    report.hold(f"queries of a month with any of {len(scene.therapists)}", count_queries(any_month), at_most=8)
    times = found["one month"].cpu_ms / found["one month, floor"].cpu_ms
    report.hold_pace(f"CPU of a month to the floor's, {total:,} bookings", times, at_most=2.5)
    return found["one month"].wall_ms / found["yardstick"].wall_ms


def yardstick() -> None:
    """Work as long as a month's that touches no table: sizes are measured minutes apart, and the machine may be busier
    by then."""
    for number in range(4):
        with connection.cursor() as cursor:
            cursor.execute("SELECT %s", [number])
            cursor.fetchall()
    hours = [availability.WeeklyHours(weekday, 540, 1080) for weekday in range(7)]
    rules = availability.Rules(ZoneInfo("Europe/London"), 15, NOW, dt.timedelta(0), 365)
    wanted = availability.Wanted(3600, 0, 0, True)
    for _ in range(9):
        availability.free_starts(availability.Question(wanted, availability.Book(weekly=hours), None, rules), *MONTH)


def asked(scene: Scene, session_type: SessionType) -> Ask:
    return Ask(scene.practice, session_type, 60, NOW)


def free(
    scene: Scene, session_type: SessionType, first: dt.date, last: dt.date, *, therapist_pk: int | None = None
) -> list[diary.Slot]:
    """As a page asks: the therapists are looked up too."""
    therapists = diary.therapists_for(session_type)
    chosen = [each for each in therapists if therapist_pk in (None, each.pk)]
    return diary.free(asked(scene, session_type), chosen, first, last)
