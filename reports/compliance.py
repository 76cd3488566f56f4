"""What is due today of consents, boundaries, forms, notes and incidents, and who opened records of clients they do not treat.
Only reads: dates, states, names and counts, and never a word of what was told.

For those who treat clients: a therapist about their own, the owner about all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import chain
from typing import Any, NamedTuple

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet

from bookings.models import Booking, Status
from care import unsigned
from care.models import Incident
from clients.models import Client
from practice import walltime, words
from reports import lapsed, openings, saying, treated
from reports.asking import Asked
from reports.lapsed import Paper, State, What
from reports.period import Period, months_on
from reports.shape import Column, Report, Rows, Section, Table, Unit, Value

SLUG = "compliance"
TITLE = "Compliance"
LISTED = 100
"""So many names stand on the page; the rows behind have them all."""
PERSON = Column("client", "Client", Unit.PERSON)
WHAT = Column("what", "What", Unit.TEXT)
THERAPIST = Column("therapist", "Therapist", Unit.TEXT)


class Number(NamedTuple):
    """So many papers, notes or incidents, and of so many clients."""

    number: int
    clients: int


def report(asked: Asked) -> Report:
    here = _here(asked)
    papers = lapsed.papers(here, asked.today)
    notes, incidents = _notes(asked), _incidents(asked)
    found = numbers(asked, papers, notes, incidents)
    sections = [
        Section(_now(found)),
        Section(_by_paper(papers)),
        Section(_listed(papers), tuple(_about_list(papers))),
        Section(_notes_table(notes)),
        Section(_in_period(asked)),
    ]
    if asked.by.is_owner:
        sections += openings.sections(asked)
    return Report(SLUG, TITLE, tuple(_sentences(asked, here, papers, found)), tuple(sections))


# What is asked


def _here(asked: Asked) -> list[int]:
    """Clients with a session to come, or who had one in the last twelve months."""
    since = months_on(asked.today, -12)
    to_come = Q(status__in=(Status.REQUESTED, Status.CONFIRMED), starts_at__gt=asked.now)
    seen = Q(status=Status.COMPLETED, session_on__gte=since)
    theirs = Booking.objects.filter(to_come | seen, client=OuterRef("pk")).order_by()
    return list(treated.clients(asked).filter(Exists(theirs)).values_list("pk", flat=True))


def _notes(asked: Asked) -> QuerySet[Booking]:
    """Sessions whose note is not signed a day after their end."""
    return unsigned.waiting(asked.by, asked.now - unsigned.LATE_AFTER).filter(asked.filters.on())


def _incidents(asked: Asked) -> QuerySet[Incident]:
    return Incident.objects.filter(client__in=treated.clients(asked).values("pk")).order_by()


OPEN = Q(followed_up_at=None)


def _overdue(asked: Asked) -> Q:
    return OPEN & Q(follow_up_on__lt=asked.today)


# As of today


NOW = {
    "consents_out": "Consents out of date",
    "boundaries_out": "Boundary statements out of date",
    "forms_out": "Forms out of date",
    "running_out": "Consents and forms that run out within 30 days",
    "signatures": "Consents that wait for the therapist’s signature",
    "notes_unsigned": "Notes not signed a day after the session",
    "incidents_open": "Incidents that are open",
    "incidents_overdue": "Of these past the day set for them",
}


def numbers(
    asked: Asked, papers: list[Paper], notes: QuerySet[Booking], incidents: QuerySet[Incident]
) -> dict[str, Number]:
    def of(state: State, *whats: What) -> Number:
        found = [each.client for each in papers if each.state == state and (each.what in whats or not whats)]
        return Number(len(found), len(set(found)))

    unsigned_notes = notes.order_by().aggregate(number=Count("pk"), clients=Count("client", distinct=True))
    open_ones = incidents.aggregate(
        number=Count("pk", filter=OPEN), clients=Count("client", filter=OPEN, distinct=True),
        late=Count("pk", filter=_overdue(asked)), late_clients=Count("client", filter=_overdue(asked), distinct=True),
    )  # fmt: skip
    return {
        "consents_out": of(State.OUT_OF_DATE, What.CONSENT),
        "boundaries_out": of(State.OUT_OF_DATE, What.BOUNDARIES),
        "forms_out": of(State.OUT_OF_DATE, What.FORM),
        "running_out": of(State.RUNS_OUT),
        "signatures": of(State.SIGNATURE),
        "notes_unsigned": Number(**unsigned_notes),
        "incidents_open": Number(open_ones["number"], open_ones["clients"]),
        "incidents_overdue": Number(open_ones["late"], open_ones["late_clients"]),
    }


def _now(found: dict[str, Number]) -> Table:
    columns = (WHAT, Column("number", "Number"), Column("clients", "Clients"))
    rows = tuple((name, *found[key]) for key, name in NOW.items())
    return Table("now", "What is due today", columns, rows, units=(Unit.COUNT,) * len(rows), means=tuple(NOW))


def _by_paper(papers: list[Paper]) -> Table:
    counted: dict[tuple[What, str], Counter[State]] = {}
    for each in papers:
        counted.setdefault((each.what, each.title), Counter())[each.state] += 1
    rows: list[tuple[Value, ...]] = [
        (title, *(counted[what, title][state] for state in State))
        for what, title in sorted(counted, key=lambda key: (list(What).index(key[0]), key[1]))
    ]
    columns = (
        Column("paper", "Paper", Unit.TEXT),
        Column("out_of_date", "Out of date", means="papers_out"),
        Column("running_out", "Runs out within 30 days", means="running_out"),
        Column("signatures", "Waits for the therapist", means="signatures"),
    )
    total = ("All", *(sum(column) for column in list(zip(*rows, strict=True))[1:])) if rows else None
    empty = "Every consent, boundary statement and form is up to date."
    return Table("papers", "Consents, boundaries and forms", columns, tuple(rows), total, empty=empty)


def _listed(papers: list[Paper]) -> Table:
    columns = (PERSON, Column("paper", "Paper", Unit.TEXT), Column("state", "State", Unit.TEXT), UNTIL)
    rows = tuple(_in_order(papers))[:LISTED]
    empty = "Nobody has anything to sign or to fill in anew."
    return Table("clients", "Clients to ask", columns, rows, empty=empty)


UNTIL = Column("until", "Until", Unit.DATE)


def _in_order(papers: list[Paper]) -> list[tuple[Value, ...]]:
    people = Client.objects.filter(pk__in={each.client for each in papers}).order_by()
    names = dict(people.values_list("pk", "name"))
    rows = [(names.get(each.client, ""), each.client, each) for each in papers]
    return [
        (name, each.title, each.said, each.until)
        for name, _, each in sorted(rows, key=lambda row: (row[0].casefold(), row[1], row[2].title))
    ]


def _about_list(papers: list[Paper]) -> Iterator[str]:
    if len(papers) > LISTED:
        yield f"The first {LISTED} of {len(papers):,} stand here; the rows behind this report have them all."


def _notes_table(notes: QuerySet[Booking]) -> Table:
    counted = notes.order_by("therapist__order", "therapist_id").values(
        "therapist__name", "therapist_id", "therapist__order"
    )
    found = counted.annotate(number=Count("pk"), oldest=Min("session_on"))
    rows = tuple(found.values_list("therapist__name", "number", "oldest"))
    columns = (
        THERAPIST,
        Column("notes", "Notes not signed", means="notes_unsigned"),
        Column("oldest", "The oldest session", Unit.DATE),
    )
    return Table("notes", "Notes not signed a day after the session", columns, rows, empty="Every note is signed.")


# In the period


def _in_period(asked: Asked) -> Table:
    """By the day on which it happened, and on which somebody looked at it again."""
    found = _incidents(asked).aggregate(
        **{
            f"{name}_{at}": Count("pk", filter=_between(asked, each, name))
            for name in ("happened_at", "followed_up_at")
            for at, each in enumerate(asked.period.compared())
        }
    )
    rows = tuple(
        (said, *(found[f"{name}_{at}"] for at in range(3)))
        for name, said in (("happened_at", "Incidents"), ("followed_up_at", "Incidents that were looked at again"))
    )
    columns = (
        WHAT,
        Column("this", "This period"),
        Column("before", "The period before"),
        Column("year_before", "A year before"),
    )
    means = ("incidents", "incidents_seen_to")
    return Table("incidents", "Incidents in the period", columns, rows, units=(Unit.COUNT,) * 2, means=means)


def _between(asked: Asked, period: Period, name: str) -> Q:
    first = walltime.instant(period.first, 0, asked.zone)
    return Q(**{f"{name}__gte": first, f"{name}__lt": walltime.instant(period.last, walltime.MIDNIGHT, asked.zone)})


# In words


def _sentences(asked: Asked, here: list[int], papers: list[Paper], found: dict[str, Number]) -> Iterator[str]:
    yield f"As it stands on {words.day(asked.today)}; only incidents and readings are of the period asked for."
    yield _about_clients(asked, len(here), len({each.client for each in papers if each.state == State.OUT_OF_DATE}))
    notes, incidents = found["notes_unsigned"].number, found["incidents_open"].number
    unsigned_notes = f"{saying.counted(notes, 'note')} {_are(notes)} not signed a day after the session"
    yield saying.sentence(f"{unsigned_notes}, and {saying.counted(incidents, 'incident')} {_are(incidents)} open")
    if treated.is_narrowed_otherwise(asked):
        yield f"{treated.NOT_NARROWED} Notes are narrowed."


OUT_OF_DATE = "a consent, the boundaries or a form is out of date"


def _about_clients(asked: Asked, here: int, out_of_date: int) -> str:
    """“12 of the clients you treat have a session to come …; for one of them …”."""
    whose = " whom you treat" if asked.is_own else ""
    have = "has" if here == 1 else "have"
    said = f"{saying.counted(here, 'client')}{whose} {have} a session to come or had one in the last twelve months"
    if not here:
        return saying.sentence(said)
    if here == 1:
        return saying.sentence(f"{said}; {OUT_OF_DATE if out_of_date else 'nothing of theirs is out of date'}")
    which = saying.figure(out_of_date) if out_of_date else "none"
    return saying.sentence(f"{said}; for {which} of them {OUT_OF_DATE}")


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


# The rows behind


def behind(asked: Asked) -> Rows:
    """One for each paper, note and incident that is due today."""
    columns = (PERSON, WHAT, Column("state", "State", Unit.TEXT), Column("day", "Day", Unit.DATE), THERAPIST)
    return Rows("compliance", "What is due today", columns, _rows(asked))


def _rows(asked: Asked) -> Iterator[tuple[Any, ...]]:
    papers = lapsed.papers(_here(asked), asked.today)
    listed = ((*row, None) for row in _in_order(papers))
    notes = _notes(asked).values_list("client__name", "session_on", "therapist__name")
    told = ((name, "Note", "not signed", on, by) for name, on, by in notes.iterator(chunk_size=2000))
    incidents = _incidents(asked).filter(OPEN).order_by("happened_at", "pk").values_list("client__name", "happened_at")
    opened = (
        (name, "Incident", "open", walltime.local_date(at, asked.zone), None)
        for name, at in incidents.iterator(chunk_size=2000)
    )
    return chain(listed, told, opened)
