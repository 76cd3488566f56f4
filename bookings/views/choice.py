"""A time that a visitor chose and that is not kept for them yet: remembered in their session while they sign in or up."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from bookings.diary import Ask, rooms_for
from bookings.models import Booking, Length, Status, Therapist
from bookings.particulars import Particulars, of_choice, with_prices
from bookings.placing import Wish
from clients.models import Client
from practice.models import Practice

KEY = "chosen_time"


@dataclass(frozen=True)
class Choice:
    """`therapist` is who was shown beside the price; `is_any` says that it need not have been them."""

    length: Length
    therapist: Therapist
    starts_at: dt.datetime
    is_any: bool

    def wish(self, client: Client) -> Wish:
        return Wish(client, self.length, self.starts_at, self.therapist)

    def particulars(self, practice: Practice, now: dt.datetime, client: Client | None = None) -> Particulars:
        return of_choice(self.length, self.therapist, self.starts_at, practice, now, client)

    def ask(self, practice: Practice, now: dt.datetime) -> Ask:
        kind = self.length.session_type
        return Ask(practice, kind, self.length.minutes, now, rooms_for(kind))

    def address(self, **more: str) -> str:
        """The page where it was picked, with all that was chosen there."""
        chosen = {"minutes": str(self.length.minutes)} | ({} if self.is_any else {"therapist": self.therapist.slug})
        return f"{reverse('book_times', args=[self.length.session_type.slug])}?{urlencode(chosen | more)}"


def remember(request: HttpRequest, choice: Choice) -> None:
    request.session[KEY] = {
        "length": choice.length.pk,
        "therapist": choice.therapist.slug,
        "start": choice.starts_at.isoformat(),
        "any": choice.is_any,
    }


def forget(request: HttpRequest) -> None:
    request.session.pop(KEY, None)


def recalled(request: HttpRequest, now: dt.datetime) -> Choice | None:
    """What was chosen, as far as it is still offered and lies ahead."""
    kept = request.session.get(KEY)
    if not kept or (start := dt.datetime.fromisoformat(kept["start"])) <= now:
        return None
    length = Length.objects.select_related("session_type").filter(pk=kept["length"], session_type__active=True).first()
    therapist = next((each for each in with_prices(length) if each.slug == kept["therapist"]), None) if length else None
    return Choice(length, therapist, start, kept["any"]) if length and therapist else None


def kept_times(request: HttpRequest, now: dt.datetime) -> list[Booking]:
    """The times that are kept for whoever looks, the first to run out first."""
    if not request.user.is_authenticated or request.user.is_staff:
        return []
    held = Booking.objects.for_user(request.user).filter(status=Status.HELD, hold_ends_at__gt=now)
    return list(held.select_related("session_type", "therapist").order_by("hold_ends_at", "pk"))
