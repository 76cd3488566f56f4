"""Who may read what is clinical about a client: the owner, who treats them, and who opened the record in need. Only reads."""

from __future__ import annotations

import datetime as dt

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Role, User
from clients.models import BreakGlass, CareRelation, Client

CLINICAL_ROLES = frozenset({Role.OWNER, Role.THERAPIST})


def treats(user: User, client: Client) -> bool:
    return CareRelation.objects.filter(client=client, user_id=user.pk, until=None).exists()


def may_read(user: User, client: Client, now: dt.datetime) -> bool:
    """Staff alone are asked about here: a client reads their own pages. The front desk reads nothing clinical."""
    return readable_by(user, now).filter(pk=client.pk).exists()


def may_break_glass(user: User, client: Client, now: dt.datetime) -> bool:
    return user.is_active and user.role == Role.THERAPIST and not may_read(user, client, now)


def readable_by(user: User, now: dt.datetime) -> QuerySet[Client]:
    """The clients whose clinical record this member of staff may read."""
    if not user.is_active or user.role not in CLINICAL_ROLES:
        return Client.objects.none()
    if user.role == Role.OWNER:
        return Client.objects.all()
    treated = CareRelation.objects.filter(client=OuterRef("pk"), user_id=user.pk, until=None)
    opened = BreakGlass.objects.filter(client=OuterRef("pk"), user_id=user.pk, open_until_at__gt=now)
    return Client.objects.filter(Q(Exists(treated)) | Q(Exists(opened)))


def in_care_of(user: User) -> QuerySet[Client]:
    """The clients whose care this member of staff answers for: the owner for all, a therapist for those they treat."""
    if not user.is_active or user.role not in CLINICAL_ROLES:
        return Client.objects.none()
    if user.role == Role.OWNER:
        return Client.objects.all()
    return Client.objects.filter(
        Exists(CareRelation.objects.filter(client=OuterRef("pk"), user_id=user.pk, until=None))
    )


def told_about(user: User, now: dt.datetime) -> QuerySet[Client]:
    """The clients of whom this member of staff may know what was sent to them: the front desk all, a therapist those whom
    they treat."""
    return Client.objects.for_user(user) if user.role == Role.FRONT_DESK else readable_by(user, now)
