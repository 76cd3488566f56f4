"""Has anything changed? What is asked before each visit: on the client's own page, or at the practice, on its device in
the client's hands. Both ways end in the same verb; nothing that was told before is shown on either.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from bookings import particulars, telling
from bookings.models import Booking, Status
from bookings.permissions import may_change
from bookings.views import back
from bookings.views.forms import thank, today
from bookings.views.review import own
from clients import asking
from clients.asking import Page
from clients.errors import Renewed
from clients.forms import AnswersForm
from clients.models import Action, QuestionnaireVersion
from practice.errors import Refusal
from practice.models import Practice

NOTHING_TO_ASK = "There is nothing to answer for this session at the moment."


class VisitQuestions:
    """What this visit asks now, each form with what was typed into it; nothing where the visit is not open."""

    def __init__(self, request: HttpRequest, booking: Booking, now: dt.datetime) -> None:
        sent = request.POST if request.method == "POST" else None
        self.versions = asked_at(booking, today(now))
        self.sent_for = request.POST.getlist("version")
        self.parts = [_part(version, sent) for version in self.versions]

    def are_answered(self) -> bool:
        """Whether all that is asked now was sent and fits; else the forms say what does not."""
        fit = [form.is_valid() for _, _, form in self.parts]
        if self.sent_for != [str(version.pk) for version in self.versions]:
            for _, _, form in self.parts:
                form.add_error(None, Renewed.sentence)
            return False
        return all(fit)

    def said(self) -> list[tuple[QuestionnaireVersion, Mapping[str, Any]]]:
        return [(version, form.values()) for version, _, form in self.parts]

    def shown(self) -> dict[str, Any]:
        return {"parts": self.parts, "problems": [form for _, _, form in self.parts if form.is_bound and form.errors]}


def asked_at(booking: Booking, on: dt.date) -> Sequence[QuestionnaireVersion]:
    """What is asked about this visit on that date."""
    if not booking.session_type.is_hands_on or not telling.visit_is_open(booking, on):
        return []
    return asking.visits_asked(booking.session_type.kind)


def _part(version: QuestionnaireVersion, sent: Any) -> tuple[QuestionnaireVersion, list[Page], AnswersForm]:
    pages = asking.pages(version)
    asked = [each for page in pages for each in page.asked]
    return version, pages, AnswersForm(sent, asked=asked, whole=True, prefix=version.questionnaire.slug)


@require_http_methods(["GET", "HEAD", "POST"])
def visit(request: HttpRequest, ref: str) -> HttpResponse:
    """One page, sent and signed off at once."""
    booking, now = own(request, ref), timezone.now()
    questions = VisitQuestions(request, booking, now)
    if not questions.versions:
        messages.info(request, NOTHING_TO_ASK)
        return redirect("my_booking", ref)
    if request.method == "POST" and questions.are_answered():
        return _tell(request, booking, questions, now)
    shown = {"booking": booking, "practice": Practice.objects.current(), **questions.shown()}
    return render(request, "clients/intake_visit.html", shown)


def _tell(request: HttpRequest, booking: Booking, questions: VisitQuestions, now: dt.datetime) -> HttpResponse:
    try:
        raised = telling.tell_visit(booking, questions.said(), by=request.user, now=now)
    except Refusal as refusal:
        messages.warning(request, str(refusal))
        return redirect("my_visit", booking.ref)
    if any(flag.action == Action.STOP for flag in raised):
        messages.warning(
            request,
            "Thank you for telling us. It is better not to have this session now. Choose another time if you like; "
            "it costs you nothing, and your therapist writes to you.",
        )
        return redirect("my_move", booking.ref)
    thank(request, raised)
    return redirect("my_booking", booking.ref)


@require_http_methods(["GET", "HEAD", "POST"])
def visit_here(request: HttpRequest, pk: int) -> HttpResponse:
    """The same questions at the practice, opened by staff who hand their device to the client. Afterwards it shows
    thanks, and nothing of the answers."""
    mine = Booking.objects.for_user(request.user).select_related("client", "session_type", "therapist", "room")
    booking, now, practice = get_object_or_404(mine, pk=pk), timezone.now(), Practice.objects.current()
    shown = {"booking": booking, "practice": practice, "facts": particulars.of_booking(booking, practice, now)}
    shown |= {
        "back": back.address(request) or reverse("admin:bookings_booking_change", args=[pk]),
        "from_today": bool(back.came_from(request)),
    }
    if "told" in request.GET:
        shown |= {"is_told": True, "waits": booking.status == Status.REQUESTED}
        return render(request, "clients/intake_visit_here.html", shown)
    questions = VisitQuestions(request, booking, now)
    if not questions.versions or not may_change(booking, request.user):
        messages.info(request, NOTHING_TO_ASK)
        return redirect(shown["back"])
    if request.method == "POST" and questions.are_answered():
        return _tell_here(request, booking, questions, now)
    return render(request, "clients/intake_visit_here.html", shown | questions.shown())


def _tell_here(request: HttpRequest, booking: Booking, questions: VisitQuestions, now: dt.datetime) -> HttpResponse:
    address = reverse("admin:bookings_booking_visit", args=[booking.pk]) + back.kept(request)
    try:
        telling.tell_visit(booking, questions.said(), by=request.user, now=now)
    except Refusal as refusal:
        messages.warning(request, str(refusal))
        return redirect(address)
    return redirect(f"{address}{'&' if '?' in address else '?'}told=1")
