"""The business itself: one Practice row with its rules, and the texts it shows.

Owns what the owner decides once for all; it must not know therapists, clients or bookings.
"""

from __future__ import annotations

import datetime as dt
import functools
import zoneinfo
from typing import ClassVar
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from practice import spans
from practice.prepared import Prepared


def validate_zone(name: str) -> None:
    try:
        zoneinfo.ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValidationError(f"“{name}” is not a time zone. Write it like Europe/London.") from None


def validate_currency(code: str) -> None:
    if not (len(code) == 3 and code.isascii() and code.isalpha() and code.isupper()):
        raise ValidationError(f"“{code}” is not a currency code. Write three capital letters, like GBP.")


class SpansField(models.CharField):
    """Several spans of time as they are typed, “48h, 3h”; each set has one spelling."""

    def clean(self, value: object, model_instance: models.Model | None) -> str:
        text: str = super().clean(value, model_instance)
        try:
            return spans.spelled(spans.several(text)) if text else text
        except ValueError as error:
            raise ValidationError(str(error)) from None


def percent_field(default: int, help_text: str) -> models.PositiveSmallIntegerField:
    return models.PositiveSmallIntegerField(default=default, validators=[MaxValueValidator(100)], help_text=help_text)


def calendar_domain() -> str:
    """The host by which the site is known at the moment at which the practice is set up."""
    return urlsplit(settings.SITE_URL).hostname or ""


class ConsentSigners(models.TextChoices):
    CLIENT = "client", "the client"
    BOTH = "both", "the client and the therapist"


class PracticeQuerySet(models.QuerySet["Practice"]):
    def current(self) -> Practice:
        """The one practice of this installation; an unsaved one with the defaults before it is set up."""
        found = _current().first()
        return found[0] if found else Practice()


@functools.cache
def _current() -> Prepared:
    return Prepared("SELECT {p} FROM practice_practice p ORDER BY p.id LIMIT 1", p=Practice)


class Practice(models.Model):
    name = models.CharField(max_length=120, default="Our practice")
    strapline = models.CharField(max_length=200, blank=True, help_text="One line under the name on the first page.")
    timezone = models.CharField(max_length=64, default="Europe/London", validators=[validate_zone])
    currency = models.CharField(max_length=3, default="GBP", validators=[validate_currency])
    slot_step_minutes = models.PositiveSmallIntegerField(
        default=15,
        validators=[MinValueValidator(1), MaxValueValidator(1440)],
        help_text="Sessions start every so many minutes, counted from midnight.",
    )
    min_notice = models.DurationField(
        default=dt.timedelta(hours=12), help_text="How long before its start a session can still be booked."
    )
    horizon_days = models.PositiveSmallIntegerField(
        default=90, validators=[MaxValueValidator(1000)], help_text="How many days ahead clients may book."
    )
    cancellation_notice = models.DurationField(
        default=dt.timedelta(hours=24), help_text="Cancelling is free until this long before the start."
    )
    reschedule_notice = models.DurationField(
        default=dt.timedelta(hours=24), help_text="Moving is free until this long before the start."
    )
    late_fee_percent = percent_field(50, "Share of the price that is due for a late cancellation or move.")
    no_show_fee_percent = percent_field(100, "Share of the price that is due when the client does not come.")
    request_expires_after = models.DurationField(
        default=dt.timedelta(hours=48),
        help_text="A request nobody answers expires after this long, at the latest at its start.",
    )
    reminders = SpansField(
        max_length=80,
        default="48h, 3h",
        help_text="How long before a session each reminder goes out, like 48h, 3h; none for no reminder.",
    )
    consent_signers = models.CharField(
        "who signs a consent", max_length=6, choices=ConsentSigners, default=ConsentSigners.CLIENT,
        help_text="Where both sign, no session starts before the therapist has signed too.",
    )  # fmt: skip
    calendar_domain = models.CharField(
        max_length=253, default=calendar_domain, editable=False,
        help_text="Ends the name of each entry in people's calendars: theirs find it again by it, wherever the site moves to.",
    )  # fmt: skip
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    address = models.TextField(blank=True, help_text="Where clients come, as it stands on an envelope.")
    directions = models.TextField(blank=True, help_text="How to find the door: floor, bell, parking.")
    bring = models.TextField(blank=True, help_text="What to bring and how to arrive; shown when a booking is made.")

    objects: ClassVar[PracticeQuerySet] = PracticeQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "practice"
        verbose_name_plural = "practice"
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="practice_is_one"),
            models.CheckConstraint(condition=Q(slot_step_minutes__gt=0), name="practice_slot_step_positive"),
            models.CheckConstraint(
                condition=Q(late_fee_percent__lte=100) & Q(no_show_fee_percent__lte=100),
                name="practice_fees_at_most_all",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: object, **kwargs: object) -> None:
        self.pk = 1
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.timezone)


class PageText(models.Model):
    """A text of the practice's own, in Markdown, shown on a public page."""

    slug = models.SlugField(unique=True)
    title = models.CharField(max_length=120)
    body = models.TextField(help_text="Plain text; a blank line starts a paragraph, ## a heading, - a list.")

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.title
