"""Which reports there are, in the order in which they are read, and who may see each. Knows no numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from accounts.models import STAFF_ROLES, Role
from reports import compliance, day_lists, income, missed, overview, people, sent, stages, suppressing, time_use
from reports.asking import Asked
from reports.errors import NoSuchReport
from reports.reading import reading
from reports.shape import Report, Rows

CLINICAL = frozenset({Role.OWNER, Role.THERAPIST})
THEIR_CLIENTS = "These are the clients you treat."


@dataclass(frozen=True, slots=True)
class Entry:
    slug: str
    title: str
    answers: str
    """The question that it answers, for the list of them."""
    report: Callable[[Asked], Report]
    behind: Callable[[Asked], Rows]
    """The rows behind it, to take away."""
    roles: frozenset[Any] = STAFF_ROLES
    own: str = "These are your own sessions."
    """What a therapist reads it is about."""

    def made(self, asked: Asked) -> Report:
        """Whole, as this reader may see it. Raises TooLong."""
        with reading():
            return suppressing.shown(self.report(asked), asked.by, by_type=bool(asked.filters.session_types))


ENTRIES: tuple[Entry, ...] = (
    Entry("overview", "Overview", "What the period came to, in one page.", overview.report, overview.behind),
    Entry("time", "Use of time", "How much of the time that was there was used.", time_use.report, time_use.behind),
    Entry("income", "Income", "What sessions come to, what was paid and what is owed.", income.report, income.behind),
    Entry("clients", "Clients", "Who came, who is new, who came back and who did not.", people.report, people.behind),
    Entry(
        "journey",
        "Journey",
        "Where clients are on their way, and how it goes on.",
        stages.report,
        stages.behind,
        CLINICAL,
        THEIR_CLIENTS,
    ),
    Entry(
        "cancellations",
        "Cancellations and no-shows",
        "Who cancelled, how long before, and who did not come.",
        missed.report,
        missed.behind,
    ),
    Entry(
        "messages",
        "Messages",
        "What was sent, and whether it arrived.",
        sent.report,
        sent.behind,
        own="These went to you or to clients you treat, or are about your sessions.",
    ),
    Entry(
        "compliance",
        "Compliance",
        "What is to be signed, filled in or looked at, and who read what.",
        compliance.report,
        compliance.behind,
        CLINICAL,
        THEIR_CLIENTS,
    ),
    Entry(
        "days",
        "Day lists and cash-up",
        "Who comes when, and what each day's end counted.",
        day_lists.report,
        day_lists.behind,
    ),
)


def visible_to(user: Any) -> list[Entry]:
    return [each for each in ENTRIES if getattr(user, "role", "") in each.roles]


def found(slug: str, user: Any) -> Entry:
    """Raises NoSuchReport also for one that is not this reader's."""
    for each in visible_to(user):
        if each.slug == slug:
            return each
    raise NoSuchReport
