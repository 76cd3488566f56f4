"""What the API takes and gives, by shape alone: is it there, is it a date, is it one of the choices.

What it takes is checked with these; what it gives is built as plain values (`bookings/api/shown.py`) and only described
here, for the OpenAPI document.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator, StrictBool, WithJsonSchema
from pydantic_core import PydanticCustomError

from bookings.availability import Reason
from bookings.models import Approval, Kind, Status
from bookings.models.offer import LONGEST_SESSION_MINUTES

YEARS = range(1900, 9991)
"""Beyond these the arithmetic on dates comes to its end; nobody is born before or booked after them."""

LONGEST_RANGE = dt.timedelta(days=62)
PAGE_SIZE, LARGEST_PAGE = 50, 100

DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
WALL = r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?"
INSTANT = re.compile(WALL + r"(Z|[+-]\d{2}:\d{2})", re.ASCII)
NAIVE = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2})?(\.\d+)?)?", re.ASCII)
PLUS_LOST = re.compile(f"({WALL}) (?=[0-9])", re.ASCII)


def _refuse(sentence: str) -> PydanticCustomError:
    return PydanticCustomError("sentence", sentence)  # type: ignore[arg-type]


def day(text: Any) -> dt.date:
    """“2027-01-04”, and nothing else that pydantic would take for a date."""
    if isinstance(text, str) and DATE.fullmatch(text):
        try:
            found = dt.date.fromisoformat(text)
        except ValueError:
            raise _refuse("There is no such date.") from None
        if found.year in YEARS:
            return found
    raise _refuse("Write a date like 2027-01-04.")


def instant(text: Any) -> dt.datetime:
    """“2027-01-04T10:00:00+00:00”, as an instant in UTC. A time without its offset could mean several."""
    if isinstance(text, str) and INSTANT.fullmatch(text.upper()):
        try:
            found = dt.datetime.fromisoformat(text.upper())
        except ValueError:
            raise _refuse("There is no such date or time.") from None
        if found.year in YEARS:
            return found.astimezone(dt.UTC)
    if isinstance(text, str) and NAIVE.fullmatch(text.upper()):
        raise _refuse("Say the time's offset too, like 2027-01-04T10:00:00+00:00, or end with Z for UTC.")
    raise _refuse("Write a time like 2027-01-04T10:00:00+00:00.")


def instant_of_query(text: Any) -> dt.datetime:
    """In an address a plus sign that was not escaped arrives as a space."""
    return instant(PLUS_LOST.sub(r"\1+", text.upper()) if isinstance(text, str) else text)


def _figures(text: Any) -> Any:
    if isinstance(text, str) and not re.fullmatch(r"\d{1,10}", text, re.ASCII):
        raise _refuse("Write a whole number.")
    return text


DATE_TIME = {"type": "string", "format": "date-time"}
Day = Annotated[dt.date, PlainValidator(day), WithJsonSchema({"type": "string", "format": "date"})]
Instant = Annotated[dt.datetime, PlainValidator(instant), WithJsonSchema(DATE_TIME)]
InstantOfQuery = Annotated[dt.datetime, PlainValidator(instant_of_query), WithJsonSchema(DATE_TIME)]
Slug = Annotated[str, Field(pattern=r"^[-a-zA-Z0-9_]+$", max_length=50)]
Ref = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=64)]
Line = Annotated[str, Field(pattern=r"^[^\x00]*$", max_length=300)]
KeyText = Annotated[str, Field(pattern=r"^[ -~]+$", max_length=200)]
Minutes = Annotated[int, Field(strict=True, ge=1, le=LONGEST_SESSION_MINUTES)]
MinutesOfQuery = Annotated[int, Field(ge=1, le=LONGEST_SESSION_MINUTES), BeforeValidator(_figures)]


class Taken(BaseModel):
    """A field that is not known here is refused by name: nobody sets a price by guessing at one."""

    model_config = ConfigDict(extra="forbid")


# What it takes


class NewBooking(Taken):
    session_type: Slug = Field(description="Slug of the session type.")
    minutes: Minutes = Field(description="One of its lengths.")
    start: Instant = Field(description="When it begins, with an offset.")
    therapist: Slug | None = Field(None, description="Slug of the therapist; any where left out.")
    client: Ref | None = Field(None, description="Ref of the client; for staff alone, who must name one.")


class Move(Taken):
    start: Instant = Field(description="When it is to begin.")
    therapist: Slug | None = Field(None, description="Slug of the therapist; the same one where left out.")
    accept_late: StrictBool = Field(False, description="True once the fee of a late change was seen and accepted.")


class Cancellation(Taken):
    reason: Line = Field("", description="Kept with the booking; nobody has to give one.")
    accept_late: StrictBool = Field(
        False, description="True once the fee of a late cancellation was seen and accepted."
    )


class Range(Taken):
    """A session type's free starts from one date to another, both included."""

    session_type: Slug = Field(description="Slug of the session type.")
    minutes: MinutesOfQuery = Field(description="One of its lengths.")
    first: Day = Field(alias="from", description="First date, in the practice's zone.")
    last: Day = Field(alias="to", description="Last date, included; at most 62 days in all.")
    therapist: Slug | None = Field(None, description="Slug of the therapist; any where left out.")


class OneStart(Taken):
    session_type: Slug = Field(description="Slug of the session type.")
    minutes: MinutesOfQuery = Field(description="One of its lengths.")
    therapist: Slug = Field(description="Slug of the therapist.")
    start: InstantOfQuery = Field(description="The start that is asked about, with an offset.")


class Filters(Taken):
    first: Day | None = Field(None, alias="from", description="Sessions on this date or later.")
    last: Day | None = Field(None, alias="to", description="Sessions on this date or earlier.")
    therapist: Slug | None = Field(None, description="Slug of the therapist.")
    status: Status | None = Field(None, description="Bookings in this status.")
    page: Annotated[int, Field(ge=1, le=1_000_000_000), BeforeValidator(_figures)] = 1
    page_size: Annotated[int, Field(ge=1, le=LARGEST_PAGE), BeforeValidator(_figures)] = PAGE_SIZE


# What it gives


class PricedLength(BaseModel):
    minutes: int
    price: str


class TherapistOffer(BaseModel):
    slug: str
    name: str
    prices: dict[str, str] = Field(description="Own prices by minutes, where they differ.")


class SessionTypeShown(BaseModel):
    slug: str
    name: str
    kind: Kind
    summary: str
    lengths: list[PricedLength]
    currency: str
    therapists: list[TherapistOffer]
    approval: Approval = Field(description="Whether a booking is a request that the therapist answers.")
    needs: list[str] = Field(description="What comes before this session, in whole sentences.")


class SessionTypes(BaseModel):
    session_types: list[SessionTypeShown]


class SlotShown(BaseModel):
    start: dt.datetime
    end: dt.datetime
    therapists: list[str] = Field(description="Slugs of those who can give it then, in their order.")


class Slots(BaseModel):
    slots: list[SlotShown]


class ReasonShown(BaseModel):
    code: Reason
    sentence: str


class RefusalShown(BaseModel):
    code: Reason | Literal["client_elsewhere"]
    sentence: str


class Explanation(BaseModel):
    start: dt.datetime
    free: bool
    reasons: list[ReasonShown] = Field(description="Each reason why not; none where it is free.")


class MoveAsked(BaseModel):
    start: dt.datetime
    therapist: str
    answer_by: dt.datetime


class BookingShown(BaseModel):
    id: str
    status: Status
    session_type: str
    minutes: int
    start: dt.datetime
    end: dt.datetime
    therapist: str
    client: str = Field(description="The client's ref.")
    client_name: str | None = Field(None, description="For staff.")
    room: str | None = Field(None, description="For staff: slug of the room, null where none is needed.")
    price: str
    currency: str
    cancel_free_until: dt.datetime
    move_free_until: dt.datetime
    late_fee_percent: int = Field(description="Share of the price that a late change costs, as agreed.")
    late_fee: str = Field(description="Fee that came due.")
    hold_ends: dt.datetime | None = Field(description="Until when a held time is kept.")
    answer_by: dt.datetime | None = Field(description="When a request that nobody answered expires.")
    move_requested: MoveAsked | None = Field(
        description="Another time was asked for; the booking stays until the answer."
    )
    version: int = Field(description="Goes up with each change.")
    created: dt.datetime


class Bookings(BaseModel):
    bookings: list[BookingShown]
    total: int
    page: int
    page_size: int
    next: str | None = Field(description="Address of the next page.")


class MissingShown(BaseModel):
    """One thing that comes first: what kind, what it is about (a form, a document, a stage or a session), in a sentence."""

    code: str
    about: str
    sentence: str


class Problem(BaseModel):
    """What stood in the way, as RFC 9457 has it, with a stable `code`."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    fields: dict[str, str] | None = Field(None, description="With `invalid`: a sentence for each field.")
    reasons: list[RefusalShown] | None = Field(None, description="With `not_offered`: why not.")
    missing: list[MissingShown] | None = Field(
        None, description="With 403: all that comes first, the firmest at the head."
    )
    next: list[SlotShown] | None = Field(None, description="With `slot_taken`: the nearest free starts.")
    fee: str | None = Field(None, description="With `late`: what the change would cost.")
    currency: str | None = Field(None, description="With `late`.")
