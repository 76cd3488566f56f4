"""Whose booking somebody may change, on every way in. Only reads; what each role may do at all is in `accounts.permissions`."""

from __future__ import annotations

from django.db.models import QuerySet

from accounts.models import Role, User
from bookings.models import Booking, Therapist


def may_change(booking: Booking, user: User) -> bool:
    """A client their own; a therapist their own calendar; owner and front desk everybody's."""
    if not user.is_staff:
        return user.pk is not None and booking.client.user_id == user.pk
    return user.has_perm("bookings.change_booking") and may_fill(booking.therapist, user)


def may_fill(therapist: Therapist, user: User) -> bool:
    """Whether this member of staff books into that calendar."""
    return user.role != Role.THERAPIST or therapist.user_id == user.pk


def may_answer(booking: Booking, user: User) -> bool:
    """Confirming, declining and proposing are the therapist's and the owner's."""
    return user.has_perm("bookings.answer_booking") and may_change(booking, user)


def who_answers(therapist: Therapist) -> list[User]:
    """Who hears what waits for the therapist: they themselves, or the owners for one who cannot sign in."""
    if therapist.user is not None and therapist.user.is_active:
        return [therapist.user]
    return list(User.objects.filter(role=Role.OWNER, is_active=True).order_by("pk"))


def told_about(user: User) -> QuerySet[Booking]:
    """The bookings of which this member of staff may know what was sent about them."""
    return Booking.objects.worked_by(user).select_related("client")
