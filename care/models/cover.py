"""Cover for somebody who works alone: whom they named to be told, and each session for which that stands.

Only `care/cover.py` writes these rows. What a cover says once it is closed stays so (`care/constraints.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from bookings.models import Booking

if TYPE_CHECKING:
    from accounts.models import User

LONGEST_WAIT = 240


class NamedPerson(models.Model):
    """Who is told where a therapist does not answer, and how long after the planned end."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="named_person")
    name = models.CharField(max_length=80)
    email = models.EmailField("their e-mail address", blank=True)
    phone = models.CharField("their mobile number", max_length=32, blank=True)
    own_phone = models.CharField("your own mobile number", max_length=32, blank=True)
    ask_after_minutes = models.PositiveSmallIntegerField(default=15)
    tell_after_minutes = models.PositiveSmallIntegerField(default=10)
    closing_word = models.CharField(max_length=128, blank=True, help_text="Hashed.")
    help_word = models.CharField(max_length=128, blank=True, help_text="Hashed.")
    email_reached_at = models.DateTimeField(
        null=True, blank=True, help_text="When a test to this address was answered."
    )
    phone_reached_at = models.DateTimeField(null=True, blank=True, help_text="When a test to this number was answered.")
    saved_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "working alone"
        constraints = [
            models.CheckConstraint(
                condition=Q(ask_after_minutes__lte=LONGEST_WAIT, tell_after_minutes__gte=1)
                & Q(tell_after_minutes__lte=LONGEST_WAIT),
                name="named_person_minutes",
            ),
            models.CheckConstraint(condition=~Q(email="", phone=""), name="named_person_reachable"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def has_words(self) -> bool:
        return bool(self.closing_word and self.help_word)


class CoverQuerySet(models.QuerySet["Cover"]):
    def for_user(self, user: User) -> CoverQuerySet:
        """A therapist their own, the owner all, nobody else any."""
        if user.is_superuser:
            return self.all()
        return self.filter(user_id=user.pk) if user.is_staff else self.none()


class Cover(models.Model):
    """One session that was begun covered. Open until its therapist closes it; each answer “longer” is a version."""

    booking = models.OneToOneField(Booking, on_delete=models.PROTECT, related_name="cover")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="covers")
    person = models.CharField(max_length=80, help_text="The name of whoever is told.")
    armed_at = models.DateTimeField()
    expected_at = models.DateTimeField(help_text="When the session was to be over, as it began.")
    ask_at = models.DateTimeField()
    tell_at = models.DateTimeField()
    version = models.PositiveSmallIntegerField(default=1)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[CoverQuerySet] = CoverQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-armed_at", "-pk"]
        indexes = [models.Index(fields=["ask_at"], name="cover_open", condition=Q(closed_at=None))]
        constraints = [
            models.CheckConstraint(
                condition=Q(armed_at__lt=F("tell_at"), ask_at__lt=F("tell_at")), name="cover_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"Cover of {self.booking}"
