"""The page on which a plan's series is laid out, looked at date by date, changed and booked. Only its “book” writes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from bookings import series
from bookings.admin import lacking
from bookings.series import NotBooked, Wanted
from care import dates, plans
from care.dates import LATE, UNREAD, LayForm, Line, SetAsideForm
from care.models import Plan
from practice.errors import Refusal
from practice.models import Practice
from practice.words import counted

if TYPE_CHECKING:
    from care.admin.page import CareAdmin


class Laid:
    """The lines of the page as they were sent or laid out, and what the diary says of each."""

    def __init__(self, plan: Plan, sent: Mapping[str, str], now: dt.datetime) -> None:
        self.plan, self.now, self.practice = plan, now, Practice.objects.current()
        initial = {"sessions": plan.sessions, "every_days": plan.every_days}
        self.form = LayForm(sent if "lay" in sent else None, initial=initial)
        self.aside = SetAsideForm(sent if "lines" in sent else None)
        self.aside.is_valid()
        self.error = ""
        self.wanted: Wanted | None = None
        self.lines = self._lay() if "lay" in sent else dates.read(sent)
        self.look()

    def _lay(self) -> list[Line]:
        if not self.form.is_valid():
            return []
        said = self.form.cleaned_data
        try:
            times = series.starts(
                said["first"], every_days=said["every_days"], sessions=said["sessions"], practice=self.practice
            )
        except Refusal as refusal:
            self.form.add_error(None, str(refusal))
            return []
        return [Line(place, each) for place, each in enumerate(times)]

    def look(self) -> None:
        """Asks of each line that counts whether it is free."""
        counting = [line for line in self.lines if line.counts]
        try:
            self.wanted = plans.wanted(self.plan)
            found = series.check(
                self.wanted,
                [line.starts_at for line in counting if line.starts_at],
                practice=self.practice,
                now=self.now,
            )
        except Refusal as refusal:
            self.error = str(refusal)
            return
        for line, date in zip(counting, found, strict=True):
            line.date = date

    @property
    def times(self) -> list[dt.datetime]:
        return [line.starts_at for line in self.lines if line.counts and line.starts_at]

    @property
    def is_agreed(self) -> bool:
        """Each line that counts is free, or can be set aside and is."""
        said = self.aside.cleaned_data if self.aside.is_bound else {}
        dates = [line.date for line in self.lines if line.counts]
        return not any(line.error for line in self.lines if not line.is_out) and all(
            date is not None and (date.is_free or (date.can_be_set_aside and said.get("override"))) for date in dates
        )

    def missing(self) -> list[str]:
        if self.wanted is None:
            return []
        return lacking.told(series.missing(self.wanted, practice=self.practice, now=self.now))


def answer(office: CareAdmin, request: HttpRequest, plan: Plan) -> HttpResponse:
    laid = Laid(plan, request.POST, timezone.now())
    if "book" in request.POST and _booked(request, laid):
        return office.to_row(plan)
    shown: dict[str, Any] = {"plan": plan, "laid": laid, "missing": laid.missing(), "count": len(laid.times)}
    return office.page(request, title=f"A series: {plan.client}", template="series", **shown)


def _booked(request: HttpRequest, laid: Laid) -> bool:
    """What cannot be is said above the dates, which stay as they were typed."""
    if laid.error or not laid.times:
        laid.error = laid.error or "No date is left to be booked."
        return False
    if not laid.is_agreed or not laid.aside.is_valid():
        laid.error = LATE if laid.aside.is_valid() else UNREAD
        return False
    said = laid.aside.cleaned_data
    try:
        booked = plans.book(
            laid.plan, laid.times, by=request.user, now=laid.now, override=said["override"], why=said["why"]
        )
    except Refusal as refusal:
        laid.error = " ".join(lacking.of(refusal))
        if isinstance(refusal, NotBooked):
            laid.look()
        return False
    messages.success(request, f"{counted(len(booked), 'session')} booked.")
    return True
