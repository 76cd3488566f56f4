"""Who opened clinical records of clients whom they do not treat: in need, and by reading them. Only reads; tells how many, and
never whose. For the owner alone: whoever asks has looked at that.

The lines of readings name a client as the ledger does. What was read of a client who has been erased is nobody's any more.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet

from accounts.models import User
from clients.models import BreakGlass, CareRelation
from clients.opened import READ
from practice import walltime
from reports.asking import Asked
from reports.period import Period
from reports.shape import Column, Section, Table, Unit
from vault import trail
from vault.models import Entry

CLIENT = "client:"

Span = tuple[dt.datetime, dt.datetime | None]
"""From, and until; None is still."""


class Outside(NamedTuple):
    """What one person read in one month outside the clients they treated then."""

    reader: str
    month: dt.date
    clients: int
    readings: int
    in_need: int
    """Of these while the record was open to them in need."""


def sections(asked: Asked) -> list[Section]:
    """For the owner: by whom, and how often; never whose."""
    in_need, read = opened_in_need(asked, asked.period), outside(asked)
    need = Table(
        "in_need",
        "Records opened in need",
        (Column("reader", "Who", Unit.TEXT), Column("opened", "Records opened", means="opened_in_need")),
        tuple(in_need.items()),
        ("All", sum(in_need.values())) if in_need else None,
        empty="No record was opened in need in this period.",
    )
    columns = (
        Column("month", "Month", Unit.MONTH),
        Column("reader", "Who", Unit.TEXT),
        Column("clients", "Clients", means="read_outside"),
        Column("readings", "Readings", means="read_outside"),
        Column("in_need", "Of these opened in need", means="opened_in_need"),
    )
    rows = tuple((each.month, each.reader, each.clients, each.readings, each.in_need) for each in read)
    empty = "In this period nobody read the record of a client whom they did not treat."
    return [Section(need), Section(Table("outside", "Read outside their own clients", columns, rows, empty=empty))]


def opened_in_need(asked: Asked, period: Period) -> dict[str, int]:
    """By who opened them, in the order of their names."""
    found = BreakGlass.objects.filter(_within(asked, period, "opened_at"), _by(asked, "user"))
    counts: dict[str, int] = {}
    for name, email in found.order_by("user__name", "user__email").values_list("user__name", "user__email"):
        counts[name or email] = counts.get(name or email, 0) + 1
    return counts


def outside(asked: Asked) -> list[Outside]:
    """By month, then by who read. The queries do not grow with the readings, which are counted one by one."""
    read = Entry.objects.filter(_within(asked, asked.period, "at"), _by(asked, "actor"), kind=READ).order_by()
    client_of = _clients(read)
    treated = _spans(CareRelation.objects.filter(client__in=client_of.values()), "since", "until")
    opened = _spans(BreakGlass.objects.filter(client__in=client_of.values()), "opened_at", "open_until_at")
    found: dict[tuple[dt.date, int], list[tuple[int, bool]]] = {}
    for reader, subject, at in read.values_list("actor_id", "subject", "at").iterator(chunk_size=2000):
        pair = client_of.get(subject, 0), reader or 0
        if all(pair) and not _covers(treated.get(pair, ()), at):
            month = walltime.local_date(at, asked.zone).replace(day=1)
            found.setdefault((month, pair[1]), []).append((pair[0], _covers(opened.get(pair, ()), at)))
    return list(_told(found))


def _told(found: dict[tuple[dt.date, int], list[tuple[int, bool]]]) -> Iterator[Outside]:
    people = User.objects.in_bulk({reader for _, reader in found})
    rows = [(month, _name(people.get(reader)), reader) for month, reader in found]
    for month, name, reader in sorted(rows):
        lines = found[month, reader]
        yield Outside(
            name, month, len({client for client, _ in lines}), len(lines), sum(in_need for _, in_need in lines)
        )


def _name(user: User | None) -> str:
    return str(user) if user else "Somebody who is no longer here"


def _clients(read: QuerySet[Entry]) -> dict[str, int]:
    """The client's number by the name that the ledger has for them."""
    names = [name for (name,) in read.values_list("subject").distinct() if name]
    found = trail.subjects(names)
    return {name: int(subject.removeprefix(CLIENT)) for name, subject in found.items() if subject.startswith(CLIENT)}


def _spans(rows: QuerySet[Any], since: str, until: str) -> dict[tuple[int, int], list[Span]]:
    found: dict[tuple[int, int], list[Span]] = {}
    for client, user, begins, ends in rows.order_by().values_list("client_id", "user_id", since, until):
        found.setdefault((client, user), []).append((begins, ends))
    return found


def _covers(spans: Iterable[Span], at: dt.datetime) -> bool:
    return any(begins <= at and (ends is None or at < ends) for begins, ends in spans)


def _within(asked: Asked, period: Period, name: str) -> Q:
    first = walltime.instant(period.first, 0, asked.zone)
    return Q(**{f"{name}__gte": first, f"{name}__lt": walltime.instant(period.last, walltime.MIDNIGHT, asked.zone)})


def _by(asked: Asked, name: str) -> Q:
    """Narrowed by therapist, what those did themselves."""
    wanted = [each.user_id for each in asked.filters.therapists]
    return Q(**{f"{name}_id__in": [pk for pk in wanted if pk]}) if wanted else Q(**{f"{name}_id__isnull": False})
