"""Time off, a closure and extra hours, entered in the calendar and taken back there. Each leaves a line on whom it is about."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from bookings import absences, notices
from bookings.admin.booking import typed
from bookings.admin.calendar import drops
from bookings.admin.calendar.dialogs import as_list, done, page
from bookings.admin.calendar.forms import AWAY, EXTRA, LABELS, BlockForm, ways_of
from bookings.admin.hours import tell
from bookings.errors import Conflict, Refusal
from bookings.models import Booking, Closure, Therapist, TimeOff
from practice.admin_site import clock
from practice.words import counted

SALT = "bookings.calendar.block"
KEPT_FOR = dt.timedelta(hours=1)
"""So long an open screen can take back what was entered on it."""
OVER = "This cannot be undone here any more. What was entered is changed and removed under Settings."


def block(request: HttpRequest) -> HttpResponse:
    """Bookings in the way are listed, each a link, and stay until somebody moves or cancels them."""
    if not ways_of(request.user):
        raise PermissionDenied
    form = BlockForm(typed(request), user=request.user, initial=request.GET.dict())
    if request.method == "POST" and form.is_valid():
        try:
            in_the_way, way_back = _enter(form.cleaned_data, form.hours(), timezone.now())
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            return _blocked(request, form, in_the_way, way_back)
    shown = {"form": form, "title": "Block this time, or add hours"}
    return page(request, "block", shown)


def _enter(
    said: dict[str, Any], hours: tuple[dt.date, int, int] | None, now: dt.datetime
) -> tuple[Sequence[Booking], dict[str, Any]]:
    """What stands in the way of it, and what is needed to take it back."""
    what, span = said["what"], {"starts_at": said["starts_at"], "ends_at": said["ends_at"]}
    if what == EXTRA and hours:
        extra = absences.add_hours(said["therapist"], *hours, now=now)
        way_back = {"therapist": said["therapist"].pk, "on": hours[0].isoformat()}
        return extra.in_the_way, way_back | {"before": extra.before, "after": extra.after}
    row: TimeOff | Closure = (
        TimeOff(therapist=said["therapist"], **span) if what == AWAY else Closure(room=said.get("room"), **span)
    )
    in_the_way = absences.change(save=[row], now=now)
    return in_the_way, {"row": row.pk} | {name: at.isoformat() for name, at in span.items()}


def _blocked(
    request: HttpRequest, form: BlockForm, in_the_way: Sequence[Booking], way_back: dict[str, Any]
) -> HttpResponse:
    said = form.cleaned_data
    span = f"{clock(said['starts_at'])} to {clock(said['ends_at'])}"
    if said["what"] in (AWAY, EXTRA):
        _note(request, said["therapist"], f"{LABELS[said['what']]}: {span}.")
    way_back |= {"what": said["what"], "user": request.user.pk, "span": span}
    undo = f"{reverse('admin:calendar_block_undo')}?{urlencode({'of': signing.dumps(way_back, salt=SALT)})}"
    answer = {"undo": undo, "seconds": int(notices.grace().total_seconds())}
    return _answer(request, f"Saved: {span}.", in_the_way, answer, said["starts_at"])


def _answer(
    request: HttpRequest,
    sentence: str,
    in_the_way: Sequence[Booking],
    more: dict[str, Any],
    at: dt.datetime | None = None,
) -> HttpResponse:
    if not drops.is_script(request):
        tell(request, in_the_way)
    if not in_the_way or not drops.is_script(request):
        return done(request, {"said": [sentence], **more}, at)
    stand = "stands" if len(in_the_way) == 1 else "stand"
    still = (
        f"{counted(len(in_the_way), 'booking')} {stand} in the way and will still take place until you move or cancel:"
    )
    return JsonResponse({"said": [sentence, still], "links": [_link(each) for each in in_the_way], **more})


def _link(booking: Booking) -> dict[str, str]:
    text = f"{booking.client}, {clock(booking.starts_at)} with {booking.therapist}"
    return {"text": text, "url": reverse("admin:bookings_booking_change", args=[booking.pk])}


def _note(request: HttpRequest, therapist: Therapist, what: str) -> None:
    LogEntry.objects.log_actions(request.user.pk, [therapist], CHANGE, what, single_object=True)


@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """Takes back what ?of= says that this user entered, where it still stands as it was entered."""
    ways = dict(ways_of(request.user))
    if not ways:
        raise PermissionDenied
    try:
        kept = signing.loads(request.GET.get("of", ""), salt=SALT, max_age=KEPT_FOR)
        if kept["user"] != request.user.pk or kept["what"] not in ways:
            raise Conflict(OVER)
        in_the_way = _take_back(kept, timezone.now())
    except signing.BadSignature:
        return _refused(request, OVER)
    except Refusal as refusal:
        return _refused(request, str(refusal))
    if therapist := Therapist.objects.filter(pk=kept["therapist"]).first():
        _note(request, therapist, f"Taken back: {LABELS[kept['what']]}, {kept['span']}.")
    return _answer(request, f"Taken back: {kept['span']}.", in_the_way, {})


def _take_back(kept: dict[str, Any], now: dt.datetime) -> Sequence[Booking]:
    if kept["what"] == EXTRA:
        on, therapist = dt.date.fromisoformat(kept["on"]), Therapist.objects.get(pk=kept["therapist"])
        return absences.put_hours_back(
            therapist, on, before=_pairs(kept["before"]), after=_pairs(kept["after"]), now=now
        )
    model = TimeOff if kept["what"] == AWAY else Closure
    span = {name: dt.datetime.fromisoformat(kept[name]) for name in ("starts_at", "ends_at")}
    row = model.objects.filter(pk=kept["row"], **span).first()
    if row is None:
        raise Conflict(absences.CHANGED)
    kept["therapist"] = getattr(row, "therapist_id", None)
    return absences.change(remove=[row], now=now)


def _pairs(kept: Sequence[Sequence[int | None]]) -> list[absences.Pair]:
    return [(opens, closes) for opens, closes in kept]


def _refused(request: HttpRequest, sentence: str) -> HttpResponse:
    if drops.is_script(request):
        return JsonResponse({"refused": True, "said": [sentence]})
    messages.error(request, sentence)
    return redirect(as_list())
