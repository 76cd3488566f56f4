"""A client signs off what they told us, and their bookings follow, in one transaction.

A stop or a review of the intake puts what is confirmed to the therapist; one of a visit, that visit alone. It never costs
the client anything.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from accounts.models import User
from bookings import ahead, lifecycle, withdrawal
from bookings.errors import Conflict
from bookings.models import Booking, Status
from clients import asking, intake
from clients.errors import Renewed
from clients.models import Action, Client, Flag, QuestionnaireVersion, Submission
from practice import walltime
from practice.models import Practice

ASKED_BEFORE = dt.timedelta(days=1)
"""The questions of a visit are open from the day before it on."""

LOOKED_AT = frozenset({Action.STOP, Action.REVIEW})


def about(booking: Booking) -> str:
    return f"booking:{booking.pk}"


def visit_is_open(booking: Booking, today: dt.date) -> bool:
    """Whether this visit's questions can be answered now: from the day before, until it has begun."""
    if booking.status not in (Status.CONFIRMED, Status.REQUESTED) or booking.started_at is not None:
        return False
    return booking.session_on - ASKED_BEFORE <= today <= booking.session_on


def was_told(booking: Booking) -> bool:
    """Whether the client has answered for this visit."""
    told = Submission.objects.filter(client=booking.client, about=about(booking), signed_at__isnull=False)
    return told.exists()


@transaction.atomic
def sign_off(submission: Submission, *, by: User, now: dt.datetime) -> list[Flag]:
    """Raises what `intake.sign_off` raises; gives the flags."""
    withdrawal.lock_open(submission.client, now)
    agreed_at = submission.client.texts_agreed_at
    raised = intake.sign_off(submission, by=by, now=now, on=_today(now))
    client = Client.objects.get(pk=submission.client_id)
    if client.texts_agreed_at != agreed_at:
        ahead.follow_choices(client, practice=Practice.objects.current(), now=now)
    _follow(submission.client, raised, by, now)
    return raised


@transaction.atomic
def tell_visit(
    booking: Booking,
    said: Sequence[tuple[QuestionnaireVersion, Mapping[str, Any]]],
    *,
    by: User,
    now: dt.datetime,
) -> list[Flag]:
    """All that is asked at a visit, answered and signed off at once. Raises Conflict where the visit's questions are not
    open now, Renewed for an earlier version, and what the verbs of `intake` raise."""
    if not visit_is_open(booking, _today(now)):
        raise Conflict
    withdrawal.lock_open(booking.client, now)
    raised: list[Flag] = []
    for version, values in said:
        form = intake.open_submission(booking.client, version.questionnaire, about=about(booking), now=now)
        if form.version_id != version.pk:
            raise Renewed
        for page in asking.pages(form.version):
            intake.save_page(form, page.number, {key: values[key] for key in page.rows if key in values}, now=now)
        raised += intake.sign_off(form, by=by, now=now, on=_today(now))
    _follow(booking.client, raised, by, now)
    return raised


def _follow(client: Client, raised: Sequence[Flag], by: User, now: dt.datetime) -> None:
    for concerned in sorted({flag.about for flag in raised if flag.action in LOOKED_AT}):
        withdrawal.stop(client, by=by, now=now, about=concerned)


def keep_held(client: Client, *, by: User, now: dt.datetime) -> None:
    """Each saved page of a form keeps the times that are held for the client a little longer."""
    for held in Booking.objects.filter(client=client, status=Status.HELD, hold_ends_at__gt=now):
        try:
            lifecycle.keep(held, by=by, now=now)
        except Conflict:  # it ran out, or was finished in another window; the page is saved all the same
            continue


def _today(now: dt.datetime) -> dt.date:
    return walltime.local_date(now, Practice.objects.current().zone)
