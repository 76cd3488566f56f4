"""What is dropped in the calendar: a booking moved, made longer or shorter, put back. Answers in sentences, as JSON.

The screen says which version of the booking it saw; an old screen is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from bookings import lengthening, moves, notices, undoing
from bookings.admin import why_not
from bookings.admin.why_not import WhyNot
from bookings.diary import Ask
from bookings.errors import SENTENCES, Conflict, Refusal
from bookings.models import Booking, Room, Therapist, Way
from bookings.permissions import may_change, may_fill
from practice.admin_site import clock
from practice.forms import WallClockField
from practice.models import Practice
from practice.words import money

OLD_SCREEN = "Somebody changed this booking since your screen was drawn. It has been drawn anew; please look again."
CHANGED_SINCE = "This booking was changed once more since, so nothing was undone. Please look at it again."
NOT_YOURS = "This is another therapist's booking; they, the front desk or the owner change it."


class DropForm(forms.Form):
    version = forms.IntegerField(min_value=1)
    override = forms.BooleanField(required=False)
    why = forms.CharField(required=False, max_length=300)


class MoveForm(DropForm):
    """What is not given stays as it is."""

    starts_at = WallClockField(required=False)
    therapist = forms.ModelChoiceField(
        Therapist.objects.filter(active=True),
        required=False,
        error_messages={"invalid_choice": "This therapist gives no sessions at present."},
    )
    room = forms.ModelChoiceField(
        Room.objects.all(), required=False, error_messages={"invalid_choice": "This room is not there any more."}
    )


class LengthForm(DropForm):
    minutes = forms.IntegerField(min_value=1, max_value=1440)


def is_script(request: HttpRequest) -> bool:
    """Asked for by the calendar's script, which takes JSON and the insides of pages."""
    return request.headers.get("X-Dialog") == "1"


def own(request: HttpRequest, pk: int) -> Booking:
    beside = ("client", "therapist", "session_type", "room")
    return get_object_or_404(Booking.objects.for_user(request.user).select_related(*beside), pk=pk)


@require_POST
def move(request: HttpRequest, pk: int) -> HttpResponse:
    booking, form = own(request, pk), MoveForm(request.POST)
    if not form.is_valid():
        return _not_understood(form)
    said, now = form.cleaned_data, timezone.now()
    start, therapist = said["starts_at"] or booking.starts_at, said["therapist"] or booking.therapist

    def run() -> Booking:
        if not may_fill(therapist, request.user):
            raise Refusal("You fill your own calendar; please ask the therapist, the front desk or the owner.")
        more = {"therapist": therapist, "room": said["room"], "override": said["override"], "why": said["why"]}
        return moves.reschedule(booking, start, by=request.user, now=now, via=Way.STAFF, **more)

    rooms = [said["room"]] if said["room"] else None
    ask = Ask(Practice.objects.current(), booking.session_type, booking.minutes, now, rooms, booking)
    answer = _attempt(request, booking, said["version"], run, lambda no: why_not.of(no, ask, therapist, start))
    return JsonResponse(answer)


@require_POST
def length(request: HttpRequest, pk: int) -> HttpResponse:
    booking, form = own(request, pk), LengthForm(request.POST)
    if not form.is_valid():
        return _not_understood(form)
    said, now = form.cleaned_data, timezone.now()

    def run() -> Booking:
        how = {"override": said["override"], "why": said["why"]}
        return lengthening.lengthen(booking, said["minutes"], by=request.user, now=now, **how)

    ask = Ask(Practice.objects.current(), booking.session_type, said["minutes"], now, None, booking)
    answer = _attempt(request, booking, said["version"], run, lambda no: _why_not_longer(no, ask, booking))
    return JsonResponse(answer)


def _why_not_longer(refusal: Refusal, ask: Ask, booking: Booking) -> WhyNot:
    """The start stays, so that nothing is said about it, nor about other starts."""
    why = why_not.of(refusal, ask, booking.therapist, booking.starts_at)
    about_start = {SENTENCES[each] for each in lengthening.ABOUT_THE_START}
    kept = [sentence for sentence in why.sentences if sentence not in about_start]
    return WhyNot(kept or why.sentences, why.may_override, [])


@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """What was done last, if it still is what ?version= says. A page without a script is led back to the booking, where
    the sentence stands."""
    booking, now = own(request, pk), timezone.now()

    def run() -> Booking:
        if request.GET.get("version", str(booking.version)) != str(booking.version):
            raise Conflict(CHANGED_SINCE)
        return undoing.undo(booking, by=request.user, now=now)

    answer = _attempt(
        request,
        booking,
        booking.version,
        run,
        lambda no: WhyNot([str(no)], may_override=False, near=[]),
        done="put back",
    )
    if is_script(request):
        return JsonResponse(answer)
    tell = messages.error if answer.get("refused") else messages.success
    tell(request, " ".join(answer["said"]))
    return redirect("admin:bookings_booking_change", pk)


def _attempt(
    request: HttpRequest,
    booking: Booking,
    version: int,
    run: Callable[[], Booking],
    explain: Callable[[Refusal], WhyNot],
    done: str = "",
) -> dict[str, Any]:
    try:
        if booking.version != version:
            raise Conflict(OLD_SCREEN)
        if not may_change(booking, request.user):
            raise Refusal(NOT_YOURS)
        changed = run()
    except Refusal as refusal:
        return refused(explain(refusal))
    return told(changed, undo=not done, done=done)


def told(booking: Booking, *, undo: bool, done: str = "") -> dict[str, Any]:
    """What was done, and for how many seconds it can be undone unseen."""
    sentence = f"{booking.client}: {done or as_it_is(booking)}."
    if not undo:
        return {"said": [sentence]}
    address = f"{reverse('admin:calendar_undo', args=[booking.pk])}?version={booking.version}"
    return {"said": [sentence], "undo": address, "seconds": int(notices.grace().total_seconds())}


def as_it_is(booking: Booking) -> str:
    where = f", {booking.room}" if booking.room else ""
    price = money(booking.price, booking.currency)
    return f"{clock(booking.starts_at)}, {booking.minutes} minutes with {booking.therapist}{where}, {price}"


def refused(why: WhyNot) -> dict[str, Any]:
    """A whole answer like any other: browsers note each 4xx as a fault of the page."""
    near = ["Free near it: " + "; ".join(clock(start) for start in why.near) + "."] if why.near else []
    return {"refused": True, "said": [*why.sentences, *near], "may_override": why.may_override}


def _not_understood(form: forms.Form) -> JsonResponse:
    return JsonResponse({"said": [text for errors in form.errors.values() for text in errors]}, status=422)
