"""Moving and cancelling one's own booking; what it costs is shown before it is done."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from bookings import diary, lifecycle, moves, owing, particulars, picker
from bookings.diary import Ask
from bookings.errors import Late, NotOffered, Refusal, SlotTaken
from bookings.forms import FeeForm, MoveForm, WishForm
from bookings.models import Booking, Length, Therapist
from bookings.views import errands
from bookings.views.book import picker_links
from bookings.views.errands import Errand
from bookings.views.mine import may_change
from practice import words
from practice.models import Practice

OVER = "This booking cannot be changed here any more."


@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, ref: str) -> HttpResponse:
    return cancelling(request, errands.signed_in(request, ref), timezone.now())


def cancelling(request: HttpRequest, errand: Errand, now: dt.datetime) -> HttpResponse:
    booking = errand.booking
    if not may_change(booking, now):
        return errand.over(request, OVER)
    form = FeeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        how = {"by": errand.by, "via": errand.via, "now": now, "accept_late": form.cleaned_data["accept_late"]}
        try:
            lifecycle.cancel(booking, **how)
        except Late:
            return _cancel_page(request, errand, now)
        except Refusal as refusal:
            return errand.refused(request, refusal)
        return errand.done(request, "Your booking is cancelled.", now)
    return _cancel_page(request, errand, now)


def _cancel_page(request: HttpRequest, errand: Errand, now: dt.datetime) -> HttpResponse:
    practice = Practice.objects.current()
    fee = fee_for(errand.booking, errand.booking.cancellation_notice, now)
    shown = {
        "practice": practice,
        "booking": errand.booking,
        "errand": errand,
        "facts": errand.facts(errand.booking, practice, now),
        "fee": fee,
        "form": FeeForm(initial={"accept_late": bool(fee)}),
    }
    return render(request, "bookings/cancel.html", shown)


def fee_for(booking: Booking, notice: dt.timedelta, now: dt.datetime) -> str:
    """What a change by the client costs at this moment, in words; empty where it is free."""
    fee = owing.fee_for_changing(booking, notice, now)
    return words.money(fee, booking.currency) if fee else ""


class MovePage:
    """The page of other times for one booking, its own time counted as free."""

    def __init__(self, request: HttpRequest, errand: Errand, now: dt.datetime) -> None:
        self.request, self.errand, self.now = request, errand, now
        self.booking = booking = errand.booking
        self.practice, self.kind = Practice.objects.current(), booking.session_type
        length = Length(session_type=self.kind, minutes=booking.minutes, price=booking.price)
        self.givers = diary.therapists_for(self.kind)
        sent = request.POST if request.method == "POST" else request.GET
        self.form = WishForm(sent, lengths=[length], therapists=self.givers)

    @property
    def ask(self) -> Ask:
        return Ask(self.practice, self.kind, self.booking.minutes, self.now, diary.rooms_for(self.kind), self.booking)

    @property
    def asked(self) -> list[Therapist]:
        """Whom the client asked for: the booking's own therapist unless they chose another, or any."""
        if "therapist" not in self.form.data:
            return [self.booking.therapist]
        return [each for each in self.givers if self.form.giver in (None, each)]

    def refuse(self, start: dt.datetime) -> HttpResponse:
        """Back to the page of times, which says that this one is not free and shows the nearest."""
        who = {"therapist": self.form.data["therapist"]} if "therapist" in self.form.data else {}
        return redirect(f"{self.errand.times}?{urlencode(who | {'gone': picker.value(start)})}")

    def answer(self, *, status: int = 200, refusal: str = "") -> HttpResponse:
        ask, cleaned = self.ask, getattr(self.form, "cleaned_data", {})
        gone = cleaned.get("gone")
        refusal = refusal or (_not_free(gone, self.practice) if gone else "")
        facts = self.errand.facts(self.booking, self.practice, self.now)
        shown: dict[str, Any] = {
            "practice": self.practice,
            "booking": self.booking,
            "errand": self.errand,
            "session_type": self.kind,
            "facts": facts,
            "form": self.form,
            "givers": self.givers,
            "therapist": self.asked[0] if len(self.asked) == 1 else None,
            "minutes": self.booking.minutes,
            "fee": fee_for(self.booking, self.booking.reschedule_notice, self.now),
            "times_to": self.errand.confirm,
            "times_method": "get",
            **picker_links(self.errand.times, self.form.data.get("therapist"), None, self.practice),
            "picked": picker.pick(ask, self.asked, cleaned.get("month"), cleaned.get("day")),
            "nearest": picker.nearest(ask, self.asked, gone) if gone else [],
            "refusal": refusal,
            "focus": "refusal"
            if self.form.errors or refusal
            else next((n for n in ("day", "month") if cleaned.get(n)), "heading"),
        }
        return render(self.request, "bookings/move.html", shown, status=status)


@require_safe
def move(request: HttpRequest, ref: str) -> HttpResponse:
    return choosing(request, errands.signed_in(request, ref), timezone.now())


def choosing(request: HttpRequest, errand: Errand, now: dt.datetime) -> HttpResponse:
    if not may_change(errand.booking, now):
        return errand.over(request, OVER)
    page = MovePage(request, errand, now)
    if not page.form.is_valid():
        return page.answer(status=422)
    return page.answer()


@require_http_methods(["GET", "HEAD", "POST"])
def confirm_move(request: HttpRequest, ref: str) -> HttpResponse:
    return moving(request, errands.signed_in(request, ref), timezone.now())


def moving(request: HttpRequest, errand: Errand, now: dt.datetime) -> HttpResponse:
    """The new time beside the old one, with what the move costs; then the move itself."""
    if not may_change(errand.booking, now):
        return errand.over(request, OVER)
    page = MovePage(request, errand, now)
    if not page.form.is_valid() or page.form.cleaned_data["start"] is None:
        return page.answer(status=422, refusal="Please choose a time.")
    therapist = _at(page)
    start = page.form.cleaned_data["start"]
    if therapist is None:
        return page.refuse(start)
    if request.method == "POST":
        return _move(page, start, therapist)
    return _confirm_page(page, start, therapist)


def _at(page: MovePage) -> Therapist | None:
    """Who can give it then, the booking's own therapist first; None where nobody can."""
    start = page.form.cleaned_data["start"]
    if start.second or start.microsecond:
        return None
    found, _ = diary.places(page.ask, page.asked, start)
    free = [place.therapist for place in found if not place.reasons]
    return next((each for each in free if each.pk == page.booking.therapist_id), free[0] if free else None)


def _not_free(start: dt.datetime, practice: Practice) -> str:
    local = start.astimezone(practice.zone)
    return f"{local:%H:%M} on {words.weekday(local.date())} is not free."


def _confirm_page(page: MovePage, start: dt.datetime, therapist: Therapist) -> HttpResponse:
    booking, fee = page.booking, fee_for(page.booking, page.booking.reschedule_notice, page.now)
    moved = Booking.objects.get(pk=booking.pk)
    moved.starts_at, moved.ends_at = start, start + dt.timedelta(minutes=booking.minutes)
    moved.session_type, moved.therapist, moved.client = booking.session_type, therapist, booking.client
    ready = particulars.readiness_of(booking.client, booking.session_type, page.practice, page.now)
    initial = {"start": start.isoformat(), "therapist": therapist.slug, "accept_late": bool(fee)}
    shown = {
        "practice": page.practice,
        "booking": booking,
        "errand": page.errand,
        "before": page.errand.facts(booking, page.practice, page.now),
        "facts": page.errand.facts(moved, page.practice, page.now),
        "fee": fee,
        "is_request": moves.asks_for_move(booking, ready),
        "form": MoveForm(initial=initial),
    }
    return render(page.request, "bookings/confirm_move.html", shown)


def _move(page: MovePage, start: dt.datetime, therapist: Therapist) -> HttpResponse:
    errand, form = page.errand, FeeForm(page.request.POST)
    accepted = form.is_valid() and form.cleaned_data["accept_late"]
    how = {"by": errand.by, "via": errand.via, "now": page.now, "accept_late": accepted}
    try:
        moved = moves.reschedule(errand.booking, start, therapist=therapist, **how)
    except Late:
        return _confirm_page(page, start, therapist)
    except (SlotTaken, NotOffered):
        return page.refuse(start)
    except Refusal as refusal:
        return errand.refused(page.request, refusal)
    asked = "You asked for another time; until the answer comes the old one stays."
    return errand.done(page.request, "Your booking is moved." if moved.starts_at == start else asked, page.now)
