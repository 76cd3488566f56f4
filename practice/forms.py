"""Fields as people type them: spans of time (12h), and instants on the practice's wall clock.

A wall-clock field reads and shows in the zone that is active, which the practice's side sets to the practice's own.
"""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from practice import spans, walltime

FIRST_YEAR, LAST_YEAR = 2000, 2199


class SpanField(forms.CharField):
    """Takes 90m, 12h or 2d; gives a timedelta."""

    widget = forms.TextInput(attrs={"size": 6, "placeholder": "24h"})

    def prepare_value(self, value: Any) -> Any:
        return spans.short(value) if isinstance(value, dt.timedelta) else value

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        try:
            return spans.parse(str(value))
        except ValueError as error:
            raise ValidationError(str(error)) from None


class WordField(forms.CharField):
    """A word that is typed in front of somebody: covered, whichever it is."""

    def __init__(self) -> None:
        super().__init__(
            label="Your word",
            max_length=60,
            widget=forms.PasswordInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
            error_messages={"required": "Please type your word."},
        )


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class WallClockInput(forms.DateTimeInput):
    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")


class WallClockField(forms.DateTimeField):
    """Takes a date and time of the practice's wall clock; gives the instant."""

    widget = WallClockInput

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, dt.datetime) and timezone.is_aware(value):
            return value.astimezone(timezone.get_current_timezone()).replace(tzinfo=None, fold=0)
        return value

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values or isinstance(value, dt.datetime):
            return value or None
        return walltime.from_wall(self._reading(str(value)), ZoneInfo(timezone.get_current_timezone_name()))

    def has_changed(self, initial: Any, data: Any) -> bool:
        """The clock's reading counts: an instant in the second pass of a repeated hour is not changed by being shown."""
        try:
            typed = self._reading(str(data)) if data else None
        except ValidationError:
            return True
        shown = self.prepare_value(initial)
        return typed != (shown.replace(second=0, microsecond=0) if isinstance(shown, dt.datetime) else None)

    @staticmethod
    def _reading(text: str) -> dt.datetime:
        try:
            wall = dt.datetime.fromisoformat(text.strip())
        except ValueError:
            wall = None
        if wall is None or wall.tzinfo is not None or not FIRST_YEAR <= wall.year <= LAST_YEAR:
            raise ValidationError("Write a date and a time, like 2027-02-20 09:30.")
        return wall.replace(second=0, microsecond=0)


class WallClockForm(forms.ModelForm):
    """A form that leaves instants alone whose reading was not touched."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name, field in self.fields.items():
            if isinstance(field, WallClockField) and name in cleaned and name not in self.changed_data:
                cleaned[name] = self.initial.get(name)
        return cleaned


NATIVE: dict[type[models.Field], dict[str, Any]] = {
    models.DateField: {"widget": DateInput},
    models.DateTimeField: {"form_class": WallClockField, "widget": WallClockInput},
    models.DurationField: {"form_class": SpanField, "widget": forms.TextInput(attrs={"size": 6, "placeholder": "24h"})},
}
"""For `formfield_overrides`: the browser's own pickers, so that nothing has to be learnt."""
