"""What can be booked and when: session types, free starts, and for staff why a start is not offered."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from ninja import Query, Router

from bookings import brochure, choice, diary
from bookings.api import problems, shown
from bookings.api.door import StaffBearer, anyone
from bookings.api.reading import known_only
from bookings.availability import Reason
from bookings.diary import Ask
from bookings.errors import NotGiven
from bookings.schemas import LONGEST_RANGE, Explanation, OneStart, Problem, Range, SessionTypes, Slots
from practice.models import Practice

router = Router(tags=["What can be booked"])


@router.get("/session-types", auth=anyone, response={200: SessionTypes, 429: Problem}, summary="What can be booked")
def session_types(request: HttpRequest) -> HttpResponse:
    """Session types with their lengths, prices and therapists. Public."""
    practice = Practice.objects.current()
    offered = [each for each in brochure.offerings(practice) if each.can_be_booked]
    return JsonResponse({"session_types": [shown.offering(each, practice) for each in offered]})


@router.get("/availability", auth=anyone, response={200: Slots, 422: Problem, 429: Problem}, summary="Free starts")
def availability(request: HttpRequest, wanted: Query[Range]) -> HttpResponse:
    """Every free start on the dates from `from` to `to`, both included, in order and in the practice's offset. Public."""
    known_only(request, Range)
    if wanted.last < wanted.first:
        raise NotGiven("to", "The last date lies before the first.")
    if wanted.last - wanted.first >= LONGEST_RANGE:
        raise NotGiven("to", "Ask for at most 62 days at once.")
    ask = _ask(wanted)
    therapists = choice.therapists(ask.session_type, wanted.therapist)
    found = diary.free(ask, therapists, wanted.first, wanted.last)
    return JsonResponse({"slots": shown.slots(found, ask.practice.zone)})


@router.get(
    "/availability/explain",
    auth=StaffBearer(),
    response={200: Explanation, 401: Problem, 404: Problem, 422: Problem, 429: Problem},
    summary="Why a start is not offered",
)
def explain(request: HttpRequest, wanted: Query[OneStart]) -> HttpResponse:
    """For staff: free, or each reason why not."""
    known_only(request, OneStart)
    ask = _ask(wanted)
    (therapist,) = choice.therapists(ask.session_type, wanted.therapist)
    reasons = diary.explain(ask, therapist, wanted.start)
    if wanted.start.microsecond and Reason.OFF_GRID not in reasons:
        reasons = [Reason.OFF_GRID, *reasons]
    start = shown.moment(wanted.start, ask.practice.zone)
    return JsonResponse({"start": start, "free": not reasons, "reasons": problems.reasons(reasons)})


def _ask(wanted: Range | OneStart) -> Ask:
    """What is asked for, as the practice stands now. Raises NotGiven."""
    length = choice.by_name(wanted.session_type, wanted.minutes, None).length
    return Ask(Practice.objects.current(), length.session_type, length.minutes, timezone.now())
