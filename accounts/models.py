"""Who signs in: a user by e-mail address with one role, and the tokens that stand for a user in the API."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone


class Role(models.TextChoices):
    OWNER = "owner", "Owner"
    THERAPIST = "therapist", "Therapist"
    FRONT_DESK = "front_desk", "Front desk"
    CLIENT = "client", "Client"


STAFF_ROLES = frozenset({Role.OWNER, Role.THERAPIST, Role.FRONT_DESK})


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Makes a user; without a password the account can only be entered through a password reset."""
        if not email:
            raise ValueError("An account needs an e-mail address.")
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, **({"role": Role.OWNER} | fields))

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    email = models.EmailField("e-mail", max_length=254, unique=True)
    name = models.CharField(max_length=150, blank=True)
    role = models.CharField(max_length=12, choices=Role, default=Role.CLIENT)
    is_active = models.BooleanField("may sign in", default=True)
    is_staff = models.BooleanField("practice's side", default=False, editable=False)
    date_joined = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("email"), name="user_email_unique", violation_error_message="This address has an account."
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.email = self.email.lower()
        self.is_staff = self.role in STAFF_ROLES
        self.is_superuser = self.role == Role.OWNER
        super().save(*args, **kwargs)

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    @property
    def has_confirmed_address(self) -> bool:
        return self.emailaddress_set.filter(verified=True).exists()  # type: ignore[attr-defined]

    @property
    def is_owner(self) -> bool:
        return self.role == Role.OWNER


class ApiToken(models.Model):
    """Stands for its user in the API. Only the SHA-256 of the token is kept: it has 256 random bits, so a slow
    hash would add nothing."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=80, blank=True)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(editable=False)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "API token"

    def __str__(self) -> str:
        return self.name or f"token {self.pk}"


class Bucket(models.Model):
    """A token bucket of the throttle: what is left, and when that was reckoned. The key is a digest, never an address."""

    key = models.CharField(max_length=80, primary_key=True)
    level = models.FloatField()
    reckoned_at = models.FloatField(help_text="Seconds since the epoch.")
