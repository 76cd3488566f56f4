"""The day as the practice works it: who comes, what is missing for each, what waits for a decision, what goes out tonight.

Only reads, in a number of queries that does not grow with the day. A therapist sees their own, the front desk the
practice's with nothing clinical in it, the owner all. No sealed word is opened here: that something waits is told, and
what it is stands on its own page, where the reading leaves its line.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, OuterRef, QuerySet, Subquery

from accounts.models import Role, User
from bookings import newcomers, owing, readiness
from bookings.models import Answer, Booking, MoveRequest, Status
from bookings.unanswered import unanswered
from care import unsigned
from care.models import BoundarySheet, Conversation, ConversationState, Line
from clients import documents, permissions
from clients.models import Action, Flag, LookAlike, Restriction
from outbox import log, registry
from outbox.models import OPEN
from practice import walltime
from practice.models import Practice

SHOWN = (Status.REQUESTED, Status.CONFIRMED, Status.COMPLETED, Status.NO_SHOW)
WAITED_FOR = (Status.REQUESTED, Status.CONFIRMED)
FORMS_AHEAD = dt.timedelta(days=3)
"""So far ahead it is worth asking for forms that are missing."""
AT_MOST = 12
"""So many of one kind are named; their list has the rest."""
MORNING = 8 * 60
"""Minutes of tomorrow at which “tonight” is over."""


@dataclass(slots=True)
class Visit:
    """One booking of the day, and what is missing for it as this member of staff may know it."""

    booking: Booking
    is_first: bool = False
    lacks_forms: bool = False
    lacks_answers: bool = False
    """“Has anything changed?” was not answered yet."""
    lacks_sheet: bool = False
    sheet: UUID | None = None
    """The key of the boundary sheet, for who may read it."""
    to_pay: Decimal = Decimal(0)
    flags: list[Flag] = field(default_factory=list)
    warnings: list[Restriction] = field(default_factory=list)

    @property
    def is_waited_for(self) -> bool:
        return self.booking.status in WAITED_FOR and self.booking.started_at is None

    @property
    def lacks_nothing(self) -> bool:
        return not (self.lacks_forms or self.lacks_answers or self.lacks_sheet or self.flags)


class Few(NamedTuple):
    rows: list[Any]
    has_more: bool


class Decisions(NamedTuple):
    """What waits for somebody's word, each the longest waiting first."""

    requests: Few
    moves: Few
    flags: Few
    signatures: Few
    conversations: Few
    look_alikes: Few
    notes: Few
    forms: list[Booking]
    """Sessions of the next days for which the client still has something to fill in."""

    @property
    def is_empty(self) -> bool:
        return not (self.forms or any(each.rows for each in self[:-1]))


class Going(NamedTuple):
    title: str
    number: int


# Who comes


def day_of(user: User, on: dt.date) -> QuerySet[Booking]:
    """The bookings of that date, as far as this member of staff works with them."""
    found = Booking.objects.worked_by(user).filter(session_on=on, status__in=SHOWN)
    return found.select_related("client", "session_type", "room", "therapist__user")


def visits(user: User, now: dt.datetime) -> list[Visit]:
    """Today's, in their order."""
    today = _today(now)
    found = list(day_of(user, today).prefetch_related("move_requests", "session_type__lengths"))
    first, waited = newcomers.first_timers(found), [each for each in found if each.status in WAITED_FOR]
    shown = {booking.pk: Visit(booking, is_first=booking.pk in first) for booking in found}
    for pk in readiness.incomplete(waited, today):
        shown[pk].lacks_forms = True
    for pk in unanswered(waited):
        shown[pk].lacks_answers = True
    for pk, account in owing.accounts(found).items():
        shown[pk].to_pay = account.to_pay
    _add_clinical([shown[each.pk] for each in waited], user, now)
    return list(shown.values())


def _add_clinical(visits: Sequence[Visit], user: User, now: dt.datetime) -> None:
    """Flags, warnings and sheets, of the clients whose record this member of staff may read."""
    clients = {visit.booking.client_id for visit in visits}
    readable = set(permissions.readable_by(user, now).filter(pk__in=clients).values_list("pk", flat=True))
    flags = _by_client(Flag.objects.filter(client__in=readable, cleared_at=None).defer("words", "cleared_why"))
    warnings = _by_client(Restriction.objects.filter(client__in=readable, until=None).defer("why", "lifted_why"))
    bookings = [visit.booking.pk for visit in visits]
    sheets = dict(BoundarySheet.objects.filter(booking__in=bookings).values_list("booking", "pk"))
    for visit in visits:
        booking = visit.booking
        if booking.client_id in readable:
            about = ("", f"booking:{booking.pk}")
            visit.flags = [flag for flag in flags[booking.client_id] if flag.about in about]
            visit.warnings = warnings[booking.client_id]
            visit.lacks_sheet = booking.session_type.is_hands_on and booking.pk not in sheets
            visit.sheet = sheets.get(booking.pk)


def _by_client(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.client_id].append(row)
    return found


# What needs a decision


def decisions(user: User, now: dt.datetime) -> Decisions:
    """Of all days to come, not of today alone."""
    asked = MoveRequest.objects.filter(answer=Answer.OPEN, booking__status=Status.CONFIRMED)
    if user.role == Role.THERAPIST:
        asked = asked.filter(booking__therapist__user_id=user.pk)
    requests = Booking.objects.worked_by(user).filter(status=Status.REQUESTED, starts_at__gt=now)
    look_alikes = LookAlike.objects.filter(answered_at=None) if user.has_perm("clients.view_lookalike") else ()
    return Decisions(
        requests=_few(requests.select_related("client", "session_type").order_by("answer_by_at", "pk")),
        moves=_few(asked.select_related("booking__client").order_by("answer_by_at", "pk")),
        flags=_few(_flags(user, now)),
        signatures=_few(_unsigned_by_therapist(user, now)),
        conversations=_few(_unread(user)),
        look_alikes=_few(look_alikes and look_alikes.select_related("client").order_by("noticed_at", "pk")),
        notes=_few(unsigned.waiting(user, now)),
        forms=forms_missing(user, now),
    )


def forms_missing(user: User, now: dt.datetime) -> list[Booking]:
    today = _today(now)
    coming = Booking.objects.worked_by(user).filter(
        status__in=WAITED_FOR, started_at=None, ends_at__gt=now, session_on__range=(today, today + FORMS_AHEAD)
    )
    found = list(coming.select_related("client", "session_type").order_by("starts_at", "pk"))
    incomplete = readiness.incomplete(found, today)
    return [each for each in found if each.pk in incomplete]


def _flags(user: User, now: dt.datetime) -> Any:
    if not user.has_perm("clients.view_flag"):
        return ()
    readable = permissions.readable_by(user, now).values("pk")
    open_ones = Flag.objects.filter(client__in=readable, cleared_at=None, action__in=(Action.STOP, Action.REVIEW))
    return open_ones.defer("words", "cleared_why").select_related("client").order_by("raised_at", "pk")


def _unsigned_by_therapist(user: User, now: dt.datetime) -> Any:
    """Consents of those whose record they may read that wait for the therapist's own signature, where both sign."""
    readable = permissions.readable_by(user, now).values("pk")
    waiting = documents.lacking_therapist(_today(now)).filter(client__in=readable).defer("signature")
    return waiting.select_related("client", "version__document").order_by("signed_at", "pk")


def _unread(user: User) -> Any:
    """Open conversations in which the client wrote last."""
    if not user.has_perm("care.view_conversation"):
        return ()
    last = Line.objects.filter(conversation=OuterRef("pk")).order_by("-at", "-pk")
    found = Conversation.objects.for_user(user).filter(state=ConversationState.OPEN)
    found = found.annotate(is_clients_turn=Subquery(last.values("is_clients")[:1]), at=Subquery(last.values("at")[:1]))
    return found.filter(is_clients_turn=True).select_related("client", "therapist").order_by("at", "pk")


def _few(rows: Any) -> Few:
    found = list(rows[: AT_MOST + 1])
    return Few(found[:AT_MOST], len(found) > AT_MOST)


# What goes out


def going_out(user: User, now: dt.datetime) -> list[Going]:
    """The messages that are due until tomorrow morning, how many of each kind."""
    zone = Practice.objects.current().zone
    until = walltime.instant(_today(now) + dt.timedelta(days=1), MORNING, zone)
    due = log.for_user(user, now).filter(state__in=OPEN, due_at__lte=until).order_by()
    counted = due.values_list("kind").annotate(number=Count("pk"))
    return sorted((Going(registry.title_of(kind), number) for kind, number in counted), key=lambda each: each.title)


def _today(now: dt.datetime) -> dt.date:
    return walltime.local_date(now, Practice.objects.current().zone)
