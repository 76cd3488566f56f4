"""What is typed about working alone: who is named, the two words, and a word that answers."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.forms import PageForm
from care.models import NamedPerson
from care.models.cover import LONGEST_WAIT
from care.named import Named
from outbox import channels
from outbox.channels import Refused
from outbox.models import Channel
from practice.forms import WordField

FIELDS = ("name", "email", "phone", "own_phone", "ask_after_minutes", "tell_after_minutes")


def _minutes(label: str, lowest: int, help_text: str) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=lowest, max_value=LONGEST_WAIT, help_text=help_text)


def _word(label: str, help_text: str) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": "off", "spellcheck": "false"})
    return forms.CharField(label=label, required=False, max_length=60, widget=widget, help_text=help_text)


class NumberField(forms.CharField):
    """A mobile number with its country, as it can really be sent to."""

    def __init__(self, label: str, help_text: str) -> None:
        widget = forms.TextInput(attrs={"type": "tel"})
        super().__init__(label=label, required=False, max_length=32, help_text=help_text, widget=widget)

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        try:
            return channels.address(Channel.SMS, text) if text else ""
        except Refused as refused:
            raise forms.ValidationError(refused.words) from None


class NamedForm(forms.Form):
    name = forms.CharField(label="Who is told", max_length=80, help_text="Somebody who has agreed to it.")
    email = forms.EmailField(label="Their e-mail address", required=False, max_length=254)
    phone = NumberField("Their mobile number", "For text messages, with its country, like +44 20 7946 0018.")
    own_phone = NumberField("Your own mobile number", "You are asked there too, and they learn it when they are told.")
    ask_after_minutes = _minutes("You are asked so many minutes after the planned end", 0, "Mostly 15.")
    tell_after_minutes = _minutes("They are told so many minutes after you were asked", 1, "Mostly 10.")
    closing_word = _word(
        "Your ordinary word", "Typed whenever you end a session. Leave both words empty to keep what is set."
    )
    help_word = _word("Your word for help", "Typed instead, it tells them at once; the screen shows nothing of it.")

    def __init__(self, *args: Any, person: NamedPerson | None = None, **kwargs: Any) -> None:
        kept = {name: getattr(person, name) for name in FIELDS} if person else {}
        start = {"ask_after_minutes": 15, "tell_after_minutes": 10} | kept
        super().__init__(*args, initial=start, **kwargs)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if not self.errors and not (said.get("email") or said.get("phone")):
            self.add_error("email", "Please give an e-mail address or a mobile number by which they are reached.")
        return said

    def named(self) -> Named:
        return Named(**self.cleaned_data)


class CodeForm(forms.Form):
    code = forms.CharField(
        label="The six figures that they read to you",
        max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"required": "Please type the six figures."},
    )


class WordForm(PageForm):
    """Asks for a word where there are words, and else for nothing but a button."""

    def __init__(self, *args: Any, needs_word: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if needs_word:
            self.fields["word"] = WordField()

    @property
    def word(self) -> str:
        return self.cleaned_data.get("word", "")
