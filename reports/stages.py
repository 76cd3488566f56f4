"""The journey in numbers: where clients stand and how long, the steps between stages, what became of first tantric requests.
Only reads, and never a name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.db.models import Count, QuerySet

from clients.models import StageDecision
from practice import words
from reports import requests, saying, spread, treated
from reports.asking import Asked, within
from reports.shape import Chart, Column, Kind, Report, Rows, Section, Table, Unit, Value
from reports.steps import Asking, Here, Three

SLUG = "journey"
TITLE = "Journey"

DAYS = (30, 90, 180, 365)
SESSIONS = (0, 1, 2, 5, 10)
NAMED_SESSIONS = ("None", "1", "2", "3 to 5", "6 to 10", "More than 10")
NAMED_DAYS = ("Up to 30 days", "31 to 90", "91 to 180", "181 to 365", "Longer")
COMPARED = (
    Column("this", "This period"),
    Column("before", "The period before"),
    Column("year_before", "A year before"),
)

# The report


def report(asked: Asked) -> Report:
    asking = Asking(asked)
    now, steps, not_yet, before = asking.here(asked.today), asking.steps(), _not_yet(asked), asking.before_steps()
    outcomes = requests.outcomes(asked)
    sections = (
        _standing(asking, now),
        _how_long(asking, now),
        Section(_taken(asking, steps, not_yet), (_about_steps(steps, not_yet),)),
        Section(_before(asking, before)),
        Section(_outcomes(outcomes)),
    )
    return Report(SLUG, TITLE, tuple(_sentences(asking, now, outcomes)), sections)


def _standing(asking: Asking, now: list[Here]) -> Section:
    ends = [asking.here(each.last) for each in asking.asked.period.compared()]
    rows: list[tuple[Value, ...]] = [
        (name, *(sum(each.clients for each in found if each.place == place) for found in (now, *ends)))
        for place, name in asking.names.items()
    ]
    columns = (
        Column("stage", "Stage", Unit.TEXT),
        Column("now", "Now", means="journey_clients"),
        Column("end", "At the end of the period", means="journey_clients"),
        Column("end_before", "At the end of the one before", means="journey_clients"),
        Column("end_year_before", "A year before that end", means="journey_clients"),
    )
    table = Table("stages", "Where clients stand", columns, tuple(rows), _total(rows, "All"))
    return Section(table, chart=Chart(Kind.BARS, "stage", ("now", "end"), "How many clients are in each stage."))


def _how_long(asking: Asking, now: list[Here]) -> Section:
    rows: list[tuple[Value, ...]] = []
    for place, name in asking.names.items():
        often = Counter[int]()
        for each in now:
            if each.place == place:
                often[each.days] += each.clients
        rows.append((name, often.total(), spread.median(often), *spread.in_bands(often, DAYS)))
    columns = (
        Column("stage", "Stage", Unit.TEXT),
        Column("clients", "Clients now", means="journey_clients"),
        Column("median", "Median, in days", Unit.DAYS, means="journey_days"),
        *(Column(f"days_{number}", name, means="journey_days") for number, name in enumerate(NAMED_DAYS)),
    )
    return Section(Table("how_long", "How long they have been there", columns, tuple(rows)))


def _taken(asking: Asking, steps: Mapping[tuple[int, int], Three], not_yet: Three) -> Table:
    onward = [
        (f"On to {name}", *_summed(numbers for (left, come), numbers in steps.items() if left < come == place))
        for place, name in asking.names.items()
        if place != asking.first
    ]
    rows = (*onward, ("Back to an earlier stage", *_back(steps)), ("“Not yet”", *not_yet))
    means = (*["journey_steps"] * len(onward), "journey_back", "journey_not_yet")
    columns = (Column("step", "Step", Unit.TEXT), *COMPARED)
    return Table("steps", "Steps taken", columns, rows, units=(Unit.COUNT,) * len(rows), means=means)


def _before(asking: Asking, found: Mapping[tuple[int, int], Counter[int]]) -> Table:
    rows = tuple(
        (f"{asking.names[left]} to {asking.names[come]}", often.total(), spread.median(often), *spread.in_bands(often, SESSIONS))
        for (left, come), often in sorted(found.items())
    )  # fmt: skip
    columns = (
        Column("step", "Step", Unit.TEXT),
        Column("steps", "Steps", means="journey_steps"),
        Column("median", "Sessions, median", Unit.NUMBER, means="journey_sessions"),
        *(Column(f"had_{number}", name, means="journey_sessions") for number, name in enumerate(NAMED_SESSIONS)),
    )
    empty = "No step to a later stage was taken in this period."
    return Table("sessions", "Sessions before a step", columns, rows, empty=empty)


def _outcomes(found: Mapping[str, Three]) -> Table:
    rows = [(name, *found[key]) for key, name in requests.OUTCOMES.items()]
    columns = (Column("outcome", "What became of it", Unit.TEXT), *(_meaning(each) for each in COMPARED))
    title = "First requests for a tantric session"
    return Table("first_requests", title, columns, tuple(rows), _total(rows, "All"), is_sensitive=True)


def _meaning(column: Column) -> Column:
    return Column(column.key, column.label, column.unit, "first_requests")


def _total(rows: Sequence[tuple[Any, ...]], name: str) -> tuple[Any, ...]:
    return (name, *(sum(column) for column in list(zip(*rows, strict=True))[1:])) if rows else (name,)


def _summed(numbers: Iterable[Three]) -> Three:
    this, before, year = map(sum, zip((0, 0, 0), *numbers, strict=True))
    return this, before, year


def _back(steps: Mapping[tuple[int, int], Three]) -> Three:
    return _summed(numbers for (left, come), numbers in steps.items() if come < left)


def _not_yet(asked: Asked) -> Three:
    found = StageDecision.objects.filter(is_reached=False, client__in=treated.clients(asked).values("pk"))
    return _of_each_period(asked, found, "decided_on")


def _of_each_period(asked: Asked, found: QuerySet[Any], day: str) -> Three:
    numbers = found.aggregate(
        **{f"n{at}": Count("pk", filter=within(each, day)) for at, each in enumerate(asked.period.compared())}
    )
    return numbers["n0"], numbers["n1"], numbers["n2"]


# In words


def _sentences(asking: Asking, now: list[Here], outcomes: Mapping[str, Three]) -> Iterator[str]:
    asked, clients = asking.asked, sum(each.clients for each in now)
    if not clients:
        yield "Nobody has had a session yet, and of nobody has a stage been decided."
    else:
        by_stage = Counter[int]()
        for each in now:
            by_stage[each.place] += each.clients
        where = [f"{by_stage[place]:,} in {name}" for place, name in asking.names.items() if by_stage[place]]
        whom = f"{saying.counted(clients, 'client')}{' you treat' if asked.is_own else ''}"
        yield saying.sentence(f"{whom} {'is' if clients == 1 else 'are'} on the way: {words.listed(where)}")
    this, before, year = (sum(numbers) for numbers in zip(*outcomes.values(), strict=True))
    if this:
        beside = saying.beside((this, before, year), asked.period)
        first = f"{saying.counted(this, 'client')} asked for a tantric session for the first time {saying.during(asked.period)}"
        yield saying.sentence(f"{first}{beside and f', {beside}'}")
    yield "A stage is the therapist’s decision, and no number here is a target. Nobody’s name is in this report."
    if treated.is_narrowed_otherwise(asked):
        yield f"{treated.NOT_NARROWED} First requests are narrowed."


def _about_steps(steps: Mapping[tuple[int, int], Three], not_yet: Three) -> str:
    onward, _, _ = _summed(numbers for (left, come), numbers in steps.items() if left < come)
    back, _, _ = _back(steps)
    if not (onward or back or not_yet[0]):
        return "No stage was decided in this period."
    led = f"{_steps(onward)} led to a later stage and {_steps(back)} back to an earlier one"
    said = f"was said {_often(not_yet[0])}" if not_yet[0] else "was never said"
    return saying.sentence(f"{led}; “not yet” {said}")


def _steps(number: int) -> str:
    return saying.counted(number, "step") if number else "no step"


def _often(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{words.small(number)} times")


# The rows behind


def behind(asked: Asked) -> Rows:
    """One for each client, without a name or a number, by stage; those who came to it last stand first."""
    columns = (
        Column("stage", "Stage", Unit.TEXT),
        Column("days", "Days there", means="journey_days"),
        Column("sessions", "Sessions that took place", means="sessions"),
    )
    return Rows("stages", "Where clients stand", columns, Asking(asked).each())
