"""One booking, its history, and what is asked about it: a move to approve, other times proposed.

Only `bookings/lifecycle.py` writes these rows. What must never be false is kept by the database (`bookings/constraints.py`).
"""

from __future__ import annotations

import datetime as dt
import secrets
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.models import Role
from bookings.models.offer import LONGEST_BUSY, Room, SessionType, Therapist, price_field
from clients.models import REF, Client

if TYPE_CHECKING:
    from accounts.models import User


class Status(models.TextChoices):
    HELD = "held", "Held"
    REQUESTED = "requested", "Waiting for an answer"
    CONFIRMED = "confirmed", "Confirmed"
    COMPLETED = "completed", "Took place"
    NO_SHOW = "no_show", "Did not come"
    CANCELLED = "cancelled", "Cancelled"
    DECLINED = "declined", "Could not be confirmed"
    EXPIRED = "expired", "Expired"


BLOCKING = (Status.HELD, Status.REQUESTED, Status.CONFIRMED, Status.COMPLETED, Status.NO_SHOW)


class Way(models.TextChoices):
    WEB = "web", "client, online"
    STAFF = "staff", "the practice"
    LINK = "link", "client, by the link in a message"
    API = "api", "over the API"
    IMPORT = "import", "practice file"
    CLOCK = "clock", "by itself, when its time came"


def new_ref() -> str:
    return "b-" + secrets.token_hex(6)


class BookingQuerySet(models.QuerySet["Booking"]):
    def for_user(self, user: User) -> BookingQuerySet:
        """The bookings this user may see: staff the practice's, a client their own."""
        if user.is_staff:
            return self.all()
        return self.filter(client__user_id=user.pk) if user.pk else self.none()

    def worked_by(self, user: User) -> BookingQuerySet:
        """Of those the ones that this member of staff works with: a therapist their own, the rest all."""
        seen = self.for_user(user)
        return seen.filter(therapist__user_id=user.pk) if user.role == Role.THERAPIST else seen

    def blocking(self, now: dt.datetime) -> BookingQuerySet:
        """Those that keep their time; a lapsed hold does not."""
        return self.filter(status__in=BLOCKING).exclude(status=Status.HELD, hold_ends_at__lte=now)

    def meeting(self, start: dt.datetime, end: dt.datetime) -> BookingQuerySet:
        """Those whose busy interval meets [start, end); the index by busy_from_at serves the range."""
        return self.filter(busy_from_at__gt=start - LONGEST_BUSY, busy_from_at__lt=end, busy_until_at__gt=start)


class Booking(models.Model):
    ref = models.CharField(max_length=64, unique=True, default=new_ref, validators=[REF])
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="bookings", db_index=False)
    therapist = models.ForeignKey(Therapist, on_delete=models.PROTECT, related_name="bookings", db_index=False)
    session_type = models.ForeignKey(SessionType, on_delete=models.PROTECT, related_name="bookings", db_index=False)
    room = models.ForeignKey(
        Room, null=True, blank=True, on_delete=models.PROTECT, related_name="bookings", db_index=False
    )
    minutes = models.PositiveSmallIntegerField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    busy_from_at = models.DateTimeField(help_text="Start less the buffer before.")
    busy_until_at = models.DateTimeField(help_text="End plus the buffer after.")
    session_on = models.DateField(help_text="The practice's local date of the start.")
    booked_on = models.DateField(help_text="The practice's local date of the day it was booked.")
    status = models.CharField(max_length=9, choices=Status)
    version = models.PositiveIntegerField(default=1, help_text="Goes up with each change.")
    made_via = models.CharField(max_length=6, choices=Way)

    price = price_field()
    currency = models.CharField(max_length=3)
    cancellation_notice = models.DurationField()
    reschedule_notice = models.DurationField()
    late_fee_percent = models.PositiveSmallIntegerField()
    no_show_fee_percent = models.PositiveSmallIntegerField()
    late_fee = models.DecimalField(
        max_digits=9, decimal_places=2, default=0, help_text="Fee that came due, by the terms agreed."
    )

    created_at = models.DateTimeField()
    hold_ends_at = models.DateTimeField(null=True, blank=True)
    answer_by_at = models.DateTimeField(null=True, blank=True, help_text="When an unanswered request expires.")
    cancelled_at = models.DateTimeField(null=True, blank=True)
    is_late = models.BooleanField(default=False, help_text="Cancelled or moved inside the notice.")
    coming_said_at = models.DateTimeField(
        null=True, blank=True, help_text="When the client said that they will come, at the time it has now."
    )
    checked_in_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[BookingQuerySet] = BookingQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["starts_at", "pk"]
        indexes = [
            models.Index(fields=["therapist", "busy_from_at"], name="booking_by_therapist"),
            models.Index(fields=["room", "busy_from_at"], name="booking_by_room"),
            models.Index(fields=["client", "starts_at"], name="booking_by_client"),
            models.Index(fields=["session_on"], name="booking_by_day"),
            models.Index(
                fields=["status", "answer_by_at", "hold_ends_at"],
                name="booking_waiting",
                condition=Q(status__in=["held", "requested"]),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    busy_from_at__lte=F("starts_at"), starts_at__lt=F("ends_at"), ends_at__lte=F("busy_until_at")
                ),
                name="booking_busy_holds_session",
            ),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="booking_status_known"),
            models.CheckConstraint(condition=Q(price__gte=0, late_fee__gte=0), name="booking_money_not_negative"),
            models.CheckConstraint(
                condition=~Q(status="held") | Q(hold_ends_at__isnull=False), name="booking_hold_ends"
            ),
        ]

    def __str__(self) -> str:
        return self.ref

    @property
    def is_over(self) -> bool:
        return self.status not in (Status.HELD, Status.REQUESTED, Status.CONFIRMED)

    @property
    def free_until_at(self) -> dt.datetime:
        """Until when cancelling costs nothing."""
        return self.starts_at - self.cancellation_notice


class BookingChange(models.Model):
    """One line of a booking's history; only ever added."""

    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="changes")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    via = models.CharField(max_length=6, choices=Way)
    what = models.CharField(max_length=24)
    before = models.CharField(max_length=9, blank=True, help_text="Status before.")
    after = models.CharField(max_length=9, help_text="Status after.")
    details = models.JSONField(default=dict, blank=True, help_text="What else changed, as old and new.")
    why = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.what} {self.at:%Y-%m-%d %H:%M}"


class Answer(models.TextChoices):
    OPEN = "open", "waiting"
    TAKEN = "taken", "accepted"
    DECLINED = "declined", "declined"
    WITHDRAWN = "withdrawn", "withdrawn"


class MoveRequest(models.Model):
    """A client asks for another time where each session is approved; the old time is kept until the answer."""

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="move_requests")
    therapist = models.ForeignKey(Therapist, on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    asked_at = models.DateTimeField()
    answer_by_at = models.DateTimeField()
    answer = models.CharField(max_length=9, choices=Answer, default=Answer.OPEN)
    is_late = models.BooleanField(default=False, help_text="Asked inside the notice; the fee was accepted.")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["booking"], condition=Q(answer="open"), name="move_request_one_open")
        ]

    def __str__(self) -> str:
        return f"{self.booking} to {self.starts_at:%Y-%m-%d %H:%M} UTC"


class Proposal(models.Model):
    """Another time the therapist proposes for a request; the client takes one or asks anew."""

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="proposals")
    therapist = models.ForeignKey(Therapist, on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    made_at = models.DateTimeField()
    answer = models.CharField(max_length=9, choices=Answer, default=Answer.OPEN)

    class Meta:
        ordering = ["starts_at", "pk"]

    def __str__(self) -> str:
        return f"{self.booking} at {self.starts_at:%Y-%m-%d %H:%M} UTC"


class IdempotencyKey(models.Model):
    """The first answer to a request that was sent with a key; a repeat gets the same."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    digest = models.CharField(max_length=64, help_text="SHA-256 of what was asked.")
    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="+")
    answer = models.JSONField()
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="idempotency_key_once")]

    def __str__(self) -> str:
        return self.key
