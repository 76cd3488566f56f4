"""The plan for the work with a client: made and changed as a new version, and booked as a series.

The only writer of plans. A version that was made stays as it is; the one with the highest number stands.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import User
from bookings import series
from bookings.errors import NotGiven
from bookings.models import Booking, Length, Status, Therapist
from bookings.permissions import may_fill
from bookings.series import Wanted
from care.models import Plan, PlannedSession
from care.models.plan import LONGEST_SPACING, MOST_SESSIONS
from clients import permissions, records
from clients.errors import Declined, RecordClosed
from clients.models import Client, Stage, StageDecision

TO_COME_OR_BEEN = (Status.REQUESTED, Status.CONFIRMED, Status.COMPLETED)


class PlanChanged(Declined):
    code = "conflict"
    sentence = "This plan has been changed in the meantime. Please look at it as it stands now."


class NotTheirs(Declined):
    code = "not_available"
    sentence = "A plan is made, and booked, by the therapist who gives the sessions."


@dataclass(frozen=True, slots=True)
class Work:
    """What is planned: a length of a session type, how many, how many days apart, and what to work on."""

    length: Length
    sessions: int
    every_days: int
    work_on: str = ""


@transaction.atomic
def make(client: Client, therapist: Therapist, work: Work, *, by: User, now: dt.datetime, seen: int) -> Plan:
    """The plan as it stands from now on, from the stage at which the client is. `seen` is the number of the version that was
    thought over, 0 for none. Raises NotGiven, RecordClosed, NotTheirs, PlanChanged."""
    if not 1 <= work.sessions <= MOST_SESSIONS:
        raise NotGiven("sessions", f"A plan has at least one session, and at most {MOST_SESSIONS}.")
    if not 1 <= work.every_days <= LONGEST_SPACING:
        raise NotGiven("every_days", f"Between two sessions lie at least a day, and at most {LONGEST_SPACING}.")
    records.lock(client)
    _require_theirs(client, therapist, by, now)
    before = standing(client, therapist)
    number = before.number if before else 0
    if seen != number:
        raise PlanChanged
    return Plan.objects.create(
        client=client,
        therapist=therapist,
        number=number + 1,
        stage=_stage(client),
        session_type=work.length.session_type,
        minutes=work.length.minutes,
        sessions=work.sessions,
        every_days=work.every_days,
        work_on=work.work_on.strip(),
        made_at=now,
        by=by,
    )


@transaction.atomic
def book(
    plan: Plan, times: Sequence[dt.datetime], *, by: User, now: dt.datetime, override: bool = False, why: str = ""
) -> list[Booking]:
    """All of these starts in one transaction, or none. Raises PlanChanged, NotTheirs, RecordClosed, NotGiven, NotBooked."""
    _require_theirs(plan.client, plan.therapist, by, now)
    if is_old(plan):
        raise PlanChanged
    together = uuid.uuid4()

    def keep(booking: Booking) -> None:
        PlannedSession.objects.create(plan=plan, booking=booking, series=together)

    return series.book(wanted(plan), times, by=by, now=now, override=override, why=why, then=keep)


def wanted(plan: Plan) -> Wanted:
    """Raises NotGiven where that length is not offered any more."""
    lengths = Length.objects.select_related("session_type").filter(session_type__active=True)
    length = lengths.filter(session_type=plan.session_type_id, minutes=plan.minutes).first()
    if length is None:
        raise NotGiven("length", "This length is no longer offered. Please change the plan first.")
    return Wanted(plan.client, length, plan.therapist)


def standing(client: Client, therapist: Therapist) -> Plan | None:
    return versions(client, therapist).first()


def versions(client: Client, therapist: Therapist) -> QuerySet[Plan]:
    """The one that stands first."""
    return Plan.objects.filter(client=client, therapist=therapist).order_by("-number")


def standing_alone(plans: QuerySet[Plan]) -> QuerySet[Plan]:
    """Of these, those that stand."""
    newer = Plan.objects.filter(
        client=OuterRef("client"), therapist=OuterRef("therapist"), number__gt=OuterRef("number")
    )
    return plans.filter(~Exists(newer))


def is_old(plan: Plan) -> bool:
    return versions(plan.client, plan.therapist).filter(number__gt=plan.number).exists()


def booked(plan: Plan) -> list[Booking]:
    """What was booked from any version of this plan, in order of time."""
    found = Booking.objects.filter(planned__plan__client=plan.client_id, planned__plan__therapist=plan.therapist_id)
    return list(found.select_related("session_type", "room").order_by("starts_at"))


def progress(bookings: Sequence[Booking]) -> tuple[int, int]:
    """How many of these stand or took place, and how many took place."""
    standing = [each for each in bookings if each.status in TO_COME_OR_BEEN]
    return len(standing), sum(each.status == Status.COMPLETED for each in standing)


def _require_theirs(client: Client, therapist: Therapist, by: User, now: dt.datetime) -> None:
    if not permissions.may_read(by, client, now):
        raise RecordClosed
    if not may_fill(therapist, by):
        raise NotTheirs


def _stage(client: Client) -> Stage | None:
    """Where the client is; the first stage before anything was decided."""
    reached = StageDecision.objects.filter(client=client, is_reached=True).defer("note").select_related("stage")
    decided = reached.order_by("-decided_at", "-pk").first()
    return decided.stage if decided else Stage.objects.order_by("order").first()
