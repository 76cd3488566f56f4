"""Whose forms and consents run out soon. Only reads; names nothing of what was told or agreed to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator

from django.db.models import Exists, F, OuterRef, Q

from clients.models import Asked, Consent, Submission, VersionState

TOLD_DAYS_BEFORE = (30, 7)


def by_client(today: dt.date) -> dict[int, dt.date]:
    """For each client of whose forms or consents something runs out within thirty days, the first such date."""
    first: dict[int, dt.date] = {}
    for client, on in _ends(Q(expires_on__range=(today, _last(today)))):
        first[client] = min(on, first.get(client, on))
    return first


def dates_of(clients: Collection[int]) -> dict[int, list[dt.date]]:
    """For each of these clients the days on which something of theirs runs out, or ran out; two queries."""
    found: dict[int, list[dt.date]] = {}
    for client, on in _ends(Q(client__in=clients, expires_on__isnull=False)):
        found.setdefault(client, []).append(on)
    return found


def first_of(dates: Iterable[dt.date], today: dt.date) -> dt.date | None:
    """Of one client's dates the first that is told of; None where nothing runs out within thirty days."""
    return min((on for on in dates if today <= on <= _last(today)), default=None)


def _last(today: dt.date) -> dt.date:
    return today + dt.timedelta(days=max(TOLD_DAYS_BEFORE))


def _ends(within: Q) -> Iterator[tuple[int, dt.date]]:
    """What is still asked, and has not been renewed or taken back."""
    later = Q(expires_on=None) | Q(expires_on__gt=OuterRef("expires_on"))
    same = {"client": OuterRef("client")}
    form = Submission.objects.filter(signed_at__isnull=False, about="")
    newer = form.filter(later, version__questionnaire=OuterRef("version__questionnaire"), **same)
    asked = {
        "version__questionnaire__asked": Asked.INTAKE,
        "version__questionnaire__versions__state": VersionState.PUBLISHED,
    }
    forms = form.filter(within, ~Exists(newer), **asked)
    agreed = Consent.objects.filter(later, version__document=OuterRef("version__document"), withdrawal=None, **same)
    consents = Consent.objects.filter(within, ~Exists(agreed), withdrawal=None)
    consents = consents.filter(version__document__versions__state=VersionState.PUBLISHED)
    for found in (forms, consents):
        yield from found.order_by().values_list("client", F("expires_on")).distinct()
