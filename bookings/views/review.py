"""From a kept time to a booking: the choice made before signing in, the review with everything on one screen, done."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bookings import diary, journey, lifecycle, particulars, picker
from bookings.diary import Ask
from bookings.errors import NotOffered, Refusal, SlotTaken, TooManyHolds
from bookings.models import Booking, Status
from bookings.views import choice, needed
from practice import walltime
from practice.models import Practice

KEPT_ONCE = Q(status=Status.HELD) | Q(status=Status.EXPIRED, hold_ends_at__isnull=False)
GONE = "That time has been taken in the meantime."
BOOKED = (Status.REQUESTED, Status.CONFIRMED)


def own(request: HttpRequest, ref: str) -> Booking:
    """The client's own booking; staff see theirs in the practice's side."""
    mine = Booking.objects.for_user(request.user).filter(client__user=request.user)
    return get_object_or_404(mine.select_related("client", "session_type", "therapist", "room"), ref=ref)


@require_http_methods(["GET", "HEAD", "POST"])
def chosen(request: HttpRequest) -> HttpResponse:
    """What was chosen before signing in, and is kept at the press of a button."""
    now = timezone.now()
    wanted = choice.recalled(request, now)
    if wanted is None:
        return redirect("book")
    if not hasattr(request.user, "client"):
        return redirect("my_details")
    if request.method == "POST":
        return keep_chosen(request, wanted, now)
    practice = Practice.objects.current()
    shown = {
        "practice": practice,
        "facts": wanted.particulars(practice, now, request.user.client),
        "kept": choice.kept_times(request, now),
        "address": wanted.address(),
    }
    return render(request, "bookings/chosen.html", shown)


def keep_chosen(request: HttpRequest, wanted: choice.Choice, now: dt.datetime) -> HttpResponse:
    try:
        held = lifecycle.hold(wanted.wish(request.user.client), by=request.user, now=now)
    except TooManyHolds:
        return redirect("book_chosen")
    except (SlotTaken, NotOffered):
        choice.forget(request)
        return redirect(wanted.address(gone=picker.value(wanted.starts_at)))
    except Refusal as refusal:
        choice.forget(request)
        messages.info(request, str(refusal))
        return redirect("session", wanted.length.session_type.slug)
    choice.forget(request)
    return redirect("book_review", held.ref)


@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, ref: str) -> HttpResponse:
    booking, now = own(request, ref), timezone.now()
    if booking.status in BOOKED:
        return redirect("book_done", ref)
    if not Booking.objects.filter(KEPT_ONCE, pk=booking.pk).exists():
        return redirect("my_booking", ref)
    if request.method == "POST":
        return finish(request, booking, now)
    return show(request, booking, now)


def show(request: HttpRequest, booking: Booking, now: dt.datetime) -> HttpResponse:
    practice = Practice.objects.current()
    runs = booking.status == Status.HELD and booking.hold_ends_at is not None and booking.hold_ends_at > now
    today = walltime.local_date(now, practice.zone)
    refusal = GONE if "gone" in request.GET and not runs else ""
    shown = {
        "practice": practice,
        "booking": booking,
        "facts": particulars.of_booking(booking, practice, now),
        "runs": runs,
        "needed": needed.of(journey.still_needed(booking.client, booking.session_type, today), request.path),
        "refusal": refusal,
        "nearest": nearest(booking, practice, now) if refusal else [],
        "times_to": reverse("book_times", args=[booking.session_type.slug]),
    }
    return render(request, "bookings/review.html", shown)


def nearest(booking: Booking, practice: Practice, now: dt.datetime) -> list[picker.Time]:
    kind = booking.session_type
    ask = Ask(practice, kind, booking.minutes, now, diary.rooms_for(kind))
    return picker.nearest(ask, diary.therapists_for(kind), booking.starts_at)


def finish(request: HttpRequest, booking: Booking, now: dt.datetime) -> HttpResponse:
    same = Booking.objects.for_user(request.user).filter(starts_at=booking.starts_at, therapist=booking.therapist)
    if again := same.filter(status__in=BOOKED).first():
        return redirect("book_done", again.ref)  # a second press of the button
    try:
        booked = lifecycle.finish(booking, by=request.user, now=now)
    except (SlotTaken, NotOffered):
        return redirect(f"{reverse('book_review', args=[booking.ref])}?gone=1")
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("book_review", booking.ref)
    return redirect("book_done", booked.ref)


@require_POST
def keep(request: HttpRequest, ref: str) -> HttpResponse:
    try:
        lifecycle.keep(own(request, ref), by=request.user, now=timezone.now())
    except Refusal:
        messages.warning(request, "The time is no longer kept, but you can still book it if it is free.")
    return redirect("book_review", ref)


@require_POST
def release(request: HttpRequest, ref: str) -> HttpResponse:
    """Gives a kept time back, and leads on to what was wanted in its place."""
    booking = own(request, ref)
    try:
        lifecycle.release(booking, by=request.user, now=timezone.now())
    except Refusal:
        messages.info(request, "That time was not kept any more.")
    if choice.KEY in request.session:
        return redirect("book_chosen")
    return redirect("book_times", booking.session_type.slug)


@require_safe
def done(request: HttpRequest, ref: str) -> HttpResponse:
    booking, practice = own(request, ref), Practice.objects.current()
    if booking.status not in BOOKED:
        return redirect("my_booking", ref)
    facts = particulars.of_booking(booking, practice, timezone.now())
    return render(request, "bookings/done.html", {"practice": practice, "booking": booking, "facts": facts})
