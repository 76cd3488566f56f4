"""Who comes here: the client. What follows from the facts about them is decided in bookings."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Upper

if TYPE_CHECKING:
    from accounts.models import User


def new_ref() -> str:
    return "c-" + secrets.token_hex(5)


REF = RegexValidator(r"^[A-Za-z0-9][A-Za-z0-9._-]*\Z", "Use letters, digits, dots, dashes and underscores.")


class HeardFrom(models.TextChoices):
    RECOMMENDED = "recommended", "Recommended by somebody"
    PROFESSIONAL = "professional", "A therapist or a doctor"
    SEARCH = "search", "A search on the web"
    MAP = "map", "A map or a directory"
    SOCIAL = "social", "Social media"
    PASSING = "passing", "Walking past"
    PRESS = "press", "A newspaper or a magazine"
    OTHER = "other", "Another way"


class ClientQuerySet(models.QuerySet["Client"]):
    def for_user(self, user: User) -> ClientQuerySet:
        """The clients this user may know by name: staff all, a client themselves."""
        if user.is_staff:
            return self.all()
        return self.filter(user_id=user.pk) if user.pk else self.none()


class Client(models.Model):
    ref = models.CharField(max_length=64, unique=True, default=new_ref, validators=[REF])
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="client"
    )
    name = models.CharField(max_length=150)
    email = models.EmailField("e-mail", blank=True)
    phone = models.CharField(max_length=40, blank=True)
    date_of_birth = models.DateField()
    # All of these are empty until the client says something: a column that may be empty is added without a new table.
    reached_by = models.JSONField(
        null=True, blank=True, editable=False, help_text="What they chose: for each group of messages, the channels."
    )
    texts_number = models.CharField(
        max_length=40, null=True, blank=True, editable=False, help_text="The number they agreed to get texts at."
    )
    texts_agreed_at = models.DateTimeField(null=True, blank=True, editable=False)
    contact_refused_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="Since when they do not want to hear from the practice."
    )
    heard_from = models.CharField(
        "heard of us through",
        max_length=12,
        null=True,
        blank=True,
        choices=HeardFrom,
        help_text="As they told it when they first came; nobody is asked twice.",
    )
    created_at = models.DateTimeField(editable=False)

    objects: ClassVar[ClientQuerySet] = ClientQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["name", "pk"]
        indexes = [
            models.Index(Upper("email"), name="client_by_email"),
            models.Index(fields=["name"], name="client_by_name"),
        ]

    def __str__(self) -> str:
        return self.name

    def vault_subject(self) -> str:
        """How the vault knows this person."""
        return f"client:{self.pk}"
