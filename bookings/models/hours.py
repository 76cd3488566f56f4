"""When a therapist is there: weekly hours, hours of one date, time off; and when the practice or a room is shut."""

from __future__ import annotations

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.timezone import localtime

from bookings.fields import WallTimeField
from bookings.models.offer import Room, Therapist
from practice.walltime import MIDNIGHT, clock


class Weekday(models.IntegerChoices):
    MONDAY = 0, "Monday"
    TUESDAY = 1, "Tuesday"
    WEDNESDAY = 2, "Wednesday"
    THURSDAY = 3, "Thursday"
    FRIDAY = 4, "Friday"
    SATURDAY = 5, "Saturday"
    SUNDAY = 6, "Sunday"


class WeeklyHours(models.Model):
    """Working hours on one weekday, wall clock, from and until the valid dates, both included."""

    therapist = models.ForeignKey(Therapist, on_delete=models.CASCADE, related_name="weekly_hours")
    weekday = models.PositiveSmallIntegerField(choices=Weekday, validators=[MaxValueValidator(6)])
    opens = WallTimeField("from")
    closes = WallTimeField("to", help_text="24:00 for midnight.")
    valid_from = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["weekday", "opens", "pk"]
        verbose_name_plural = "weekly hours"
        constraints = [
            models.CheckConstraint(
                condition=Q(opens__lt=F("closes"), closes__lte=MIDNIGHT),
                name="weekly_hours_end_after_start",
                violation_error_message="The hours must end after they begin.",
            ),
            models.CheckConstraint(condition=Q(weekday__lte=6), name="weekly_hours_weekday"),
            models.CheckConstraint(
                condition=Q(valid_from=None) | Q(valid_until=None) | Q(valid_from__lte=F("valid_until")),
                name="weekly_hours_dates_in_order",
                violation_error_message="The last valid date lies before the first.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {clock(self.opens)} to {clock(self.closes)}"


class DateHours(models.Model):
    """Hours on one date, in place of that date's weekly hours; a row without hours is a day off."""

    therapist = models.ForeignKey(Therapist, on_delete=models.CASCADE, related_name="date_hours")
    on = models.DateField("date")
    opens = WallTimeField("from", null=True, blank=True)
    closes = WallTimeField("to", null=True, blank=True, help_text="Leave both empty for a day off.")

    class Meta:
        ordering = ["on", "opens", "pk"]
        verbose_name_plural = "hours on a date"
        indexes = [models.Index(fields=["therapist", "on"], name="date_hours_by_date")]
        constraints = [
            models.CheckConstraint(
                condition=Q(opens=None, closes=None)
                | Q(opens__isnull=False, opens__lt=F("closes"), closes__lte=MIDNIGHT),
                name="date_hours_end_after_start",
                violation_error_message="Give both times, the end after the start, or leave both empty for a day off.",
            ),
        ]

    def __str__(self) -> str:
        if self.opens is None or self.closes is None:
            return f"{self.on} off"
        return f"{self.on} {clock(self.opens)} to {clock(self.closes)}"


class TimeOff(models.Model):
    therapist = models.ForeignKey(Therapist, on_delete=models.CASCADE, related_name="time_off")
    starts_at = models.DateTimeField("from")
    ends_at = models.DateTimeField("to")

    class Meta:
        ordering = ["starts_at", "pk"]
        verbose_name_plural = "time off"
        indexes = [models.Index(fields=["therapist", "ends_at"], name="time_off_by_end")]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_at__lt=F("ends_at")),
                name="time_off_end_after_start",
                violation_error_message="Time off must end after it begins.",
            ),
        ]

    def __str__(self) -> str:
        return f"{localtime(self.starts_at):%Y-%m-%d %H:%M} to {localtime(self.ends_at):%Y-%m-%d %H:%M}"


class Closure(models.Model):
    room = models.ForeignKey(
        Room,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="closures",
        help_text="Empty: the whole practice.",
    )
    starts_at = models.DateTimeField("from")
    ends_at = models.DateTimeField("to")

    class Meta:
        ordering = ["starts_at", "pk"]
        indexes = [models.Index(fields=["ends_at"], name="closure_by_end")]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_at__lt=F("ends_at")),
                name="closure_end_after_start",
                violation_error_message="A closure must end after it begins.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.room or 'Practice'} {localtime(self.starts_at):%Y-%m-%d %H:%M} to {localtime(self.ends_at):%Y-%m-%d %H:%M}"
