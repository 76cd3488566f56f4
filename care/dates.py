"""What is typed about a plan and its series: how many, how far apart, and each date with its own time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from bookings.models import Length, Therapist
from bookings.series import MOST, Date
from care.models import Plan
from care.models.plan import LONGEST_SPACING, MOST_SESSIONS
from care.plans import Work
from clients.models import Client
from practice.forms import WallClockField

LATE = "Nothing was booked: not every date can be had as it stands. Please change it, leave it out, or take a free one."

UNREAD = "Nothing was booked. Please look at the dates and at what is written below them, then book them."


def _number(label: str, highest: int, help_text: str = "") -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=1, max_value=highest, help_text=help_text)


class PlanForm(forms.Form):
    client = forms.ModelChoiceField(
        Client.objects.none(), label="Client", error_messages={"required": "Please choose the client."}
    )
    therapist = forms.ModelChoiceField(Therapist.objects.none(), label="Therapist")
    length = forms.ModelChoiceField(Length.objects.none(), label="Session")
    sessions = _number("How many sessions", MOST_SESSIONS)
    every_days = _number("How many days apart", LONGEST_SPACING, "7 is a week, 14 a fortnight.")
    work_on = forms.CharField(
        label="What to work on",
        required=False,
        max_length=4000,
        widget=forms.Textarea({"rows": 5}),
        help_text="Kept sealed, for those who treat the client.",
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)

    def __init__(self, *args: Any, clients: Any, therapists: Any, lengths: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["client"].queryset, fields["therapist"].queryset = clients, therapists
        fields["length"].queryset = lengths
        fields["length"].label_from_instance = lambda length: f"{length.session_type}, {length}"

    @property
    def seen_number(self) -> int:
        return self.cleaned_data["seen"] or 0

    def work(self) -> Work:
        said = self.cleaned_data
        return Work(said["length"], said["sessions"], said["every_days"], said["work_on"])


class ChangeForm(PlanForm):
    """Whose plan it is stays."""

    def __init__(self, *args: Any, plan: Plan, **kwargs: Any) -> None:
        length = Length.objects.filter(session_type=plan.session_type_id, minutes=plan.minutes).first()
        initial = {"sessions": plan.sessions, "every_days": plan.every_days, "work_on": plan.work_on, "length": length}
        super().__init__(
            *args, initial={**initial, "seen": plan.number}, clients=Client.objects.none(), therapists=None, **kwargs
        )
        del self.fields["client"], self.fields["therapist"]


class LayForm(forms.Form):
    """Lays the dates out."""

    first = WallClockField(label="First session", help_text="On the practice's clock. The others keep its time of day.")
    sessions = _number("How many sessions", MOST)
    every_days = _number("How many days apart", LONGEST_SPACING)


class SetAsideForm(forms.Form):
    override = forms.BooleanField(
        label="Book them all the same",
        required=False,
        help_text="Sets hours, grid, notice, horizon and daily limits aside. A time that is taken cannot be set aside.",
    )
    why = forms.CharField(
        label="Reason", required=False, max_length=300, help_text="Needed if you book them all the same."
    )


@dataclass(slots=True)
class Line:
    """One date of the series as it stands on the page."""

    place: int
    starts_at: dt.datetime | None
    is_out: bool = False
    error: str = ""
    date: Date | None = None

    @property
    def value(self) -> str:
        """As the browser's own picker takes it."""
        shown = WallClockField().prepare_value(self.starts_at)
        return f"{shown:%Y-%m-%dT%H:%M}" if shown else ""

    @property
    def counts(self) -> bool:
        return self.starts_at is not None and not self.is_out


def read(sent: Mapping[str, str]) -> list[Line]:
    """The lines that a page sent back; of a number of lines that no page has, none."""
    count = sent.get("lines", "")
    if not count.isdecimal() or not 1 <= len(count) <= 3 or int(count) > MOST:
        return []
    lines = [_line(sent, place) for place in range(int(count))]
    place, _, start = sent.get("take", "").partition(" ")
    if place.isdecimal() and len(place) <= 3 and int(place) < len(lines):
        lines[int(place)].starts_at, lines[int(place)].error = _instant(start)
        lines[int(place)].is_out = False
    return lines


def _line(sent: Mapping[str, str], place: int) -> Line:
    starts_at, error = _instant(sent.get(f"start-{place}", ""))
    return Line(place, starts_at, is_out=f"out-{place}" in sent, error=error)


def _instant(text: str) -> tuple[dt.datetime | None, str]:
    try:
        return WallClockField().clean(text), ""
    except ValidationError as error:
        return None, " ".join(error.messages)
