"""Money at the desk: what was taken, given back and waived for a booking, and the count at the end of a day.

Rows are only ever added; only `bookings/money.py` writes them. What must add up is kept by the database (`bookings/money_constraints.py`). No card's data is ever here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.models import Role
from bookings.models.booking import Booking

if TYPE_CHECKING:
    from accounts.models import User


class MoneyKind(models.TextChoices):
    PAYMENT = "payment", "Payment"
    DEPOSIT = "deposit", "Deposit"
    REFUND = "refund", "Given back"
    WAIVER = "waiver", "Waived"


TAKEN = (MoneyKind.PAYMENT, MoneyKind.DEPOSIT)


class PaidBy(models.TextChoices):
    CASH = "cash", "Cash"
    CARD = "card", "Card terminal"
    TRANSFER = "transfer", "Transfer"


class MoneyEntryQuerySet(models.QuerySet["MoneyEntry"]):
    def for_user(self, user: User) -> MoneyEntryQuerySet:
        """What this user may see: a client what they paid themselves, a therapist what belongs to their own bookings."""
        if not user.is_staff:
            return self.filter(booking__client__user_id=user.pk) if user.pk else self.none()
        return self.filter(booking__therapist__user_id=user.pk) if user.role == Role.THERAPIST else self.all()

    def receipts(self) -> MoneyEntryQuerySet:
        """Where money changed hands, so that there is a numbered paper of it."""
        return self.filter(number__isnull=False)


class MoneyEntry(models.Model):
    """One line of what was taken, given back or waived. One with `corrects` takes that line back and counts against it."""

    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="money")
    kind = models.CharField(max_length=7, choices=MoneyKind)
    amount = models.DecimalField(max_digits=9, decimal_places=2)
    currency = models.CharField(max_length=3)
    paid_by = models.CharField("way", max_length=8, choices=PaidBy, blank=True, help_text="None for what was waived.")
    number = models.PositiveIntegerField(
        null=True, unique=True, help_text="Of the receipt: 1, 2, 3 and so on, with none left out."
    )
    what = models.CharField("for", max_length=120, help_text="The session by its neutral name, as the receipt says it.")
    at = models.DateTimeField()
    on = models.DateField("counted on", db_index=True, help_text="The day with whose takings it is counted.")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    why = models.CharField(max_length=300, blank=True)
    corrects = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="taken_back_by", help_text="The line it takes back."
    )

    objects: ClassVar[MoneyEntryQuerySet] = MoneyEntryQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["pk"]
        verbose_name = "money entry"
        verbose_name_plural = "money taken and given back"
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="money_is_an_amount"),
            models.CheckConstraint(condition=Q(kind__in=MoneyKind.values), name="money_kind_known"),
            models.CheckConstraint(
                condition=Q(kind="waiver", paid_by="", number__isnull=True)
                | (~Q(kind="waiver") & Q(paid_by__in=PaidBy.values, number__isnull=False, by__isnull=False)),
                name="money_goes_some_way",
            ),
            models.CheckConstraint(
                condition=(~Q(kind="waiver") & Q(corrects__isnull=True)) | ~Q(why=""), name="money_reason_given"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number or self.get_kind_display()}"

    @property
    def is_back(self) -> bool:
        """Whether it goes the other way: out of the till, or against what was waived."""
        return (self.kind == MoneyKind.REFUND) != (self.corrects_id is not None)


class CashUp(models.Model):
    """The end of a day, once for each way of paying: what the lines of that day come to, and what was counted."""

    on = models.DateField("day")
    paid_by = models.CharField("way", max_length=8, choices=PaidBy)
    currency = models.CharField(max_length=3)
    expected = models.DecimalField(max_digits=9, decimal_places=2)
    counted = models.DecimalField(max_digits=9, decimal_places=2)
    why = models.CharField(max_length=300, blank=True, help_text="Needed where the two differ.")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-on", "paid_by"]
        verbose_name = "cash-up"
        constraints = [
            models.UniqueConstraint(fields=["on", "paid_by", "currency"], name="cash_up_once"),
            models.CheckConstraint(condition=Q(paid_by__in=PaidBy.values), name="cash_up_way_known"),
            models.CheckConstraint(
                condition=Q(expected=F("counted")) | ~Q(why=""), name="cash_up_difference_explained"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.get_paid_by_display()}"
