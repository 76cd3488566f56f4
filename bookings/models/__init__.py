"""What we offer, when we are there, who comes when. Tables only; the rules live in the modules beside this package."""

from bookings.models.booking import BLOCKING, Answer, Booking, BookingChange, IdempotencyKey, MoveRequest, Proposal, Status, Way
from bookings.models.hours import Closure, DateHours, TimeOff, WeeklyHours
from bookings.models.offer import (
    LONGEST_BUSY,
    Approval,
    Kind,
    Length,
    Offer,
    OfferPrice,
    Prerequisite,
    Room,
    SessionType,
    SessionTypeRoom,
    Stage,
    Therapist,
)

__all__ = [
    "BLOCKING",
    "LONGEST_BUSY",
    "Answer",
    "Approval",
    "Booking",
    "BookingChange",
    "Closure",
    "DateHours",
    "IdempotencyKey",
    "Kind",
    "Length",
    "MoveRequest",
    "Offer",
    "OfferPrice",
    "Prerequisite",
    "Proposal",
    "Room",
    "SessionType",
    "SessionTypeRoom",
    "Stage",
    "Status",
    "Therapist",
    "TimeOff",
    "Way",
    "WeeklyHours",
]
