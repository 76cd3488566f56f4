"""What people may type or choose when they book: is it there, is it a date, is it one of the choices.

Asks nothing about what is free.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts.forms import NameField, PageForm, SignUpForm
from bookings import rules
from bookings.models import Length, Shows, Therapist
from clients.models import HeardFrom

YEARS = range(1900, 9991)
NOT_A_DATE = "Write the date like 31/05/1980, or choose it in the calendar."


class InstantField(forms.CharField):
    """An instant as our own pages write it: ISO 8601 with its offset."""

    def to_python(self, value: Any) -> dt.datetime | None:
        text = super().to_python(value)
        if text in self.empty_values:
            return None
        try:
            at = dt.datetime.fromisoformat(text)
        except ValueError:
            raise ValidationError("That is not a time. Please choose one from the list.") from None
        if at.tzinfo is None or at.year not in YEARS:
            raise ValidationError("That is not a time. Please choose one from the list.")
        return at.astimezone(dt.UTC)

    def run_validators(self, value: Any) -> None:
        """What was read as an instant holds no character left to refuse."""


def date_field(written: str, sentence: str) -> forms.DateField:
    return forms.DateField(input_formats=[written], required=False, error_messages={"invalid": sentence})


class WishForm(forms.Form):
    """What stands in the address of the page where a time is picked, and the time itself. Prices are never read."""

    minutes = forms.CharField(required=False, max_length=5)
    therapist = forms.CharField(required=False, max_length=60)
    month = date_field("%Y-%m", "That month does not exist. Here are the next free times.")
    day = date_field("%Y-%m-%d", "That day does not exist. Here are the next free times.")
    start = InstantField(required=False)
    gone = InstantField(required=False)

    def __init__(self, *args: Any, lengths: Sequence[Length], therapists: Sequence[Therapist], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lengths = lengths
        self.therapists = {therapist.slug: therapist for therapist in therapists}

    def clean_minutes(self) -> Length:
        asked = self.cleaned_data["minutes"]
        found = next((each for each in self.lengths if str(each.minutes) == asked), None)
        if asked and found is None:
            raise ValidationError("This session is not offered in that length. Please choose one of these.")
        return found or self.lengths[0]

    def clean_therapist(self) -> Therapist | None:
        asked = self.cleaned_data["therapist"]
        if asked and asked not in self.therapists:
            raise ValidationError("That therapist does not give this session. Please choose one of these.")
        return self.therapists.get(asked)

    def clean_month(self) -> dt.date | None:
        return self._in_bounds("month")

    def clean_day(self) -> dt.date | None:
        return self._in_bounds("day")

    def _in_bounds(self, name: str) -> dt.date | None:
        on = self.cleaned_data[name]
        if on and on.year not in YEARS:
            raise ValidationError("That date lies too far away. Here are the next free times.")
        return on

    @property
    def length(self) -> Length:
        return self.cleaned_data.get("minutes") or self.lengths[0]

    @property
    def giver(self) -> Therapist | None:
        return self.cleaned_data.get("therapist")

    @property
    def sentences(self) -> list[str]:
        return [sentence for found in self.errors.values() for sentence in found]


class BirthDateField(forms.DateField):
    """Refuses who is under age on `today`, the practice's date, which the page sets."""

    today: dt.date

    def __init__(self) -> None:
        super().__init__(
            label="Date of birth",
            help_text="Sessions are for adults.",
            widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "autocomplete": "bday"}),
            input_formats=["%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y"],
            error_messages={"required": "Please give your date of birth.", "invalid": NOT_A_DATE},
        )

    def validate(self, value: dt.date | None) -> None:
        super().validate(value)
        if value is None:
            return
        if not rules.is_believable(value, self.today):
            raise ValidationError("Please look at the year again.")
        if not rules.is_adult(value, self.today):
            raise ValidationError("Sessions are for adults: a client is 18 or older on the day of booking.")


class HeardFromField(forms.ChoiceField):
    """Asked once, of who comes for the first time, and never needed."""

    def __init__(self) -> None:
        super().__init__(
            label="How did you hear of us?",
            help_text="Only if you like to tell us.",
            required=False,
            choices=[("", "No answer"), *HeardFrom.choices],
            widget=forms.Select(attrs={"autocomplete": "off"}),
            error_messages={"invalid_choice": "Please choose one of these, or leave it."},
        )


class NewClientForm(SignUpForm):
    """Who comes here for the first time: name, address, date of birth, password; nothing more is needed."""

    date_of_birth = BirthDateField()
    heard_from = HeardFromField()
    field_order = ("name", "email", "date_of_birth", "password1", "heard_from")

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["date_of_birth"].today = today


class DetailsForm(PageForm):
    """What we need to know of somebody who has an account and was never here as a client."""

    name = NameField()
    date_of_birth = BirthDateField()
    heard_from = HeardFromField()

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["date_of_birth"].today = today


class FeeForm(PageForm):
    """Goes on with a late change; `accept_late` is sent by the page that showed the fee."""

    accept_late = forms.BooleanField(required=False, widget=forms.HiddenInput)


class MoveForm(FeeForm):
    start = InstantField(widget=forms.HiddenInput)
    therapist = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)


class FeedForm(PageForm):
    """What is to become of one's calendar address: made or renewed, shown with more or less in it, removed."""

    do = forms.ChoiceField(choices=[("make", "make"), ("show", "show"), ("remove", "remove")], widget=forms.HiddenInput)
    shows = forms.ChoiceField(label="What it shows", required=False, widget=forms.RadioSelect)

    def __init__(self, *args: Any, offered: Sequence[Shows], shown: str | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.usual = shown or (Shows.INITIALS if Shows.INITIALS in offered else offered[0])
        self.fields["shows"].choices = [(each.value, each.label) for each in offered]
        self.fields["shows"].initial = self.usual

    def clean_shows(self) -> Shows:
        return Shows(self.cleaned_data["shows"] or self.usual)
