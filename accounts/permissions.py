"""What each role may do, in one table, and whether somebody may come in at all. Only reads.

Roles decide, not permissions given to single people. The names are Django's, so that the admin asks them too.
"""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import AnonymousUser

from accounts.models import Role, User

SECOND_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def _may(do: str, *things: str) -> frozenset[str]:
    """“view change”, “bookings.booking” as Django writes it: bookings.view_booking, bookings.change_booking."""
    names = (thing.split(".") for thing in things)
    return frozenset(f"{app}.{verb}_{model}" for app, model in names for verb in do.split())


FRONT_DESK = (
    _may("view add change", "bookings.booking", "clients.client")
    | _may(
        "view", "bookings.therapist", "bookings.sessiontype", "bookings.room", "bookings.timeoff", "bookings.closure"
    )
    | _may("view", "bookings.bookingchange", "clients.submission")
    | _may("view resend", "outbox.message")
    | _may("view add", "bookings.moneyentry")
)
# The practice's takings as a whole are no therapist's; their own bookings' are.
CASH_UP = _may("view add", "bookings.cashup")
THERAPIST = (
    FRONT_DESK
    | _may("answer", "bookings.booking")
    | _may("view clear", "clients.flag")
    | _may("change", "bookings.therapist")
    | _may("view add change delete", "bookings.weeklyhours", "bookings.datehours", "bookings.timeoff")
    | _may("view", "bookings.offer")
    | _may("view add change", "care.boundarysheet", "care.incident", "clients.restriction")
    | _may("view add", "care.refusal")
    | _may("view change", "care.conversation", "clients.lookalike")
    | _may("view", "care.cannedreply")
    | _may("view add change delete", "care.namedperson")
    | _may("view add change", "care.plan")
    | _may("view change", "care.cover")
    | _may("view add change", "care.sessionnote", "care.reflection")
    | _may("view add change delete", "care.phrase")
)
BY_ROLE: dict[str, frozenset[str]] = {Role.FRONT_DESK: FRONT_DESK | CASH_UP, Role.THERAPIST: THERAPIST}
"""The owner may everything (`User.is_superuser`), a client nothing here."""


class RoleBackend(AuthenticationBackend):
    """Signs in by e-mail address, and answers `has_perm` from the role without a query."""

    def get_all_permissions(self, user_obj: User | AnonymousUser, obj: Any = None) -> set[str]:  # type: ignore[override]
        if not user_obj.is_active or obj is not None:
            return set()
        return set(BY_ROLE.get(getattr(user_obj, "role", ""), ()))


def has_second_factor(user: User) -> bool:
    return Authenticator.objects.filter(user_id=user.pk, type__in=SECOND_FACTORS).exists()


def may_enter(user: User) -> bool:
    """Active, and with a second factor where this site demands one of the practice's side."""
    if not user.is_active:
        return False
    return not (settings.SECOND_FACTOR_REQUIRED and user.is_staff) or has_second_factor(user)


def is_last_owner(user: User) -> bool:
    """Whether nobody could keep the practice's settings if this account went."""
    owners = User.objects.filter(role=Role.OWNER, is_active=True)
    return owners.filter(pk=user.pk).exists() and not owners.exclude(pk=user.pk).exists()
