"""What a visitor reads about each session before booking: lengths, prices, who gives it, what comes first.

Only reads, and asks nothing about times; that is the diary's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Prefetch

from bookings.models import Approval, Length, Offer, Prerequisite, SessionType, Stage
from bookings.models.offer import SessionTypeQuerySet
from practice.models import Practice
from practice.words import small, span


@dataclass(frozen=True)
class PricedLength:
    """One length, and what each therapist asks for it, the lowest price first."""

    minutes: int
    prices: tuple[tuple[Decimal, tuple[str, ...]], ...]

    @property
    def lowest(self) -> Decimal:
        return self.prices[0][0]

    @property
    def differs(self) -> bool:
        return len(self.prices) > 1


@dataclass(frozen=True)
class Offering:
    session_type: SessionType
    lengths: tuple[PricedLength, ...]
    therapists: tuple[str, ...]
    comes_first: tuple[str, ...]
    """What has to be done on another day before it can be booked."""
    asks: tuple[str, ...]

    @property
    def needs(self) -> tuple[str, ...]:
        return self.comes_first + self.asks

    @property
    def can_be_booked(self) -> bool:
        return bool(self.lengths and self.therapists)


def sessions() -> SessionTypeQuerySet:
    """What is offered to the public, with all that its page says, in five queries whatever the number."""
    offers = Offer.objects.filter(therapist__active=True).order_by("therapist__order", "therapist_id")
    return SessionType.objects.offered().prefetch_related(
        "lengths",
        Prefetch("offers", offers.select_related("therapist")),
        "offers__prices",
        Prefetch("prerequisites", Prerequisite.objects.select_related("completed")),
    )


def offerings(practice: Practice) -> list[Offering]:
    return [describe(session_type, practice) for session_type in sessions()]


def describe(session_type: SessionType, practice: Practice) -> Offering:
    """`session_type` comes from `sessions()`, which has fetched what this reads."""
    offers = list(session_type.offers.all())
    return Offering(
        session_type=session_type,
        lengths=tuple(_priced(length, offers) for length in session_type.lengths.all()),
        therapists=tuple(offer.therapist.name for offer in offers),
        comes_first=tuple(_comes_first(session_type)),
        asks=tuple(_asks(session_type, practice)),
    )


def _priced(length: Length, offers: Iterable[Offer]) -> PricedLength:
    names: dict[Decimal, list[str]] = defaultdict(list)
    for offer in offers:
        own = {price.length_id: price.price for price in offer.prices.all()}
        names[own.get(length.pk, length.price)].append(offer.therapist.name)
    prices = sorted(names.items()) or [(length.price, [])]
    return PricedLength(length.minutes, tuple((price, tuple(who)) for price, who in prices))


def _comes_first(session_type: SessionType) -> Iterable[str]:
    """In whole sentences."""
    if session_type.requires_consultation:
        yield "A consultation comes first."
    for needed in session_type.prerequisites.all():
        yield _first_come(needed)
    if session_type.requires_stage != Stage.PREPARATION:
        yield "Your therapist decides with you when the time for it has come."


def _asks(session_type: SessionType, practice: Practice) -> Iterable[str]:
    if session_type.requires_consents:
        yield "You read and sign a consent beforehand. You can withdraw it at any moment."
    if session_type.approval != Approval.NONE:
        yield _approval(session_type, practice)


def _first_come(needed: Prerequisite) -> str:
    if needed.count == 1:
        return f"One completed session of {needed.completed.name} comes first."
    return f"{small(needed.count).capitalize()} completed sessions of {needed.completed.name} come first."


def _approval(session_type: SessionType, practice: Practice) -> str:
    which = "Your first booking of it is" if session_type.approval == Approval.FIRST else "Each booking is"
    return f"{which} a request. Your therapist answers within {span(practice.request_expires_after)}."
