"""What staff type in the calendar's dialogs. Only its shape is looked at here; whether it can be is decided by the verbs."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms

from accounts.models import Role, User
from bookings.admin.forms import SomebodyForm, therapists_of
from bookings.models import Room, Therapist
from practice import walltime
from practice.forms import WallClockField
from practice.models import Practice

AWAY, EXTRA, CLOSED = "away", "extra", "closed"
NEEDS = {AWAY: "bookings.add_timeoff", EXTRA: "bookings.add_datehours", CLOSED: "bookings.add_closure"}
"""The permission for each way of changing when the practice is there."""
LABELS = {
    AWAY: "The therapist is not here",
    EXTRA: "Extra hours for the therapist",
    CLOSED: "The practice, or one room, is closed",
}


def ways_of(user: User) -> list[tuple[str, str]]:
    return [(way, LABELS[way]) for way, needs in NEEDS.items() if user.has_perm(needs)]


class BookForm(SomebodyForm):
    """A booking at the time that was chosen in the calendar."""

    room = forms.ModelChoiceField(Room.objects.all(), required=False, empty_label="The first that is free")
    starts_at = WallClockField(label="Start", help_text="On the practice's clock.")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        self.fields["client"].widget.attrs |= {"list": "known-clients", "autocomplete": "off"}


class BlockForm(forms.Form):
    """A stretch of time in which somebody is not here, is here beside the usual hours, or a place is closed."""

    what = forms.ChoiceField(label="What", widget=forms.RadioSelect)
    therapist = forms.ModelChoiceField(Therapist.objects.none(), required=False, empty_label="–")
    room = forms.ModelChoiceField(
        Room.objects.all(), label="Room, if only one closes", required=False, empty_label="The whole practice"
    )
    starts_at = WallClockField(label="From", help_text="On the practice's clock.")
    ends_at = WallClockField(label="Until")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        what, therapist = self._choice("what"), self._choice("therapist")
        what.choices = ways_of(user)
        therapist.queryset = therapists_of(user)
        self.initial.setdefault("what", AWAY)
        if CLOSED not in dict(what.choices):
            del self.fields["room"]
        if user.role == Role.THERAPIST:
            therapist.required, therapist.empty_label = True, None

    def _choice(self, name: str) -> Any:
        return self.fields[name]

    def clean(self) -> dict[str, Any]:
        said = self.cleaned_data
        starts_at, ends_at = said.get("starts_at"), said.get("ends_at")
        if starts_at and ends_at and starts_at >= ends_at:
            self.add_error("ends_at", "The end must come after the beginning.")
        if said.get("what") in (AWAY, EXTRA) and not said.get("therapist") and "therapist" not in self.errors:
            self.add_error("therapist", "Please choose whom this is about.")
        if said.get("what") == EXTRA and starts_at and ends_at and not self.errors and self.hours() is None:
            self.add_error("ends_at", "Extra hours lie on one day, to 24:00 at most. Please enter each day by itself.")
        return said

    def hours(self) -> tuple[dt.date, int, int] | None:
        """The date, and the minutes of its clock from which until when; None where it is more than one date."""
        zone = Practice.objects.current().zone
        starts, ends = (self.cleaned_data[name].astimezone(zone) for name in ("starts_at", "ends_at"))
        opens, closes = (each.hour * 60 + each.minute for each in (starts, ends))
        if ends.date() == starts.date() + dt.timedelta(days=1) and closes == 0:
            return starts.date(), opens, walltime.MIDNIGHT
        return (starts.date(), opens, closes) if ends.date() == starts.date() and opens < closes else None
