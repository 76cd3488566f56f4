"""Bookings over the API: make, list, look at, move, cancel. One's own; for staff the practice's.

Parses, calls the one function that acts, and answers; the rules are those of the site since the functions are.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import Annotated, Any
from urllib.parse import urlencode

from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from ninja import Header, Query, Router

from accounts.models import ApiToken, Role
from bookings import choice, diary, lifecycle, moves, permissions, repeats
from bookings.api import problems, shown
from bookings.api.door import Bearer
from bookings.api.reading import known_only
from bookings.diary import Ask
from bookings.errors import AddressNotConfirmed, NotGiven, Refusal, SlotTaken
from bookings.models import Answer, Booking, MoveRequest, Therapist, Way
from bookings.models.booking import BookingQuerySet
from bookings.placing import Wish
from bookings.repeats import Keep, Key
from bookings.schemas import Bookings, BookingShown, Cancellation, Filters, KeyText, Move, NewBooking, Problem
from clients.models import REF, Client
from practice.models import Practice

router = Router(auth=Bearer(), tags=["Bookings"])

OPEN_MOVES = Prefetch(
    "move_requests", MoveRequest.objects.filter(answer=Answer.OPEN).select_related("therapist"), to_attr="open_moves"
)
NEAREST = 3
KEY = "Of your own, one for each booking that is wanted: up to 200 printable characters."


def problem_statuses(*codes: int) -> dict[int, type[Problem]]:
    return dict.fromkeys((401, *codes, 429), Problem)


# Making one


@router.post("/bookings", response={201: BookingShown} | problem_statuses(403, 409, 413, 415, 422), summary="Book")
def create_booking(
    request: HttpRequest,
    asked: NewBooking,
    key: Annotated[KeyText | None, Header(None, alias="Idempotency-Key", description=KEY)] = None,  # type: ignore[type-arg]
) -> HttpResponse:
    """Books at once. A client books for themselves; staff name the `client`. Where the therapist approves, the booking is
    a request. With an `Idempotency-Key` a repeat gets the first answer."""
    token, now = request.auth, timezone.now()
    repeat = Key(token.user, key, digest(asked), now) if key else None
    try:
        answer = repeats.once(repeat, lambda keep: _book(asked, token, now, keep))
    except SlotTaken as taken:
        return _taken_at(asked, taken, now)
    return HttpResponse(answer, status=201, content_type="application/json")


def _book(asked: NewBooking, token: ApiToken, now: dt.datetime, keep: Keep) -> str:
    client = _client_for(asked.client, token)
    chosen = choice.by_name(asked.session_type, asked.minutes, asked.therapist)
    _check_calendar(asked.therapist, token.user)
    wish = Wish(client, chosen.length, asked.start, chosen.therapist, practice=chosen.practice)

    answers: list[str] = []

    def answer(made: Booking) -> None:
        answers.append(json.dumps(shown.booking(made, chosen.zone, for_staff=token.user.is_staff)))
        keep(made, answers[-1])

    lifecycle.book(wish, by=token.user, now=now, via=Way.API, then=answer)
    return answers[-1]


def _check_calendar(slug: str | None, user: Any) -> None:
    """A therapist fills their own calendar, so they name themselves. Raises a Refusal."""
    if user.is_staff and user.role == Role.THERAPIST and not (slug and permissions.may_fill(_therapist(slug), user)):
        raise Refusal("A therapist books into their own calendar: name yourself as the therapist.")


def digest(asked: NewBooking) -> str:
    """Of what was asked and not of how it was written: another order or offset is the same request."""
    return hashlib.sha256(json.dumps(asked.model_dump(), default=dt.datetime.isoformat).encode()).hexdigest()


def _client_for(ref: str | None, token: Any) -> Client:
    """Oneself; for staff whom they name. Raises NotGiven, or a Refusal where an account cannot book yet."""
    user = token.user
    if user.is_staff:
        if ref is None:
            raise NotGiven("client", "Say whom the booking is for, by the client's ref.")
        return _named_client(user, ref)
    if ref is not None:
        raise NotGiven("client", "A client books for themselves; leave this out.")
    if not token.has_confirmed_address:
        raise AddressNotConfirmed
    if not hasattr(user, "client"):
        raise Refusal("Please tell us who you are on the site first; then you can book.")
    return user.client


def _named_client(user: Any, ref: str) -> Client:
    client = Client.objects.for_user(user).filter(ref=ref).first()
    if client is None:
        raise NotGiven("client", "There is no client with this ref.")
    return client


# Looking at them


@router.get("/bookings", response={200: Bookings} | problem_statuses(422), summary="List bookings")
def list_bookings(request: HttpRequest, filters: Query[Filters]) -> HttpResponse:
    """One's own bookings, for staff the practice's, in the order of their start. `next` leads to the next page."""
    known_only(request, Filters)
    user, zone = request.auth.user, Practice.objects.current().zone
    found = _filtered(_visible(user), filters)
    total, first = found.count(), (filters.page - 1) * filters.page_size
    if first and first >= total:
        raise NotGiven("page", "There is no such page.")
    rows = found[first : first + filters.page_size]
    has_next = first + filters.page_size < total
    return JsonResponse(
        {
            "bookings": [_shown(row, user, zone) for row in rows],
            "total": total,
            "page": filters.page,
            "page_size": filters.page_size,
            "next": _page(request, filters.page + 1) if has_next else None,
        }
    )


def _filtered(rows: BookingQuerySet, filters: Filters) -> BookingQuerySet:
    if filters.first is not None:
        rows = rows.filter(session_on__gte=filters.first)
    if filters.last is not None:
        rows = rows.filter(session_on__lte=filters.last)
    if filters.status is not None:
        rows = rows.filter(status=filters.status)
    if filters.therapist is not None:
        rows = rows.filter(therapist=_therapist(filters.therapist))
    return rows


def _page(request: HttpRequest, number: int) -> str:
    return f"{request.path}?{urlencode(request.GET.dict() | {'page': number})}"


@router.get("/bookings/{ref}", response={200: BookingShown} | problem_statuses(404), summary="One booking")
def get_booking(request: HttpRequest, ref: str) -> HttpResponse:
    """One's own booking, for staff any of the practice's. `ref` is its `id`."""
    return _as_it_is(_find(ref, request), request)


# Changing one


@router.post(
    "/bookings/{ref}/reschedule",
    response={200: BookingShown} | problem_statuses(403, 404, 409, 413, 415, 422),
    summary="Move a booking",
)
def reschedule_booking(request: HttpRequest, ref: str, asked: Move) -> HttpResponse:
    """Moves the same booking. Where the therapist approves each session, a client's move is a request: the booking stays as
    it is, with `move_requested`."""
    booking, user, now = _find(ref, request, to_change=True), request.auth.user, timezone.now()
    therapist = _therapist(asked.therapist) if asked.therapist else booking.therapist
    _check_calendar(therapist.slug, user)
    try:
        moves.reschedule(
            booking,
            asked.start,
            by=user,
            now=now,
            therapist=therapist,
            via=Way.API,
            accept_late=asked.accept_late,
        )
    except SlotTaken as taken:
        practice = Practice.objects.current()
        ask = Ask(practice, booking.session_type, booking.minutes, now, moving=booking)
        return _taken(ask, [therapist], asked.start, taken)
    return _as_it_is(_find(ref, request), request)


@router.post(
    "/bookings/{ref}/cancel",
    response={200: BookingShown} | problem_statuses(404, 409, 413, 415, 422),
    summary="Cancel a booking",
)
def cancel_booking(request: HttpRequest, ref: str, asked: Cancellation | None = None) -> HttpResponse:
    """Cancels a booking or a request. Inside the notice the fee is told first; `accept_late` goes on."""
    booking, asked = _find(ref, request, to_change=True), asked or Cancellation()
    lifecycle.cancel(
        booking,
        by=request.auth.user,
        now=timezone.now(),
        via=Way.API,
        accept_late=asked.accept_late,
        why=asked.reason,
    )
    return _as_it_is(_find(ref, request), request)


# The steps they share


def _visible(user: Any) -> BookingQuerySet:
    visible = Booking.objects.for_user(user)
    return visible.select_related("client", "therapist__user", "session_type", "room").prefetch_related(OPEN_MOVES)


def _find(ref: str, request: HttpRequest, *, to_change: bool = False) -> Booking:
    """Raises Http404 for what the caller may not see, and a Refusal for what they may see and not change."""
    booking = _visible(request.auth.user).filter(ref=ref).first() if REF.regex.match(ref) else None
    if booking is None:
        raise Http404
    if to_change and not permissions.may_change(booking, request.auth.user):
        raise Refusal("This booking is in another therapist's calendar.")
    return booking


def _therapist(slug: str) -> Therapist:
    found = Therapist.objects.filter(slug=slug).first()
    if found is None:
        raise NotGiven("therapist", "There is no therapist of this name.")
    return found


def _as_it_is(booking: Booking, request: HttpRequest) -> HttpResponse:
    return JsonResponse(_shown(booking, request.auth.user, Practice.objects.current().zone))


def _shown(booking: Any, user: Any, zone: Any) -> dict[str, Any]:
    move = booking.open_moves[0] if booking.open_moves else None
    return shown.booking(booking, zone, for_staff=user.is_staff, move=move)


def _taken_at(asked: NewBooking, taken: SlotTaken, now: dt.datetime) -> HttpResponse:
    length = choice.by_name(asked.session_type, asked.minutes, None).length
    ask = Ask(Practice.objects.current(), length.session_type, length.minutes, now)
    return _taken(ask, choice.therapists(ask.session_type, asked.therapist), asked.start, taken)


def _taken(ask: Ask, therapists: list[Therapist], start: dt.datetime, taken: SlotTaken) -> HttpResponse:
    nearest = diary.nearest(ask, therapists, start, NEAREST)
    return problems.refused(taken, next=shown.slots(nearest, ask.practice.zone))
