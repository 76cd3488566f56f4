"""Picking a session, a length and a time. Choosing a time is the one thing here that writes."""

from __future__ import annotations

import calendar
import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from bookings import brochure, diary, journey, lifecycle, particulars, picker, readiness
from bookings.brochure import Offering
from bookings.diary import Ask, Place
from bookings.errors import NotOffered, Refusal, SlotTaken, TooManyHolds
from bookings.forms import WishForm
from bookings.models import Booking, Therapist
from bookings.placing import Wish
from bookings.views import choice
from bookings.views.choice import Choice
from practice import walltime, words
from practice.models import Practice

WEEKDAYS = [(name[:2], name) for name in calendar.day_name]
STAFF = "You are signed in for the practice. Bookings for clients are made in the practice’s calendar."


@login_not_required
@require_safe
def sessions(request: HttpRequest) -> HttpResponse:
    practice = Practice.objects.current()
    offerings = [offering for offering in brochure.offerings(practice) if offering.can_be_booked]
    kept = choice.kept_times(request, timezone.now())
    return render(request, "bookings/book.html", {"practice": practice, "offerings": offerings, "kept": kept})


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def times(request: HttpRequest, slug: str) -> HttpResponse:
    page = TimesPage(request, slug)
    if not page.offering.can_be_booked:
        return render(request, "bookings/not_bookable.html", {"practice": page.practice, "offering": page.offering})
    if not page.form.is_valid():
        return page.answer(status=422)
    if request.method == "POST":
        return take(page)
    return page.answer()


class TimesPage:
    """One page of times: what was asked for, read once, and the answer with everything kept."""

    def __init__(self, request: HttpRequest, slug: str) -> None:
        self.request, self.now = request, timezone.now()
        self.practice = Practice.objects.current()
        found = get_object_or_404(brochure.sessions(), slug=slug)
        self.offering: Offering = brochure.describe(found, self.practice)
        givers = [offer.therapist for offer in found.offers.all()]
        sent = request.POST if request.method == "POST" else request.GET
        self.form = WishForm(sent, lengths=found.lengths.all(), therapists=givers)

    @property
    def ask(self) -> Ask:
        kind, length = self.offering.session_type, self.form.length
        return Ask(self.practice, kind, length.minutes, self.now, diary.rooms_for(kind))

    def address(self, *, gone: dt.datetime) -> str:
        """This page with all that was chosen on it, and the time that went meanwhile."""
        who = {"therapist": self.form.giver.slug} if self.form.giver else {}
        return f"{self.request.path}?{urlencode({'minutes': self.form.length.minutes} | who | {'gone': picker.value(gone)})}"

    def comes_first(self) -> tuple[str, ...]:
        """Why no time can be kept yet: for a client what still stands in their way, for a visitor what does for everybody."""
        client = getattr(self.request.user, "client", None)
        if client is None:
            return self.offering.comes_first
        today = walltime.local_date(self.now, self.practice.zone)
        missing = journey.still_needed(client, self.offering.session_type, today)
        return tuple(each.sentence for each in missing if each.weight in readiness.HOLDING)

    def answer(self, *, status: int = 200, refusal: str = "", gone: dt.datetime | None = None) -> HttpResponse:
        form, ask, found, givers = (
            self.form,
            self.ask,
            self.offering.session_type,
            particulars.with_prices(self.form.length),
        )
        asked = [each for each in givers if form.giver in (None, each)]
        cleaned = getattr(form, "cleaned_data", {})
        gone = gone or cleaned.get("gone")
        shown: dict[str, Any] = {
            "practice": self.practice,
            "offering": self.offering,
            "session_type": self.offering.session_type,
            "form": form,
            "length": form.length,
            "therapist": form.giver,
            "minutes": form.length.minutes,
            "notice": self.practice.cancellation_notice
            if found.cancellation_notice is None
            else found.cancellation_notice,
            "late_share": words.share(self.practice.late_fee_percent),
            "times_to": self.request.path,
            "comes_first": self.comes_first(),
            **picker_links(self.request.path, form.giver and form.giver.slug, form.length.minutes, self.practice),
            "givers": givers,
            "price": price_of(form, asked, self.practice),
            "picked": picker.pick(ask, asked, cleaned.get("month"), cleaned.get("day") or _day_of(gone, self.practice)),
            "nearest": picker.nearest(ask, asked, gone) if gone else [],
            "refusal": refusal or (f"{_moment(gone, self.practice)} has just been taken." if gone else ""),
            "kept": choice.kept_times(self.request, self.now),
            "focus": _focus(form, refusal or gone),
            "now": self.now,
        }
        return render(self.request, "bookings/times.html", shown, status=status)


def picker_links(here: str, therapist: str | None, minutes: int | None, practice: Practice) -> dict[str, Any]:
    """What the links of a picking page keep: its address, the length and the therapist; and the words around its times."""
    length = {"minutes": minutes} if minutes else {}
    who = {} if therapist is None else {"therapist": therapist}
    return {
        "here": here,
        "base": urlencode(length | who),
        "any_base": urlencode(length),
        "zone": words.zone(practice.timezone),
        "weekdays": WEEKDAYS,
    }


def take(page: TimesPage) -> HttpResponse:
    """Keeps the chosen time for a client; remembers it for a visitor, who then says who they are."""
    form, user, start = page.form, page.request.user, page.form.cleaned_data["start"]
    if start is None:
        return page.answer(status=422, refusal="Please choose a time.")
    if user.is_authenticated and user.is_staff:
        return page.answer(status=422, refusal=STAFF)
    if user.is_authenticated and hasattr(user, "client"):
        return _hold(page, Wish(user.client, _with_type(page), start, form.giver))
    found = offered_by(page, start)
    if found is None:
        return gone_or_wrong(page, start)
    choice.remember(page.request, Choice(form.length, found, start, form.giver is None))
    return redirect("account_signup" if not user.is_authenticated else "my_details")


def offered_by(page: TimesPage, start: dt.datetime) -> Therapist | None:
    """Who would give the session then, with the price that is theirs; None where nobody can."""
    return next((place.therapist for place in _places(page, start) if not place.reasons), None)


def gone_or_wrong(page: TimesPage, start: dt.datetime) -> HttpResponse:
    """A time that was free a moment ago is told as that; one that never was is a wrong request."""
    if any(all(reason.is_taken for reason in place.reasons) for place in _places(page, start)):
        return redirect(page.address(gone=start))
    return page.answer(status=422, refusal=_cannot(start, page.practice), gone=start)


def _places(page: TimesPage, start: dt.datetime) -> list[Place]:
    if start.second or start.microsecond:
        return []
    givers = [each for each in particulars.with_prices(page.form.length) if page.form.giver in (None, each)]
    return diary.places(page.ask, givers, start)[0]


def _hold(page: TimesPage, wish: Wish) -> HttpResponse:
    if mine := _kept_already(page, wish):
        return redirect("book_review", mine.ref)
    try:
        held = lifecycle.hold(wish, by=page.request.user, now=page.now)
    except TooManyHolds:
        return _too_many(page, wish)
    except SlotTaken:
        return redirect(page.address(gone=wish.starts_at))
    except NotOffered:
        return page.answer(status=422, refusal=_cannot(wish.starts_at, page.practice), gone=wish.starts_at)
    except Refusal as refusal:
        return page.answer(status=422, refusal=str(refusal))
    choice.forget(page.request)
    return redirect("book_review", held.ref)


def _kept_already(page: TimesPage, wish: Wish) -> Booking | None:
    """Two presses of one button, or a step back: the time is theirs already."""
    wanted = (wish.starts_at, wish.length.minutes, wish.session_type)
    kept = choice.kept_times(page.request, page.now)
    same = (each for each in kept if (each.starts_at, each.minutes, each.session_type) == wanted)
    return next((each for each in same if wish.therapist in (None, each.therapist)), None)


def _too_many(page: TimesPage, wish: Wish) -> HttpResponse:
    therapist = offered_by(page, wish.starts_at)
    if therapist is None:
        return gone_or_wrong(page, wish.starts_at)
    choice.remember(page.request, Choice(wish.length, therapist, wish.starts_at, wish.therapist is None))
    return redirect("book_chosen")


def _with_type(page: TimesPage) -> Any:
    length = page.form.length
    length.session_type = page.offering.session_type
    return length


def price_of(form: WishForm, givers: list[Any], practice: Practice) -> str:
    """“£70”, or “from £70” where it depends on the therapist."""
    prices = {form.length.price if each.own_price is None else each.own_price for each in givers} or {form.length.price}
    lowest = words.price(min(prices), practice.currency)
    return f"from {lowest}" if len(prices) > 1 else lowest


def _cannot(at: dt.datetime, practice: Practice) -> str:
    return f"{_moment(at, practice)} cannot be booked."


def _moment(at: dt.datetime, practice: Practice) -> str:
    local = at.astimezone(practice.zone)
    return f"{local:%H:%M} on {words.weekday(local.date())}"


def _day_of(at: dt.datetime | None, practice: Practice) -> dt.date | None:
    return at.astimezone(practice.zone).date() if at else None


def _focus(form: WishForm, refused: object) -> str:
    """Where the eye is: on what went wrong, on the day or month just chosen, else on the heading."""
    if form.errors or refused:
        return "refusal"
    return next((name for name in ("day", "month") if form.cleaned_data.get(name)), "heading")
