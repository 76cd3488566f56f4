"""All that is kept about a client and theirs to take along, put together from every app by the labels of its fields. Only reads.

What a field's label does not export is not here: the practice's own notes, what protects others, and the keys of rows. What a
therapist shared of the notes is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Q

from accounts import labels as accounts_labels
from accounts.models import User
from bookings import labels as bookings_labels
from bookings.models import Booking, BookingChange, CalendarFeed, MoneyEntry, MoveRequest, Proposal
from care import agreed, shared
from care import labels as care_labels
from care.models import BoundarySheet, Conversation, Line, Narrowing, Plan, Refusal
from clients import labels as clients_labels
from clients.models import (
    Answer,
    BreakGlass,
    CareRelation,
    Client,
    Consent,
    Flag,
    StageDecision,
    Submission,
    Understanding,
    Withdrawal,
)
from outbox import labels as outbox_labels
from outbox.models import Message
from practice.models import Practice
from vault.fields import is_unreadable
from vault.labels import Label

LABELS: Mapping[str, Mapping[str, Label]] = {
    "accounts": accounts_labels.LABELS,
    "outbox": outbox_labels.LABELS,
    "clients": clients_labels.LABELS,
    "bookings": bookings_labels.LABELS,
    "care": care_labels.LABELS,
}
Theirs = Callable[[Client], Q]


def _by(path: str) -> Theirs:
    return lambda client: Q(**{path: client})


SECTIONS: dict[type[models.Model], tuple[str, Theirs]] = {
    Client: ("you", lambda client: Q(pk=client.pk)),
    User: ("account", lambda client: Q(pk=client.user_id)),
    Booking: ("bookings", _by("client")),
    BookingChange: ("booking_history", _by("booking__client")),
    MoveRequest: ("moves_asked_for", _by("booking__client")),
    Proposal: ("times_proposed", _by("booking__client")),
    MoneyEntry: ("money", _by("booking__client")),
    CalendarFeed: ("calendar_feeds", lambda client: Q(user=client.user_id)),
    Submission: ("forms", _by("client")),
    Answer: ("answers", _by("submission__client")),
    Flag: ("what_answers_ask_us_to_mind", _by("client")),
    Consent: ("agreements", _by("client")),
    Withdrawal: ("withdrawals", _by("consent__client")),
    Understanding: ("boundaries", _by("client")),
    StageDecision: ("journey", _by("client")),
    CareRelation: ("who_treats_you", _by("client")),
    BreakGlass: ("opened_in_need", _by("client")),
    BoundarySheet: ("boundary_sheets", _by("booking__client")),
    Narrowing: ("boundaries_narrowed", _by("sheet__booking__client")),
    Conversation: ("conversations", _by("client")),
    Line: ("messages_with_therapists", _by("conversation__client")),
    Refusal: ("requests_declined", _by("booking__client")),
    Plan: ("plans", _by("client")),
    Message: ("sent_to_you", lambda client: Q(whom=f"client:{client.pk}")),
}
"""By what they are called in the file: each table with rows about a client, and which of them are theirs."""

WITH: dict[type[models.Model], tuple[str, ...]] = {
    Answer: ("submission__client",),
    Withdrawal: ("consent__version__document",),
    Narrowing: ("sheet__booking",),
    Line: ("conversation__client",),
    BoundarySheet: ("booking",),
    Refusal: ("booking",),
    MoneyEntry: ("booking",),
    BookingChange: ("booking",),
    MoveRequest: ("booking",),
    Proposal: ("booking",),
}
"""What a row needs to say what it is about and to be unsealed, besides its own exported relations."""

ABOUT: dict[type[models.Model], Callable[[Any], str]] = {
    Answer: lambda row: row.question.words,
    **dict.fromkeys(
        (BookingChange, MoveRequest, Proposal, MoneyEntry, BoundarySheet, Refusal), lambda row: row.booking.ref
    ),
    Narrowing: lambda row: row.sheet.booking.ref,
}
"""What a row is about, where its own fields do not say it."""


def of(client: Client, practice: Practice, now: dt.datetime) -> dict[str, Any]:
    """Values that JSON can write, by section. The number of queries does not depend on how much there is."""
    found: dict[str, Any] = {"practice": practice.name, "made_at": now.isoformat()}
    for model, (name, theirs) in SECTIONS.items():
        found[name] = [_told(row) for row in _rows(model).filter(theirs(client))]
    return found | {"shared_with_you": _shared(client, practice, now)}


def exported(model: type[models.Model]) -> list[str]:
    """The names of its fields that go along."""
    table = LABELS[model._meta.app_label]
    names = (field.name for field in model._meta.concrete_fields)
    return [name for name in names if (label := table.get(f"{model.__name__}.{name}")) and label.exported]


def _rows(model: type[models.Model]) -> models.QuerySet[Any]:
    relations = [
        field.name for field in model._meta.concrete_fields if field.is_relation and field.name in exported(model)
    ]
    also = ["question"] if model is Answer else []
    return (
        model._default_manager.select_related(None)
        .select_related(*relations, *also, *WITH.get(model, ()))
        .order_by("pk")
    )


def _told(row: models.Model) -> dict[str, Any]:
    about = {"about": ABOUT[type(row)](row)} if type(row) in ABOUT else {}
    return about | {name: _value(row, name) for name in exported(type(row)) if name != "client"}


def _value(row: models.Model, name: str) -> Any:
    if isinstance(row, BoundarySheet | Narrowing) and name == "areas":
        return agreed.keys(row.areas)
    value = getattr(row, name)
    if isinstance(value, models.Model):
        return str(value)
    if is_unreadable(value):
        return None
    if row._meta.get_field(name).choices:  # type: ignore[union-attr]
        return str(getattr(row, f"get_{name}_display")())
    return _plain(value)


def _plain(value: Any) -> Any:
    match value:
        case dt.date() | dt.time():
            return value.isoformat()
        case dt.timedelta():
            return int(value.total_seconds())
        case Decimal():
            return str(value)
        case None | bool() | int() | float() | str() | dict() | list():
            return value
        case _:
            return str(value)


def _shared(client: Client, practice: Practice, now: dt.datetime) -> list[dict[str, Any]]:
    """Of the sessions with something that their therapist shared."""
    return list(_sessions(shared.of(client, practice, now)))


def _sessions(found: shared.Shared) -> Iterator[dict[str, Any]]:
    for each in found.past:
        if each.aftercare or each.chart:
            chart = {"energy_chart": each.chart.in_words} if each.chart else {}
            yield {"about": each.booking.ref, "aftercare": each.aftercare} | chart
