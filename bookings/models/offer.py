"""What can be booked, with whom and where: session types with their lengths, therapists and what they offer, rooms."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from practice.models import SpansField

LONGEST_SESSION_MINUTES = 720
LONGEST_BUFFER_MINUTES = 360
LONGEST_BUSY = dt.timedelta(minutes=LONGEST_SESSION_MINUTES + 2 * LONGEST_BUFFER_MINUTES)
"""No booking keeps its therapist longer than this, so a range look-up by start is exact. The database keeps it."""


def price_field() -> models.DecimalField:
    return models.DecimalField(max_digits=9, decimal_places=2, validators=[MinValueValidator(Decimal(0))])


def buffer_field(help_text: str) -> models.PositiveSmallIntegerField:
    return models.PositiveSmallIntegerField(
        default=0, validators=[MaxValueValidator(LONGEST_BUFFER_MINUTES)], help_text=help_text
    )


class Kind(models.TextChoices):
    CONSULTATION = "consultation", "Consultation"
    STANDARD = "standard", "Standard massage"
    TANTRIC = "tantric", "Tantric massage therapy"


class Approval(models.TextChoices):
    NONE = "none", "Booked at once"
    FIRST = "first", "The therapist approves the first one"
    ALWAYS = "always", "The therapist approves each one"


class Stage(models.TextChoices):
    PREPARATION = "preparation", "Preparation"
    CLEARING = "clearing", "Clearing"
    BALANCING = "balancing", "Balancing"
    AWAKENING = "awakening", "Awakening"


class EveningList(models.TextChoices):
    NEVER = "never", "Never"
    FULL = "full", "When there are sessions"
    ALWAYS = "always", "Every evening"


class Room(models.Model):
    choice: int
    """Its place among a session type's rooms, where a query says so."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=120)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return self.name


class SessionTypeQuerySet(models.QuerySet["SessionType"]):
    def offered(self) -> SessionTypeQuerySet:
        """What the public may see and book."""
        return self.filter(active=True)


class SessionType(models.Model):
    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.STANDARD)
    summary = models.CharField(max_length=300, blank=True, help_text="One or two sentences for the list of sessions.")
    description = models.TextField(
        blank=True, help_text="The session's own page. A blank line starts a paragraph, ## a heading."
    )
    neutral_name = models.CharField(
        max_length=120, blank=True, help_text="What messages, calendars and receipts call it; “Session” where empty."
    )
    buffer_before_minutes = buffer_field("Minutes kept free before the session.")
    buffer_after_minutes = buffer_field("Minutes kept free after the session.")
    approval = models.CharField(max_length=6, choices=Approval, default=Approval.NONE)
    requires_stage = models.CharField(
        max_length=12, choices=Stage, default=Stage.PREPARATION, help_text="The client's stage it asks for."
    )
    requires_consultation = models.BooleanField(default=False, help_text="A consultation comes first.")
    requires_consents = models.JSONField(
        default=list, blank=True, help_text="Consent documents it asks for, by their slugs."
    )
    cancellation_notice = models.DurationField(null=True, blank=True, help_text="Where it differs from the practice's.")
    reschedule_notice = models.DurationField(null=True, blank=True, help_text="Where it differs from the practice's.")
    reminders = SpansField(max_length=80, blank=True, help_text="Where they differ from the practice's.")
    preparation = models.TextField(
        blank=True, help_text="Sent the day before a session. Clients read it in their mail, so keep it neutral."
    )
    aftercare = models.TextField(
        blank=True, help_text="Sent after a session that took place. Clients read it in their mail, so keep it neutral."
    )
    order = models.PositiveSmallIntegerField(default=0)
    active = models.BooleanField("offered", default=True)
    rooms: ClassVar[models.ManyToManyField] = models.ManyToManyField(Room, through="SessionTypeRoom", blank=True)  # type: ignore[misc]

    objects: ClassVar[SessionTypeQuerySet] = SessionTypeQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["order", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    buffer_before_minutes__lte=LONGEST_BUFFER_MINUTES, buffer_after_minutes__lte=LONGEST_BUFFER_MINUTES
                ),
                name="session_type_buffers_in_bounds",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name_outside(self) -> str:
        """What messages, calendars and pages without a sign-in call it."""
        return self.neutral_name or "Session"

    @property
    def is_hands_on(self) -> bool:
        return self.kind != Kind.CONSULTATION


class SessionTypeRoom(models.Model):
    """A room this session type may use; tried in order."""

    session_type = models.ForeignKey(SessionType, on_delete=models.CASCADE, related_name="room_choices")
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="uses")
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "pk"]
        constraints = [models.UniqueConstraint(fields=["session_type", "room"], name="session_type_room_once")]

    def __str__(self) -> str:
        return str(self.room)


class Prerequisite(models.Model):
    """So many completed sessions of one type before another may be booked."""

    session_type = models.ForeignKey(SessionType, on_delete=models.CASCADE, related_name="prerequisites")
    completed = models.ForeignKey(SessionType, on_delete=models.PROTECT, related_name="+")
    count = models.PositiveSmallIntegerField(default=1, validators=[MinValueValidator(1)])

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["session_type", "completed"], name="prerequisite_once")]

    def __str__(self) -> str:
        return f"{self.count} × {self.completed}"


class Length(models.Model):
    session_type = models.ForeignKey(SessionType, on_delete=models.CASCADE, related_name="lengths")
    minutes = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_SESSION_MINUTES)]
    )
    price = price_field()

    class Meta:
        ordering = ["minutes"]
        constraints = [
            models.UniqueConstraint(fields=["session_type", "minutes"], name="length_once"),
            models.CheckConstraint(
                condition=Q(minutes__gt=0, minutes__lte=LONGEST_SESSION_MINUTES), name="length_in_bounds"
            ),
            models.CheckConstraint(condition=Q(price__gte=0), name="length_price_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.minutes} minutes"


class Therapist(models.Model):
    own_price: Decimal | None
    """Their own price for the length asked about, where a query says so."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=120)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="therapist"
    )
    bio = models.TextField(blank=True)
    order = models.PositiveSmallIntegerField(default=0)
    active = models.BooleanField("gives sessions", default=True)
    max_minutes_per_day = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Hands-on minutes a day; empty for no limit."
    )
    max_sessions_per_day = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Sessions a day; empty for no limit."
    )
    evening_list = models.CharField(
        max_length=6,
        choices=EveningList,
        default=EveningList.FULL,
        help_text="A message at 18:00 with the next day's sessions.",
    )
    evening_names = models.BooleanField(
        default=False, help_text="The evening list has the clients' names; else their initials."
    )
    session_types: ClassVar[models.ManyToManyField] = models.ManyToManyField(
        SessionType, through="Offer", related_name="therapists"
    )  # type: ignore[misc]

    class Meta:
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return self.name


class Offer(models.Model):
    """A therapist gives a session type."""

    therapist = models.ForeignKey(Therapist, on_delete=models.CASCADE, related_name="offers")
    session_type = models.ForeignKey(SessionType, on_delete=models.CASCADE, related_name="offers")

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["therapist", "session_type"], name="offer_once")]

    def __str__(self) -> str:
        return f"{self.therapist}: {self.session_type}"


class OfferPrice(models.Model):
    """A therapist's own price for a length, where it differs."""

    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="prices")
    length = models.ForeignKey(Length, on_delete=models.CASCADE, related_name="therapist_prices")
    price = price_field()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["offer", "length"], name="offer_price_once"),
            models.CheckConstraint(condition=Q(price__gte=0), name="offer_price_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.offer}, {self.length}"
