"""What somebody agrees to when they book, in words: when, how long, with whom, where, for how much, and until when
cancelling is free. The same before the last button, on the page after it and later. Only reads.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import OuterRef, Subquery

from bookings import readiness, rules
from bookings.models import Approval, Booking, Length, OfferPrice, SessionType, Status, Therapist
from bookings.readiness import Readiness
from clients.models import Client
from practice import walltime, words
from practice.models import Practice
from practice.words import gettext


@dataclass(frozen=True, slots=True, kw_only=True)
class Particulars:
    practice: Practice
    session_type: SessionType
    therapist: Therapist
    minutes: int
    starts_at: dt.datetime
    ends_at: dt.datetime
    price: Decimal
    currency: str
    needs_room: bool
    cancellation_notice: dt.timedelta
    late_fee_percent: int
    fees_due: Decimal = Decimal(0)
    """Of late changes before this."""
    now: dt.datetime
    is_request: bool = False
    is_discreet: bool = False

    @property
    def session(self) -> str:
        """What it is called, on a page that needs no sign-in by its neutral name."""
        return self.session_type.name_outside if self.is_discreet else self.session_type.name

    @property
    def day(self) -> str:
        return words.day(walltime.local_date(self.starts_at, self.practice.zone))

    @property
    def hours(self) -> str:
        zone = self.practice.zone
        return words.hours(self.starts_at, self.ends_at, zone)

    @property
    def when(self) -> str:
        return f"{self.day}, {self.hours}"

    @property
    def zone(self) -> str:
        return words.zone(self.practice.timezone)

    @property
    def price_in_words(self) -> str:
        return words.price(self.price, self.currency)

    @property
    def late_fee(self) -> Decimal:
        """What cancelling late would cost, on top of what is due already."""
        return rules.fee_added(self.price, self.fees_due, self.late_fee_percent)

    @property
    def is_late(self) -> bool:
        return rules.is_late(self.starts_at, self.cancellation_notice, self.now)

    @property
    def cancelling(self) -> str:
        """Until which moment cancelling is free, and what it costs from then on."""
        if not self.late_fee:
            return gettext("Cancelling is free.")
        fee = words.money(self.late_fee, self.currency)
        if self.is_late:
            return gettext("The session is near: cancelling costs %(fee)s.") % {"fee": fee}
        until = words.moment(self.starts_at - self.cancellation_notice, self.practice.zone)
        said = {"until": until, "zone": self.zone, "fee": fee}
        return gettext("Free until %(until)s (%(zone)s). After that it costs %(fee)s.") % said


def of_booking(booking: Booking, practice: Practice, now: dt.datetime) -> Particulars:
    """As they were agreed; `booking` comes with its session type and therapist."""
    waits = (
        booking.status == Status.HELD
        and readiness_of(booking.client, booking.session_type, practice, now).needs_approval
    )
    return Particulars(
        practice=practice,
        session_type=booking.session_type,
        therapist=booking.therapist,
        minutes=booking.minutes,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        price=booking.price,
        currency=booking.currency,
        needs_room=booking.room_id is not None,
        cancellation_notice=booking.cancellation_notice,
        late_fee_percent=booking.late_fee_percent,
        fees_due=booking.late_fee,
        now=now,
        is_request=booking.status == Status.REQUESTED or waits,
    )


def of_choice(
    length: Length,
    therapist: Therapist,
    starts_at: dt.datetime,
    practice: Practice,
    now: dt.datetime,
    client: Client | None = None,
) -> Particulars:
    """As they would be agreed now; `therapist` is one of `with_prices`."""
    kind = length.session_type
    own_price: Decimal | None = therapist.own_price  # type: ignore[attr-defined]
    return Particulars(
        practice=practice,
        session_type=kind,
        therapist=therapist,
        minutes=length.minutes,
        starts_at=starts_at,
        ends_at=starts_at + dt.timedelta(minutes=length.minutes),
        price=length.price if own_price is None else own_price,
        currency=practice.currency,
        needs_room=kind.room_choices.exists(),
        cancellation_notice=practice.cancellation_notice
        if kind.cancellation_notice is None
        else kind.cancellation_notice,
        late_fee_percent=practice.late_fee_percent,
        now=now,
        is_request=readiness_of(client, kind, practice, now).needs_approval
        if client
        else kind.approval != Approval.NONE,
    )


def readiness_of(client: Client, kind: SessionType, practice: Practice, now: dt.datetime) -> Readiness:
    return readiness.of(client, kind, walltime.local_date(now, practice.zone))


def with_prices(length: Length) -> list[Therapist]:
    """Who gives this length, in their order, each with `own_price` where it differs."""
    own = OfferPrice.objects.filter(offer__therapist=OuterRef("pk"), length=length).values("price")
    givers = Therapist.objects.filter(active=True, offers__session_type=length.session_type_id)
    return list(givers.annotate(own_price=Subquery(own)))  # type: ignore[no-redef]
