"""What became of the first tantric session that each client ever asked for. Only reads."""

from __future__ import annotations

from django.db.models import Case, CharField, Count, Exists, OuterRef, Q, Value, When, Window
from django.db.models.functions import RowNumber

from bookings.models import Booking, BookingChange, Kind, Status
from reports.asking import Asked, within, within_any
from reports.steps import Three

OUTCOMES = {
    "confirmed": "Confirmed",
    "declined": "Could not be confirmed",
    "expired": "Not answered in time",
    "taken_back": "Cancelled before an answer",
    "waiting": "Waits for an answer",
}


def outcomes(asked: Asked) -> dict[str, Three]:
    """The first tantric session that each client ever asked for, if it was in the period, by what became of it."""
    was_asked = BookingChange.objects.filter(booking=OuterRef("pk"), before=Status.REQUESTED)
    tantric = Booking.objects.filter(session_type__kind=Kind.TANTRIC).exclude(status=Status.HELD).order_by()
    tantric = tantric.filter(~Q(status=Status.EXPIRED) | Exists(was_asked.filter(after=Status.EXPIRED)))
    turn = Window(RowNumber(), partition_by="client_id", order_by=("created_at", "pk"))
    firsts = tantric.annotate(turn=turn).filter(turn=1).values("pk")
    outcome = Case(
        When(status=Status.DECLINED, then=Value("declined")),
        When(status=Status.EXPIRED, then=Value("expired")),
        When(status=Status.REQUESTED, then=Value("waiting")),
        When(Q(status=Status.CANCELLED) & Exists(was_asked.filter(after=Status.CANCELLED)), then=Value("taken_back")),
        default=Value("confirmed"),
        output_field=CharField(),
    )
    periods = asked.period.compared()
    first = asked.bookings().filter(within_any(periods, "booked_on"), pk__in=firsts)
    counted = (
        first.annotate(outcome=outcome)
        .values("outcome")
        .annotate(**{f"n{at}": Count("pk", filter=within(each, "booked_on")) for at, each in enumerate(periods)})
    )
    found = {
        name: (this, before, year) for name, this, before, year in counted.values_list("outcome", "n0", "n1", "n2")
    }
    return {name: found.get(name, (0, 0, 0)) for name in OUTCOMES}
