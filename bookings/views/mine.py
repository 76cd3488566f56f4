"""The client's own bookings: the list, one of them with its history, and what they may do there at a press."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.core.paginator import InvalidPage, Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from bookings import calendars, journey, lifecycle, moves, notices, particulars, readiness, story, telling
from bookings.errors import Refusal
from bookings.models import Booking, Proposal, Status
from bookings.particulars import Particulars
from bookings.views import choice, needed
from bookings.views.needed import Needed
from bookings.views.review import own
from bookings.views.visit import asked_at
from practice import walltime, words
from practice.models import Practice

PAGE = 20
COMING = (Status.HELD, Status.REQUESTED, Status.CONFIRMED)
CHANGEABLE = (Status.REQUESTED, Status.CONFIRMED)
IN_CALENDARS = (Status.CONFIRMED, Status.CANCELLED, Status.COMPLETED)


@require_safe
def bookings(request: HttpRequest) -> HttpResponse:
    if request.user.is_staff:
        return redirect("admin:index")
    now, practice = timezone.now(), Practice.objects.current()
    mine = Booking.objects.for_user(request.user).select_related("client", "session_type", "therapist")
    coming = mine.filter(status__in=COMING, ends_at__gt=now).exclude(status=Status.HELD, hold_ends_at__lte=now)
    past = mine.exclude(pk__in=coming.values("pk")).exclude(
        status__in=(Status.HELD, Status.EXPIRED), hold_ends_at__isnull=False
    )
    page = _page(Paginator(past.order_by("-starts_at", "-pk"), PAGE), request.GET.get("page", "1"))
    shown = {
        "practice": practice,
        "coming": _coming(list(coming), practice, now),
        "past": _rows(page.object_list, practice, now),
        "page": page,
        "chosen": choice.recalled(request, now),
    }
    return render(request, "bookings/my.html", shown)


def _page(pages: Paginator[Booking], number: str) -> Page[Booking]:
    try:
        return pages.page(number)
    except InvalidPage:
        raise Http404 from None


def _rows(found: Iterable[Booking], practice: Practice, now: dt.datetime) -> list[dict[str, Any]]:
    return [
        {"booking": each, "facts": of_row(each, practice, now), "may_change": may_change(each, now)} for each in found
    ]


def _coming(found: list[Booking], practice: Practice, now: dt.datetime) -> list[dict[str, Any]]:
    """Each with whether something of the client's is still missing for it."""
    today = walltime.local_date(now, practice.zone)
    lacking = readiness.incomplete([each for each in found if each.status in CHANGEABLE], today) if found else set()
    return [row | {"is_incomplete": row["booking"].pk in lacking} for row in _rows(found, practice, now)]


def of_row(booking: Booking, practice: Practice, now: dt.datetime) -> Particulars:
    return particulars.of_booking(booking, practice, now)


def may_change(booking: Booking, now: dt.datetime) -> bool:
    return booking.status in CHANGEABLE and booking.started_at is None and booking.starts_at > now


def may_undo(booking: Booking, now: dt.datetime) -> bool:
    just_now = booking.cancelled_at is not None and now < booking.cancelled_at + notices.grace()
    cancelling = story.cancelling_to_undo(booking, now) if just_now else None
    return cancelling is not None and cancelling.by_id == booking.client.user_id


@require_safe
def booking(request: HttpRequest, ref: str) -> HttpResponse:
    found, now, practice = own(request, ref), timezone.now(), Practice.objects.current()
    if found.status == Status.HELD:
        return redirect("book_review", ref)
    asked = bool(asked_at(found, walltime.local_date(now, practice.zone)))
    shown = {
        "practice": practice,
        "booking": found,
        "facts": particulars.of_booking(found, practice, now),
        "history": story.told(found, practice),
        "proposals": story.proposed(found, practice),
        "move": story.asked_for(found, practice),
        "may_change": may_change(found, now),
        "may_undo": may_undo(found, now),
        "late_fee": words.money(found.late_fee, found.currency),
        "has_calendar": found.status in IN_CALENDARS,
        "visit_asked": asked,
        "visit_told": asked and telling.was_told(found),
        "needed": to_fill_in(found, now, practice),
        "good_to_know": good_to_know(found, now),
    }
    return render(request, "bookings/my_booking.html", shown)


def good_to_know(booking: Booking, now: dt.datetime) -> dict[str, str]:
    """What is sent around a session too; empty where there is nothing to say at this time."""
    if booking.status == Status.CONFIRMED and booking.starts_at > now:
        title, text = "Before your session", booking.session_type.preparation
    elif booking.status == Status.COMPLETED:
        title, text = "After your session", booking.session_type.aftercare
    else:
        return {}
    return {"title": title, "text": text} if text else {}


def to_fill_in(booking: Booking, now: dt.datetime, practice: Practice) -> list[Needed]:
    """What the client still has to do for a session to come."""
    if booking.status not in CHANGEABLE or booking.started_at or booking.ends_at <= now:
        return []
    today = walltime.local_date(now, practice.zone)
    back = reverse("my_booking", args=[booking.ref])
    return needed.of(journey.to_fill_in(booking.client, booking.session_type, today), back)


@require_safe
def calendar(request: HttpRequest, ref: str) -> HttpResponse:
    found = own(request, ref)
    if found.status not in IN_CALENDARS:
        raise Http404
    file = calendars.download(found, Practice.objects.current(), timezone.now())
    return HttpResponse(
        file.content,
        content_type=file.mimetype,
        headers={"Content-Disposition": 'attachment; filename="session.ics"'},
    )


@require_POST
def undo_cancel(request: HttpRequest, ref: str) -> HttpResponse:
    try:
        lifecycle.undo_cancel(own(request, ref), by=request.user, now=timezone.now())
        messages.success(request, "Your booking is back as it was.")
    except Refusal as refusal:
        messages.error(request, f"This could not be undone any more. {refusal}")
    return redirect("my_booking", ref)


@require_POST
def take_proposal(request: HttpRequest, ref: str, pk: int) -> HttpResponse:
    found = own(request, ref)
    proposal = get_object_or_404(
        Proposal.objects.select_related("booking__client", "booking__session_type", "therapist"), pk=pk, booking=found
    )
    try:
        moves.take_proposal(proposal, by=request.user, now=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("my_booking", ref)
    return redirect("book_done", ref)
