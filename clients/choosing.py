"""How a client wants to be reached, as they tick it: for each group of messages the channels, and the number for texts."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.conf import settings

from accounts.forms import PageForm
from clients import reach
from clients.models import Client
from outbox.models import Channel
from practice import walltime

LABELS = {
    reach.BOOKING: ("Your bookings", "When something is booked, moved or cancelled. One way at least; e-mail if you tick none."),
    reach.REMINDER: ("Reminders", "Before a session, and not in the night."),
    reach.CARE: ("Before and after a session", "What is good to know beforehand, and for the time after it."),
    reach.FORMS: ("Forms", "When something is left to fill in, or runs out."),
    reach.WAITING: ("Messages", "That a message is waiting; never what it says."),
}  # fmt: skip
WAYS = {Channel.EMAIL: "By e-mail", Channel.SMS: "By text message"}
ANY_TIME = ("", "At any time")
FROM = [ANY_TIME, *((text, text) for text in (walltime.clock(hour * 60) for hour in range(1, 24)))]
UNTIL = [ANY_TIME, *((text, text) for text in (walltime.clock(hour * 60) for hour in range(1, 25)))]
NUMBER = re.compile(r"\+?[0-9][0-9 ()/.-]{5,30}")


class ReachForm(PageForm):
    def __init__(self, *args: Any, client: Client, **kwargs: Any) -> None:
        self.has_texts, self.client = bool(settings.SMS_URL), client
        super().__init__(*args, initial=_as_it_is(client), **kwargs)
        for group in reach.GROUPS:
            label, help_text = LABELS[group]
            self.fields[group] = forms.MultipleChoiceField(
                label=label,
                help_text=help_text,
                required=False,
                choices=[(str(way), words) for way, words in WAYS.items() if way == Channel.EMAIL or self.has_texts],
                widget=forms.CheckboxSelectMultiple,
            )
        self.fields["phone"] = forms.CharField(
            label="Your mobile number" if self.has_texts else "Your telephone number",
            help_text="With the code of your country, like +44 7700 900123. When we may call stands in your form.",
            required=False,
            max_length=40,
            widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
        )
        if self.has_texts:
            self.fields["texts"] = forms.BooleanField(
                label="You may send me text messages at this number.", required=False
            )
            self.fields["texts_from"] = forms.ChoiceField(
                label="Text messages from",
                help_text="By the practice's clock. One that would be too late after waiting is not sent.",
                required=False,
                choices=FROM,
            )
            self.fields["texts_until"] = forms.ChoiceField(label="Text messages until", required=False, choices=UNTIL)

    def clean_phone(self) -> str:
        number = " ".join(self.cleaned_data["phone"].split())
        if number and not NUMBER.fullmatch(number):
            raise forms.ValidationError("That does not look like a telephone number.")
        return number

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        wants_texts = said.get("texts") or any(Channel.SMS in said.get(group, ()) for group in reach.GROUPS)
        if wants_texts and not said.get("phone") and "phone" not in self.errors:
            self.add_error("phone", "Please give the number for text messages.")
        if wants_texts and not said.get("texts"):
            self.add_error("texts", "Please tick that we may, or choose no text messages.")
        if (hours := self.hours()) and hours[0] >= hours[1]:
            self.add_error("texts_until", "Please choose a time after the first one.")
        return said

    def hours(self) -> list[str]:
        """Empty for any hour."""
        begins, ends = (self.cleaned_data.get(name, "") for name in ("texts_from", "texts_until"))
        return [begins or "00:00", ends or "24:00"] if begins or ends else []

    def wishes(self) -> dict[str, list[str]]:
        return {group: self.cleaned_data[group] for group in reach.GROUPS} | {reach.HOURS: self._kept_hours()}

    def _kept_hours(self) -> list[str]:
        """Where the practice sends no text messages just now, those they once chose."""
        return self.hours() if self.has_texts else reach.hours(self.client)


def _as_it_is(client: Client) -> dict[str, Any]:
    chosen: dict[str, Any] = {group: reach.chosen(client, group) for group in reach.GROUPS}
    agreed = client.texts_agreed_at is not None and client.texts_number == client.phone
    begins, ends = reach.hours(client) or ("", "")
    hours = {"texts_from": "" if begins == "00:00" else begins, "texts_until": ends}
    return chosen | {"phone": client.phone, "texts": agreed} | hours
