"""A client's change of one booking: on whose word, where its pages are, and what is shown when it is done or cannot be.

The pages are the same for somebody who signed in and for somebody who came by a link in a message; what differs stands
here.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.models import User
from bookings import links, particulars
from bookings.errors import LinkOver, NotReady, Refusal, UnderAge
from bookings.links import Purpose
from bookings.models import Booking, Way
from bookings.particulars import Particulars
from bookings.views.review import own
from practice.models import Practice

SIGN_IN_FIRST = "Something is to be filled in first. Please sign in for that; your booking stays as it is."


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """`back` leads to the booking's own page; empty where there is none."""

    booking: Booking
    by: User | None
    via: str
    times: str
    confirm: str
    cancel: str
    back: str = ""

    def facts(self, booking: Booking, practice: Practice, now: dt.datetime) -> Particulars:
        return particulars.of_booking(booking, practice, now)

    def done(self, request: HttpRequest, sentence: str, now: dt.datetime) -> HttpResponse:
        messages.success(request, sentence)
        return redirect(self.back)

    def over(self, request: HttpRequest, sentence: str) -> HttpResponse:
        messages.info(request, sentence)
        return redirect(self.back)

    def refused(self, request: HttpRequest, refusal: Refusal) -> HttpResponse:
        messages.error(request, str(refusal))
        return redirect(self.back)


def signed_in(request: HttpRequest, ref: str) -> Errand:
    return Errand(
        booking=own(request, ref),
        by=request.user,
        via=Way.WEB,
        times=reverse("my_move", args=[ref]),
        confirm=reverse("my_confirm_move", args=[ref]),
        cancel=reverse("my_cancel", args=[ref]),
        back=reverse("my_booking", args=[ref]),
    )


class ByLink(Errand):
    """Its pages call the session by its neutral name and say nothing of what is missing: anybody may look over a shoulder."""

    __slots__ = ()

    def facts(self, booking: Booking, practice: Practice, now: dt.datetime) -> Particulars:
        return replace(particulars.of_booking(booking, practice, now), is_discreet=True)

    def done(self, request: HttpRequest, sentence: str, now: dt.datetime) -> HttpResponse:
        return redirect(links.path(self.booking, Purpose.DONE, now + links.SHOWN_FOR))

    def over(self, request: HttpRequest, sentence: str) -> HttpResponse:
        return show_over(request, LinkOver(sentence, self._ref))

    def refused(self, request: HttpRequest, refusal: Refusal) -> HttpResponse:
        is_private = isinstance(refusal, NotReady | UnderAge)
        return show_over(request, LinkOver(SIGN_IN_FIRST if is_private else str(refusal), self._ref), status=409)

    @property
    def _ref(self) -> str:
        return self.booking.ref if self.booking.client.user_id else ""


def by_link(booking: Booking) -> Errand:
    until = booking.starts_at
    move = links.path(booking, Purpose.MOVE, until)
    return ByLink(
        booking=booking,
        by=booking.client.user,
        via=Way.LINK,
        times=move,
        confirm=f"{move}confirm/",
        cancel=links.path(booking, Purpose.CANCEL, until),
    )


def show_over(request: HttpRequest, over: LinkOver, status: int = 410) -> HttpResponse:
    shown = {"practice": Practice.objects.current(), "sentence": str(over), "ref": over.ref}
    return render(request, "bookings/link_over.html", shown, status=status)
