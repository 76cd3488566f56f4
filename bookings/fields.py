"""A wall-clock time of day that may be 24:00, kept as minutes since midnight and shown as HH:MM."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models

from practice.walltime import clock, minutes_of_day


class WallTimeFormField(forms.CharField):
    """Takes 09:30 or 24:00; gives minutes since midnight."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"size": 6, "inputmode": "numeric", "placeholder": "09:30"}))
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        return clock(value) if isinstance(value, int) else value

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        try:
            return minutes_of_day(str(value))
        except ValueError as error:
            raise ValidationError(str(error)) from None


class WallTimeField(models.PositiveSmallIntegerField):
    """Minutes since local midnight, 0 to 1440."""

    def formfield(self, **kwargs: Any) -> Any:
        return WallTimeFormField(
            required=not self.blank,
            label=kwargs.get("label") or self.verbose_name.capitalize(),
            help_text=self.help_text,
        )
