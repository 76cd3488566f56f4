from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from statistics import median
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings

from bookings.models import Booking, BookingChange, Kind, Status
from bookings.tests.factories import make_booking
from clients import facts
from clients.models import CareRelation, Client, Stage, StageDecision
from reports import requests, stages
from reports.asking import Asked, Filters
from reports.meanings import MEANINGS
from reports.period import Period, month_of, year_of
from reports.steps import Asking
from reports.tests.generated import HOUR, NOW, SEEDS, SLOWLY, Made, generated

pytestmark = pytest.mark.django_db
SOME = settings(SLOWLY, max_examples=12)
DAY = dt.timedelta(days=1)


def decide(made: Made) -> None:
    """Decisions in and out of order, onward, back and “not yet”, and who treats whom; tantric sessions asked for, and what
    became of them."""
    chance, rows = made.random, []
    places = list(Stage.objects.all())
    days = [each.session_on for each in made.bookings if each.session_on <= NOW.date()] or [NOW.date()]
    for client in made.clients:
        for number in range(chance.choice([0, 0, 1, 2, 4])):
            decided_at = NOW - chance.randrange(900) * DAY - number * HOUR
            decided_on = chance.choice([decided_at.date() - chance.choice([1, 2, 60]) * DAY, chance.choice(days)])
            rows.append(
                StageDecision(client=client, stage=chance.choice(places), is_reached=chance.random() < 0.8, by=made.owner,
                              decided_on=decided_on, decided_at=decided_at)
            )  # fmt: skip
    StageDecision.objects.bulk_create(rows)
    for therapist in made.therapists:
        treated = chance.sample(made.clients, 4) if therapist.user else []
        CareRelation.objects.bulk_create(
            CareRelation(client=each, user=therapist.user, since=NOW, until=None if number else NOW)
            for number, each in enumerate(treated)
        )
    lines = []
    for each in made.bookings:
        ended = each.status in (Status.DECLINED, Status.EXPIRED, Status.CANCELLED) and chance.random() < 0.6
        if ended:
            lines.append(
                BookingChange(
                    booking=each, at=each.created_at, via="web", what="ended", before="requested", after=each.status
                )
            )
    BookingChange.objects.bulk_create(lines)


# One client after another


def theirs(asked: Asked) -> list[Client]:
    found = []
    for client in Client.objects.all():
        treats = CareRelation.objects.filter(client=client, user=asked.by, until=None).exists()
        standing = ("requested", "confirmed", "completed", "no_show")
        with_them = [
            each for each in asked.filters.therapists if each.bookings.filter(client=client, status__in=standing)
        ]
        if (asked.by.is_owner or treats) and (with_them or not asked.filters.therapists):
            found.append(client)
    return found


def stages_of(client: Client, until: dt.date) -> list[StageDecision]:
    made = client.stage_decisions.filter(is_reached=True, decided_on__lte=until).select_related("stage")
    return sorted(made, key=lambda each: (each.decided_at, each.stage.order))


def steps_of(client: Client, until: dt.date) -> list[tuple[str, StageDecision]]:
    """Each decision that led to another stage, with the one it led from."""
    at, found = facts.FIRST_STAGE, []
    for each in stages_of(client, until):
        if each.stage.slug != at:
            found.append((at, each))
        at = each.stage.slug
    return found


def stands(client: Client, on: dt.date) -> tuple[str, dt.date] | None:
    """The stage, and since when; nothing for one who has not come yet."""
    came = [each.session_on for each in client.bookings.filter(status="completed", session_on__lte=on)]
    decided = [each.decided_on for each in stages_of(client, on)]
    if not (came or decided):
        return None
    if steps := steps_of(client, on):
        return steps[-1][1].stage.slug, steps[-1][1].decided_on
    return facts.FIRST_STAGE, min([*came[:1], min(came, default=None) or dt.date.max, *decided])


def sessions_before(client: Client, number: int) -> int:
    steps = [each for _, each in steps_of(client, dt.date.max)]
    after = steps[number - 1].decided_on if number else dt.date.min
    came = client.bookings.filter(status="completed").exclude(session_type__kind=Kind.CONSULTATION)
    return sum(1 for each in came if after < each.session_on <= steps[number].decided_on)


def holds(period: Period, day: dt.date) -> bool:
    return period.first <= day <= period.last


def in_each(asked: Asked, days: Iterable[dt.date]) -> tuple[int, ...]:
    found = list(days)
    return tuple(sum(1 for day in found if holds(each, day)) for each in asked.period.compared())


def about(made: Made, **more: Any) -> Asked:
    reader = made.random.choice([made.owner, made.own_user()])
    return made.asked(by=reader, filters=made.filters(), **more)


def tables(asked: Asked) -> dict[str, Any]:
    return {each.table.key: each.table for each in stages.report(asked).sections}


def named(slug: str) -> str:
    return Stage.objects.get(slug=slug).name


@SOME
@given(SEEDS)
def test_the_numbers_of_the_journey_are_those_of_one_client_after_another(seed: int) -> None:
    with generated(seed) as made:
        decide(made)
        asked = about(made)
        clients, found = theirs(asked), tables(asked)
        ends = [min(each.last, asked.today) for each in asked.period.compared()]
        where = [[each for client in clients if (each := stands(client, on))] for on in (asked.today, *ends)]

        assert {row[0]: row[1:] for row in found["stages"].rows} == {
            each.name: tuple(sum(1 for slug, _ in at if slug == each.slug) for at in where)
            for each in Stage.objects.all()
        }
        for row in found["how_long"].rows:
            days = [(asked.today - since).days for slug, since in where[0] if named(slug) == row[0]]
            assert row[1:3] == (len(days), median(days) if days else None)
            bands = [(-1, 30), (30, 90), (90, 180), (180, 365), (365, 10**6)]
            assert row[3:] == tuple(sum(1 for day in days if low < day <= high) for low, high in bands)


@SOME
@given(SEEDS)
def test_the_steps_are_those_of_one_client_after_another(seed: int) -> None:
    with generated(seed) as made:
        decide(made)
        asked = about(made)
        clients, found = theirs(asked), tables(asked)
        order = list(Stage.objects.values_list("slug", flat=True))
        steps = [(client, number, left, each) for client in clients for number, (left, each) in
                 enumerate(steps_of(client, dt.date.max))]  # fmt: skip
        onward = [each for each in steps if order.index(each[2]) < order.index(each[3].stage.slug)]

        expected = {
            f"On to {named(slug)}": in_each(asked, [each.decided_on for *_, each in onward if each.stage.slug == slug])
            for slug in order[1:]
        }
        expected["Back to an earlier stage"] = in_each(
            asked, [step[3].decided_on for step in steps if step not in onward]
        )
        waits = StageDecision.objects.filter(is_reached=False, client__in=clients)
        expected["“Not yet”"] = in_each(asked, [each.decided_on for each in waits])
        assert {row[0]: row[1:] for row in found["steps"].rows} == expected

        had: dict[str, Counter[int]] = {}
        for client, number, left, each in onward:
            if holds(asked.period, each.decided_on):
                had.setdefault(f"{named(left)} to {each.stage.name}", Counter())[sessions_before(client, number)] += 1
        bands = [(-1, 0), (0, 1), (1, 2), (2, 5), (5, 10), (10, 10**6)]
        assert {row[0]: row[1:] for row in found["sessions"].rows} == {
            name: (
                often.total(),
                median(often.elements()),
                *(sum(times for times_had, times in often.items() if low < times_had <= high) for low, high in bands),
            )
            for name, often in had.items()
        }


@SOME
@given(SEEDS)
def test_first_requests_are_the_first_that_each_client_made(seed: int) -> None:
    with generated(seed) as made:
        decide(made)
        asked = about(made)
        found: dict[str, list[dt.date]] = {}
        for client in made.clients:
            asked_for = [each for each in client.bookings.order_by("created_at", "pk") if was_asked_for(each)]
            first = next(iter(asked_for), None)
            if first is not None and asked.bookings().filter(pk=first.pk).exists():
                found.setdefault(outcome(first), []).append(first.booked_on)

        assert requests.outcomes(asked) == {name: in_each(asked, found.get(name, [])) for name in requests.OUTCOMES}


def test_of_two_requests_of_one_moment_one_is_the_first() -> None:
    with generated(7, bookings=0) as made:
        tantric = next(each for each in made.session_types if each.kind == Kind.TANTRIC)
        for days in (3, 5):
            make_booking(
                client=made.clients[0],
                session_type=tantric,
                starts_at=NOW + days * DAY,
                created_at=NOW,
                status=Status.REQUESTED,
            )
        Booking.objects.filter(starts_at=NOW + 5 * DAY).update(status=Status.DECLINED)

        found = requests.outcomes(made.asked(month_of(made.asked().today)))
        assert {name: numbers[0] for name, numbers in found.items() if numbers[0]} == {"waiting": 1}


def test_a_session_on_the_day_of_a_step_belongs_to_the_stage_that_was_left() -> None:
    with generated(7, bookings=0) as made:
        today, client = made.asked().today, made.clients[0]
        for days in (9, 6, 3):
            make_booking(client=client, starts_at=NOW - days * DAY, status=Status.COMPLETED)
        for slug, days in (("clearing", 6), ("balancing", 3)):
            StageDecision.objects.create(
                client=client, stage=Stage.objects.get(slug=slug), by=made.owner, decided_on=today - days * DAY,
                decided_at=NOW - days * DAY + HOUR,
            )  # fmt: skip

        steps = Asking(made.asked(Period(today - 30 * DAY, today))).before_steps()
        assert [dict(often) for _, often in sorted(steps.items())] == [{2: 1}, {1: 1}]


def was_asked_for(booking: Booking) -> bool:
    """A hold that nobody finished asked for nothing."""
    if booking.session_type.kind != Kind.TANTRIC or booking.status == Status.HELD:
        return False
    answered = booking.changes.filter(before="requested", after="expired").exists()
    return booking.status != Status.EXPIRED or answered


def outcome(booking: Booking) -> str:
    if booking.status == Status.CANCELLED:
        unanswered = booking.changes.filter(before="requested", after="cancelled").exists()
        return "taken_back" if unanswered else "confirmed"
    other = {Status.DECLINED: "declined", Status.EXPIRED: "expired", Status.REQUESTED: "waiting"}
    return other.get(Status(booking.status), "confirmed")


@SOME
@given(SEEDS)
def test_the_stage_now_is_the_one_that_bookings_are_asked_about(seed: int) -> None:
    with generated(seed) as made:
        decide(made)
        asking = Asking(made.asked())
        found: Counter[str] = Counter()
        for each in asking.here(made.asked().today):
            found[asking.names[each.place]] += each.clients
        come = [each for each in made.clients if stands(each, made.asked().today)]

        assert found == Counter(named(facts.of(each, made.asked().today).stage) for each in come)
        assert sum(1 for _ in stages.behind(made.asked()).rows) == len(come)


# Who sees what


def test_a_therapist_sees_their_own_clients_and_the_front_desk_none() -> None:
    with generated(5, bookings=0) as made:
        mara = made.own_user()
        for client in made.clients[:3]:
            make_booking(client=client, status=Status.COMPLETED, starts_at=NOW - DAY)
        CareRelation.objects.create(client=made.clients[0], user=mara, since=NOW)
        CareRelation.objects.create(client=made.clients[1], user=mara, since=NOW, until=NOW)

        def now(asked: Asked) -> int:
            return sum(row[1] for row in tables(asked)["stages"].rows)

        assert [now(made.asked(by=each)) for each in (made.owner, mara, made.front_desk)] == [3, 1, 0]
        assert (
            stages.report(made.asked(by=mara)).sentences[0] == "One client you treat is on the way: 1 in Preparation."
        )


def test_no_name_and_no_number_of_anybody_is_in_it() -> None:
    with generated(6) as made:
        decide(made)
        found = stages.report(made.asked(year_of(NOW.date())))
        said = f"{found}{list(stages.behind(made.asked()).rows)}"
        assert not [each.name for each in made.clients if each.name in said or each.ref in said]


def test_the_report_asks_as_many_queries_for_few_clients_as_for_many() -> None:
    numbers = set()
    for bookings in (1, 30):
        with generated(3, bookings=bookings) as made:
            if bookings == 30:
                decide(made)
            with CaptureQueriesContext(connection) as asked_for:
                stages.report(made.asked(year_of(NOW.date())))
            numbers.add(len(asked_for))
    assert numbers == {9}


def test_a_practice_without_clients_has_a_sensible_page() -> None:
    with generated(2, bookings=0) as made:
        asked = made.asked(Period(dt.date(2030, 1, 1), dt.date(2030, 1, 31)))

        assert stages.report(asked).sentences == (
            "Nobody has had a session yet, and of nobody has a stage been decided.",
            "A stage is the therapist’s decision, and no number here is a target. Nobody’s name is in this report.",
        )
        assert list(stages.behind(asked).rows) == []


def test_it_says_what_cannot_be_narrowed() -> None:
    with generated(2, bookings=0) as made:
        asked = made.asked(filters=Filters(rooms=(made.rooms[0],)))

        assert stages.report(asked).sentences[-1] == (
            "These numbers are about clients, so they cannot be narrowed by session type or room. First requests are narrowed."
        )


def test_each_number_has_its_meaning() -> None:
    with generated(2) as made:
        decide(made)
        found = tables(made.asked(year_of(NOW.date())))
    said = {key for table in found.values() for key in (*table.means, *(each.means for each in table.columns)) if key}
    assert said <= set(MEANINGS)
